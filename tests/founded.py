"""The database that every test begins with: that of a founded publication in German and English.

Founding takes more than a second, so it is done once for each test process. What most tests do is rolled back. Tests
that really commit (`transactional_db`, `live_server`) would have Django empty all tables behind them, and take with
that what migrations planted; instead the database is put back as it was, which also is quicker.
"""

import sqlite3
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, transaction
from django.test import TransactionTestCase

NAME = "Testblatt"
URL = "http://testserver"
LANGUAGES = ("de", "en")


class QuickArgon2(Argon2PasswordHasher):
    """Hashes as the program does, with so little work that many staff members may be made."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


def found() -> None:
    """Found the publication of all tests, if it is not there yet, and leave no trace of the founding."""
    from django_tasks_db.models import DBTaskResult
    from wagtail.log_actions import registry

    from freiblatt.articles.actions import found_publication
    from freiblatt.jobs.models import Job

    found_publication(name=NAME, url=URL, languages=LANGUAGES)
    # Pages that are saved ask for jobs (the search index, the index of references) and are written into the log.
    Job.objects.all().delete()
    DBTaskResult.objects.all().delete()
    for log in registry.get_log_entry_models():
        log.objects.all().delete()


class Image:
    """The database's rows at one moment, held in memory."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._tables: dict[str, bytes] = {}
        if connection.vendor == "sqlite":
            self._copy = sqlite3.connect(":memory:", check_same_thread=False)
            connection.connection.backup(self._copy)
            return
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                with cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                    self._tables[table] = b"".join(bytes(part) for part in rows)

    def put_back(self) -> None:
        """Make the database as it was; numbers that PostgreSQL gave to rows meanwhile are not given again."""
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            self._copy.backup(connection.connection)
            return
        with transaction.atomic(), connection.cursor() as cursor:
            # Neither order nor triggers matter: what comes back was right.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f'DELETE FROM "{table}"' for table in self._tables))
            for table, rows in self._tables.items():
                if rows:
                    with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                        copy.write(rows)


def keep_founded() -> None:
    """Found the publication now, and put the database back to this after every test that really commits."""
    found()
    image = Image()

    def put_back(test: Any) -> None:
        image.put_back()
        forget()

    TransactionTestCase._fixture_teardown = put_back  # type: ignore[method-assign]


def forget() -> None:
    """Forget what this process remembers of rows that are gone."""
    from django.core.cache import cache
    from wagtail.models import Site

    cache.clear()
    Site.clear_site_root_paths_cache()
