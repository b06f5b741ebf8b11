"""Moving the publication from SQLite to PostgreSQL or back: the new database first, freiblatt.toml last."""

import contextlib
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from freiblatt.config import FILE_NAME, PREFIX, Config, ConfigurationError, changed, check
from freiblatt.pagestore import database
from freiblatt.upkeep import schema
from freiblatt.upkeep.actions import move_note
from freiblatt.upkeep.actions.alone import quite_alone, said_as
from freiblatt.upkeep.dumps import DumpError
from freiblatt.upkeep.rows.postgres import give_up, held_postgres, mark_moved, new_postgres, release, reserve
from freiblatt.upkeep.rows.sqlite import held_sqlite, is_moved_sqlite, mark_moved_sqlite, new_sqlite, unmark_sqlite
from freiblatt.upkeep.rows.values import OWN, REBUILT, Column, RowError, Sum, counted
from freiblatt.upkeep.scratch import scratch

Say = Callable[[str], object]


class MoveError(Exception):
    """Nothing was moved and nothing was changed; the message says why and what to do."""


class Source(Protocol):
    """Where rows come from."""

    tables: dict[str, list[Column]]

    def rows(self, table: str, columns: Sequence[Column]) -> Iterator[list[Any]]: ...

    def sequences(self) -> dict[str, int]: ...


class Target(Source, Protocol):
    """Where rows go."""

    def clear(self) -> None: ...

    def write(self, table: str, columns: Sequence[Column], rows: Any) -> None: ...

    def set_sequences(self, wanted: dict[str, int]) -> None: ...

    def finish(self) -> None: ...


@dataclass(frozen=True)
class Moved:
    """What was moved."""

    tables: dict[str, int]
    """Rows by table."""
    url: str
    left_out: list[str]
    """Tables that no release knows, which stay where they are."""
    is_configured: bool
    """Whether freiblatt.toml names the new database now; not where the environment names one, which wins."""


def move_database(*, config: Config, url: str, say: Say = lambda line: None) -> Moved:
    """Copy everything into the empty database at `url`, of the other kind, compare, and name it in freiblatt.toml.

    The old database stays as it is, and nobody can change it until the new one is named. The program must not run
    meanwhile. Raises MoveError.
    """
    wanted = _checked(config, url)
    try:
        with said_as(MoveError), quite_alone(config):
            database.check(config)
            path = wanted.sqlite_path
            copy = _to_sqlite(config, wanted, path, say) if path else _to_postgres(config, wanted.database_url, say)
            with copy as (tables, left_out):
                is_configured = _name_in_file(config, url)
            move_note.forget(config)
    except (DumpError, RowError) as error:
        raise MoveError(f"{error} The publication works on as it did.") from error
    except OSError as error:
        raise MoveError(f"{error.filename or wanted.directory}: {error.strerror or error}.") from error
    return Moved(tables, url, left_out, is_configured)


def _checked(config: Config, url: str) -> Config:
    """Return the configuration with the new database. Raises MoveError."""
    variable = next((name for name in os.environ if name.upper() == f"{PREFIX}DATABASE_URL"), None)
    before = os.environ.pop(variable) if variable else None
    try:
        wanted = check(config.directory, {"database_url": url}, places={"database_url": "URL"})
    except ConfigurationError as error:
        raise MoveError(str(error)) from error
    finally:
        if variable and before is not None:
            os.environ[variable] = before
    if bool(wanted.sqlite_path) == bool(config.sqlite_path):
        raise MoveError(
            "URL: seen the kind of database that is used already, expected the other one. "
            "To another place of the same kind: `freiblatt backup`, then `freiblatt restore`."
        )
    if (
        wanted.sqlite_path
        and wanted.sqlite_path.exists()
        and not is_moved_sqlite(wanted.sqlite_path, move_note.known(config))
    ):
        raise MoveError(f"{wanted.sqlite_path}: there is a file already. Nothing was changed; give another name.")
    if wanted.sqlite_path and not wanted.sqlite_path.parent.is_dir():
        raise MoveError(f"{wanted.sqlite_path.parent}: seen no directory, expected one for the database.")
    if _has_its_say(config):
        _changed_text(config.directory / FILE_NAME, "database_url", url)
    return wanted


def take_into_use(config: Config) -> None:
    """Let the database that is about to be served be no copy of a move's any more, which a next one may sweep.

    A move that was killed between naming it and its end left it marked.
    """
    try:
        if config.sqlite_path:
            unmark_sqlite(config.sqlite_path)
        else:
            release(config.database_url)
    except DumpError:
        move_note.forget(config)  # then nobody knows the mark


Copied = tuple[dict[str, int], list[str]]


@contextlib.contextmanager
def _to_postgres(config: Config, url: str, say: Say) -> Iterator[Copied]:
    """Give what was copied; inside the context the old database is held and the new one marked as not yet named."""
    path = cast(Path, config.sqlite_path)
    unmark_sqlite(path)  # of a move hither that was killed in its last moment
    token = move_note.give(config)
    with reserved(config, url, token=token):
        say("Making tables …")
        schema.migrate(config, url)
        with held_sqlite(path) as source:
            with new_postgres(url) as target:
                tables, left_out = carry(source, target, say=say)
            say("Making the search index …")
            schema.finish_move(config, url, before="sqlite", after="postgresql")
            mark_moved(url, token)
            yield tables, left_out


@contextlib.contextmanager
def _to_sqlite(config: Config, wanted: Config, path: Path, say: Say) -> Iterator[Copied]:
    """Give what was copied; inside the context the old database is held and the new one marked as not yet named."""
    release(config.database_url)  # of a move hither that was killed in its last moment
    with scratch(path.parent, "move") as place:
        fresh = place / path.name
        say("Making tables …")
        schema.migrate(config, f"sqlite:///{fresh}")
        with held_postgres(config.database_url) as source:
            with new_sqlite(fresh) as target:
                tables, left_out = carry(source, target, say=say)
            say("Making the search index …")
            schema.finish_move(config, f"sqlite:///{fresh}", before="postgresql", after="sqlite")
            settle_sqlite(fresh)
            mark_moved_sqlite(fresh, move_note.give(config))
            fresh.replace(path)
            try:
                yield tables, left_out
            except BaseException:
                if not _is_named(config, wanted.database_url):
                    path.unlink(missing_ok=True)
                raise
            unmark_sqlite(path)


def settle_sqlite(path: Path) -> None:
    """Make a database that Django has worked on one file, without companions, for this user alone."""
    with new_sqlite(path):
        pass
    path.chmod(0o600)


@contextlib.contextmanager
def reserved(config: Config, url: str, *, token: str) -> Iterator[None]:
    """Fill an empty PostgreSQL database inside the context; where that fails, it is empty again.

    Also one is taken that this publication's move had filled and not named before it was killed, which `token` tells.
    """
    reserve(url, token=token)
    try:
        yield
    except BaseException:
        # What cannot be swept now, because the server is away, is swept by the next try: it is marked.
        if not _is_named(config, url):
            with contextlib.suppress(DumpError):
                give_up(url, token=token)
        raise
    release(url)


def _is_named(config: Config, url: str) -> bool:
    """Return whether freiblatt.toml names this database: from then on it is the publication's."""
    try:
        return tomllib.loads((config.directory / FILE_NAME).read_text("utf-8-sig")).get("database_url") == url
    except (OSError, ValueError):
        return False


def carry(source: Source, target: Target, *, say: Say) -> tuple[dict[str, int], list[str]]:
    """Fill a migrated database with the rows of another; return rows by table, and tables that only the source has.

    Each table is read again where it came to and compared. Raises RowError, DumpError.
    """
    common, left_out = common_tables(source.tables, target.tables)
    target.clear()
    sums: dict[str, Sum] = {}
    for table, columns in common.items():
        sums[table] = Sum(columns)
        target.write(table, columns, counted(source.rows(table, columns), sums[table]))
        if sums[table].n_rows:
            say(f"  {table}: {sums[table].n_rows:,}")
    target.set_sequences(source.sequences())
    compare(target, common, sums, say=say)
    target.finish()
    return {table: total.n_rows for table, total in sums.items()}, left_out


def compare(target: Target, tables: Mapping[str, list[Column]], sums: Mapping[str, Sum], *, say: Say) -> None:
    """Read every table of the target and raise RowError where one is not what was sent."""
    say("Comparing …")
    for table, columns in tables.items():
        found = Sum(columns)
        for row in target.rows(table, columns):
            found.add(row)
        if found.value != sums[table].value:
            raise RowError(
                f"{table}: {sums[table].n_rows} rows were sent and {found.n_rows} came, or one of them is not the same."
            )


def common_tables(
    source: Mapping[str, list[Column]], target: Mapping[str, list[Column]]
) -> tuple[dict[str, list[Column]], list[str]]:
    """Return the tables to carry with their columns, and the names of those that only the source has.

    Raises RowError where the two are not of the same release.
    """
    skipped = OWN | REBUILT
    wanted = {table for table in target if table not in skipped}
    if missing := sorted(wanted - set(source)):
        raise RowError(f"The old database has no table {missing[0]}: it is not of this release.")
    found: dict[str, list[Column]] = {}
    for table in sorted(wanted):
        here, there = ({column.name: column for column in side[table]} for side in (source, target))
        if set(here) != set(there):
            odd = sorted(set(here) ^ set(there))
            raise RowError(f"{table}: {odd[0]} is in one of the databases only; they are not of the same release.")
        # SQLite's side knows what its values are, PostgreSQL's which of its texts are JSON.
        sqlite = source[table] if _is_sqlite(source) else target[table]
        found[table] = [
            Column(one.name, "json" if "json" in (here[one.name].kind, there[one.name].kind) else one.kind)
            for one in sqlite
        ]
    return found, sorted(set(source) - wanted - skipped)


def _is_sqlite(side: Mapping[str, list[Column]]) -> bool:
    return any(column.kind == "moment" for column in side["django_migrations"])


def _name_in_file(config: Config, url: str) -> bool:
    """Name the new database in freiblatt.toml, where that counts; return whether it does."""
    if not _has_its_say(config):
        return False
    write_key(config.directory / FILE_NAME, "database_url", url)
    return True


def _has_its_say(config: Config) -> bool:
    """Return whether freiblatt.toml names the database, and no variable of the environment."""
    return not any(name.upper() == f"{PREFIX}DATABASE_URL" for name in os.environ)


def write_key(path: Path, key: str, value: str) -> None:
    """Change one key of a `freiblatt.toml`; everything else in it, and its mode, stays. Raises MoveError."""
    text = _changed_text(path, key, value)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(path.stat().st_mode & 0o777)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _changed_text(path: Path, key: str, value: str) -> str:
    try:
        return changed(path.read_text("utf-8"), key, value)
    except ConfigurationError as error:
        raise MoveError(f"{path}: {error} Write it like that and give the command again.") from error
