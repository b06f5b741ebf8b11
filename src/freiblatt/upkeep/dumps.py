"""The database as a file: a copy of SQLite's, or what `pg_dump` writes. Nothing in here imports Django."""

import contextlib
import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from freiblatt.config import Config
from freiblatt.upkeep.archive import CHUNK, DATABASE_FOLDER, ArchiveError
from freiblatt.upkeep.sentences import Marked, SentenceError, _

SQLITE_MEMBER = f"{DATABASE_FOLDER}/freiblatt.sqlite3.gz"
POSTGRES_MEMBER = f"{DATABASE_FOLDER}/postgresql.dump"
#: What the database in the backup holds, so that a restore can tell whether all of it came back.
FACTS_MEMBER = f"{DATABASE_FOLDER}/facts.json"
#: Level 1 takes a third of the time of level 6 and leaves a tenth more; most bytes of a backup are pictures anyway.
GZIP_LEVEL = 1
#: Stands for a moment in a database that a move has filled and not yet named. It is no part of what a database holds.
MOVED = "freiblatt_moved"
LOCK_SECONDS = 30.0


class DumpError(SentenceError):
    """The database cannot be copied or read; the message says why and what to do."""


@dataclass(frozen=True)
class Facts:
    """What a database holds."""

    kind: str
    server: str
    tables: dict[str, int]
    """Rows by table."""
    migrations: list[tuple[str, str]]
    size: int = 0
    """Bytes of the file in the backup once it is unpacked."""

    def written(self) -> bytes:
        """Return it as JSON."""
        return (json.dumps(asdict(self), indent=1) + "\n").encode()


def read_facts(content: bytes) -> Facts:
    """Return what `written` wrote. Raises ArchiveError."""
    try:
        told = json.loads(content)
        return Facts(
            kind=str(told["kind"]),
            server=str(told["server"]),
            tables={str(table): int(count) for table, count in told["tables"].items()},
            migrations=[(str(app), str(name)) for app, name in told["migrations"]],
            size=int(told["size"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError("What its database holds cannot be read.") from error


# SQLite


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy the database while others write to it: as it is at one moment, with SQLite's own backup interface.

    In WAL mode the one step of it holds up no writer. Raises DumpError.
    """
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True, timeout=LOCK_SECONDS)) as there,
            contextlib.closing(sqlite3.connect(target)) as here,
        ):
            there.backup(here, pages=-1)
            # One file without companions; who opens it for work turns WAL on again.
            here.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise _sqlite_error(source, error) from error


@contextlib.contextmanager
def looking_at_sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection to a database file that nobody writes to, and that is not written to. Raises DumpError."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise _sqlite_error(path, error) from error


def check_sqlite(path: Path) -> None:
    """Raise DumpError where SQLite finds the file damaged."""
    with looking_at_sqlite(path) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise DumpError(_("SQLite finds the database damaged: %(reason)s"), reason="; ".join(map(str, found)))


def facts_of_sqlite(path: Path) -> Facts:
    """Return what a database file holds. Raises DumpError."""
    with looking_at_sqlite(path) as connection:
        tables = {name: _count(connection, name) for name in sqlite_tables(connection)}
        return Facts("sqlite", f"SQLite {sqlite3.sqlite_version}", tables, _migrations(connection, tables))


def sqlite_tables(connection: Any) -> list[str]:
    """Return the plain tables of a SQLite database: none of SQLite's own, none that hold a search index."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    virtual = [name for name, sql in rows if (sql or "").upper().startswith("CREATE VIRTUAL")]
    virtual.append(MOVED)
    shadows = {f"{name}_{part}" for name in virtual for part in ("config", "content", "data", "docsize", "idx")}
    return [name for name, _sql in rows if not name.startswith("sqlite_") and name not in shadows | set(virtual)]


def pack(source: Path, target: Path) -> None:
    """Write the file compressed."""
    with source.open("rb") as plain, gzip.GzipFile(target, "wb", compresslevel=GZIP_LEVEL, mtime=0) as packed:
        shutil.copyfileobj(plain, packed, CHUNK)


def unpack(source: Path, target: Path, *, size: int) -> None:
    """Write the content of a compressed file, which has this many bytes. Raises ArchiveError where it has not."""
    left = size
    try:
        with gzip.open(source, "rb") as packed, target.open("wb") as plain:
            while chunk := packed.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    break
                plain.write(chunk)
    except (EOFError, gzip.BadGzipFile) as error:
        raise ArchiveError("The database in it cannot be unpacked.") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise ArchiveError("The database in it cannot be unpacked.") from error
    if left:
        raise ArchiveError("The database in it is not as long as its manifest says.")


def _sqlite_error(path: Path, error: sqlite3.Error) -> Exception:
    code = getattr(error, "sqlite_errorname", "")
    if code == "SQLITE_FULL":
        return OSError(28, "No space left on device", str(path))
    return DumpError(f"{path}: {error}")


def _count(connection: Any, table: str) -> int:
    return connection.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0]  # noqa: S608 (a table's own name)


def _migrations(connection: Any, tables: dict[str, int]) -> list[tuple[str, str]]:
    if "django_migrations" not in tables:
        return []
    return [tuple(row) for row in connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name")]


# PostgreSQL


def dump_postgres(config: Config, target: Path) -> Facts:
    """Write what `pg_dump` says of the database, and return what it holds, both as of one moment. Raises DumpError."""
    with connected(config.database_url) as connection:
        version = connection.info.server_version // 10_000
        program = postgres_program("pg_dump", version)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]
        run_postgres(
            [str(program), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
             f"--file={target}"],
            config.database_url,
        )  # fmt: skip
        return _facts_of_postgres(connection, version)


def facts_of_postgres(url: str) -> Facts:
    """Return what a database holds. Raises DumpError."""
    with connected(url) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _facts_of_postgres(connection, connection.info.server_version // 10_000)


def _facts_of_postgres(connection: Any, version: int) -> Facts:
    names = [row[0] for row in connection.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace "
        "ORDER BY relname"
    )]  # fmt: skip
    tables = {name: _count(connection, name) for name in names if name != MOVED}
    return Facts("postgresql", f"PostgreSQL {version}", tables, _migrations(connection, tables))


def check_postgres_dump(path: Path) -> None:
    """Raise DumpError where `pg_restore` cannot read the dump's table of contents."""
    run_postgres([str(postgres_program("pg_restore", 0)), "--list", str(path)], None)


def restore_postgres(path: Path, url: str) -> None:
    """Put a dump into an empty database, as one transaction. Raises DumpError."""
    with connected(url) as connection:
        program = postgres_program("pg_restore", connection.info.server_version // 10_000)
    run_postgres(
        [str(program), "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(path)], url
    )


@contextlib.contextmanager
def connected(url: str) -> Iterator[Any]:
    """Give a psycopg connection that commits when told to. Raises DumpError where there is none."""
    try:
        import psycopg
    except ImportError as error:
        raise DumpError(_('PostgreSQL needs its driver: pip install "freiblatt[postgresql]".')) from error
    try:
        connection = psycopg.connect("postgresql://" + url.partition("://")[2], connect_timeout=10, autocommit=True)
    except psycopg.Error as error:
        raise DumpError(_("PostgreSQL cannot be reached: %(reason)s"), reason=" ".join(str(error).split())) from error
    with contextlib.closing(connection):
        try:
            yield connection
        except psycopg.Error as error:
            raise DumpError(f"PostgreSQL: {' '.join(str(error).split())}") from error


def postgres_program(name: str, server_version: int) -> Path:
    """Return the program of PostgreSQL that fits a server of this major version: the same, else the next newer one.

    0: any. Raises DumpError with what to install.
    """
    found: dict[int, Path] = {}
    places = [Path(place) / name for place in os.environ.get("PATH", "").split(os.pathsep) if place]
    # Debian's program on the path picks a version by itself; the real ones lie here.
    places += [*Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), *Path("/usr").glob(f"pgsql-*/bin/{name}")]
    for place in places:
        if os.access(place, os.X_OK) and place.is_file() and (version := _version_of(place)):
            found[version] = place  # a later place is the more certain one
    fitting = [version for version in sorted(found) if version >= server_version]
    if fitting:
        return found[fitting[0]] if server_version else found[fitting[-1]]
    wanted = f"postgresql-client-{server_version}" if server_version else "postgresql-client"
    advice = {"program": name, "version": server_version or "", "package": wanted}
    if not server_version:
        raise DumpError(_("%(program)s is not installed. On Debian: apt-get install %(package)s"), **advice)
    raise DumpError(
        _(
            "%(program)s: seen %(seen)s, expected version %(version)s or newer, as the server’s. "
            "On Debian: apt-get install %(package)s (newer ones come from apt.postgresql.org)."
        ),
        seen=", ".join(map(str, sorted(found))) or Marked(_("none")),
        **advice,
    )


def _version_of(program: Path) -> int | None:
    try:
        said = subprocess.run([str(program), "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"\) (\d+)", said.stdout)
    return int(match[1]) if match else None


def run_postgres(command: list[str], url: str | None) -> None:
    """Run a program of PostgreSQL's, on the database of `url` where it is given. Raises DumpError with what it said."""
    options, environment = connection_options(url) if url else ([], dict(os.environ))
    done = subprocess.run(  # noqa: S603 (found among PostgreSQL's own)
        [*command, *options], env=environment, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise _what_it_said(command[0], done.stderr)


def _what_it_said(program: str, said: str) -> DumpError:
    lines = [line for line in said.splitlines() if line.strip()]
    if any("No space left" in line for line in lines):
        raise OSError(28, "No space left on device", Path(program).name)
    return DumpError(_("%(program)s failed: %(reason)s"), program=Path(program).name, reason=" ".join(lines[-4:]))


def connection_options(url: str) -> tuple[list[str], dict[str, str]]:
    """Return options and environment that name the database to PostgreSQL's programs; no password among the options."""
    parts = urlsplit("postgresql://" + url.partition("://")[2])
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    if parts.password is not None:
        environment["PGPASSWORD"] = unquote(parts.password)
    user = f"{parts.username}@" if parts.username else ""
    host = parts.netloc.rpartition("@")[2]
    query = f"?{urlencode(parse_qsl(parts.query))}" if parts.query else ""
    return [f"--dbname=postgresql://{user}{host}{parts.path}{query}"], environment
