"""The database: whether it answers, is of this release, and is whole."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _

from freiblatt.config import Config, current
from freiblatt.lib.findings import Finding
from freiblatt.pagestore import database as plain
from freiblatt.upkeep import dumps
from freiblatt.upkeep.rows.postgres import MARK

#: SQLite folds its log into the database when nobody reads; one of this size is never folded.
LARGE_LOG_BYTES = 1024**3


def database() -> Iterator[Finding]:
    """Look at the publication's database."""
    config = current()
    try:
        plain.check(config)
    except plain.DatabaseUnavailableError as error:
        yield Finding(
            "database_reachable",
            "problem",
            _("The database cannot be asked: %(reason)s") % {"reason": error},
            _("Start it, or correct database_url."),
        )
        return
    except plain.DatabaseBehindError as error:
        yield Finding(
            "database_release",
            "problem",
            _("The database is of an older release: %(reason)s.") % {"reason": error},
            _("Give: freiblatt upgrade"),
        )
    except plain.DatabaseAheadError as error:
        yield Finding(
            "database_release",
            "problem",
            _("The database is of a newer release: %(reason)s.") % {"reason": error},
            _("Install that release, or restore a backup that this one knows."),
        )
    else:
        yield Finding("database", "ok", _("The database answers and is of this release."))
    yield from _sqlite(config) if config.sqlite_path else _postgres()


def _sqlite(config: Config) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(3)")
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute("PRAGMA foreign_key_check")
        astray = cursor.fetchmany(1)
    if found != ["ok"]:
        yield Finding(
            "database_damaged",
            "problem",
            _("SQLite finds the database damaged: %(reason)s") % {"reason": "; ".join(map(str, found))},
            _("Stop the program, keep a copy of the file, and restore the newest backup."),
        )
    elif astray:
        yield Finding(
            "database_astray",
            "warning",
            _("A row of %(table)s points to one that does not exist.") % {"table": astray[0][0]},
            _("Report it; pages are not affected. It was written by something that is not this program."),
        )
    else:
        yield Finding("database_whole", "ok", _("SQLite finds the database whole."))
    path = config.sqlite_path
    log = path.with_name(f"{path.name}-wal") if path else None
    if log and log.exists() and log.stat().st_size > LARGE_LOG_BYTES:
        yield Finding(
            "database_log",
            "warning",
            _("The log beside the database has grown to %(size).1f GB.") % {"size": log.stat().st_size / 1e9},
            _("Restart the program; if it grows again, somebody keeps a reading connection open."),
        )


def _postgres() -> Iterator[Finding]:
    if MARK in connection.introspection.table_names():
        yield Finding(
            "database_unfinished",
            "problem",
            _("The database was being filled by a restore or a move that did not end."),
            _("Give the same freiblatt restore or freiblatt move-database again; it begins anew by itself."),
        )
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()[0]
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10_000
    if encoding != "UTF8":
        yield Finding(
            "database_encoding",
            "problem",
            _("The database’s encoding is %(encoding)s, so it cannot hold every letter.") % {"encoding": encoding},
            _("Make a database with ENCODING UTF8 and restore a backup into it with --database-url."),
        )
    try:
        dumps.postgres_program("pg_dump", version)
    except dumps.DumpError as error:
        yield Finding("database_programs", "problem", _("No backup can be made."), error.told())
