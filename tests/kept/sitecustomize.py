"""Let processes that tests start fill an empty database from the kept one, instead of taking every step anew.

Python imports a module of this name at its start, where this folder stands on PYTHONPATH. All of Wagtail's steps from
its first release to ours are half a minute of work; what comes out is the same every time, and `tests/conftest.py`
keeps it under a hash of all migrations. A database that is not empty, one of another main language, and one that stops
at an older state take their steps as ever. `tests/cli/test_init.py` and the wheel are tried without this.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

EXECUTOR = "django.db.migrations.executor"
#: Names the kept database, without the ending that tells which kind it is.
VARIABLE = "KEPT_DATABASE"


class _Finder(importlib.abc.MetaPathFinder):
    """Changes the module that applies migrations as soon as somebody needs it; nobody else pays."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != EXECUTOR:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                _change(module.MigrationExecutor)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _change(executor_class: Any) -> None:
    step_by_step = executor_class._migrate_all_forwards

    def forwards(executor: Any, state: Any, plan: list, full_plan: list, fake: bool, fake_initial: bool) -> Any:
        if fake or len(plan) != len(full_plan) or not _fill(executor.connection):
            return step_by_step(executor, state, plan, full_plan, fake=fake, fake_initial=fake_initial)
        return executor.loader.project_state()

    executor_class._migrate_all_forwards = forwards


def _fill(connection: Any) -> bool:
    """Return whether the empty database now holds what all migrations make of it."""
    from django.conf import settings

    if settings.LANGUAGE_CODE != "de" or connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    if connection.vendor == "sqlite":
        return tables <= {"django_migrations"} and _fill_sqlite(connection, Path(f"{os.environ[VARIABLE]}.sqlite3"))
    # A table of our own may stand there, which says whose database it will be.
    others = {table for table in tables if not table.startswith("freiblatt_")}
    return others <= {"django_migrations"} and _fill_postgres(connection, Path(f"{os.environ[VARIABLE]}.dump"))


def _fill_sqlite(connection: Any, kept: Path) -> bool:
    import sqlite3

    if not kept.is_file():
        return False
    source = sqlite3.connect(f"file:{kept}?mode=ro", uri=True)
    try:
        source.backup(connection.connection)
    finally:
        source.close()
    return True


def _fill_postgres(connection: Any, kept: Path) -> bool:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from tests.postgres import PostgresError, programs

    try:
        program = programs() / "pg_restore"
    except PostgresError:
        return False
    if not kept.is_file():
        return False
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS django_migrations")
    facts = connection.connection.info
    words = ["--no-owner", "--exit-on-error", "--single-transaction", "-d", facts.dsn, str(kept)]
    subprocess.run([program, *words], env={**os.environ, "PGPASSWORD": facts.password}, check=True)
    return True


if VARIABLE in os.environ:
    sys.meta_path.insert(0, _Finder())
