"""Putting a backup into a new directory, and its database into the same kind or the other one.

Whoever calls keeps the directory marked as unfinished until all of it is done, and clears it away where it fails.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from freiblatt.config import FILE_NAME, PREFIX, SECRET_NAME, Config, ConfigurationError, read
from freiblatt.pagestore import database
from freiblatt.upkeep import dumps, schema, sealing
from freiblatt.upkeep.actions.moving import MoveError, carry, compare, settle_sqlite, write_key
from freiblatt.upkeep.archive import (
    DATABASE_FOLDER,
    LONGEST_MANIFEST,
    MANIFEST_NAME,
    ArchiveError,
    Member,
    Reader,
    Source,
)
from freiblatt.upkeep.dumps import FACTS_MEMBER, DumpError, Facts, read_facts
from freiblatt.upkeep.manifest import Manifest, read_manifest
from freiblatt.upkeep.rows.copytext import plain, rows_of_dump
from freiblatt.upkeep.rows.postgres import give_up, new_postgres, release, reserve
from freiblatt.upkeep.rows.sqlite import held_sqlite, new_sqlite
from freiblatt.upkeep.rows.values import REBUILT, RowError, Sum, counted
from freiblatt.upkeep.scratch import scratch

Say = Callable[[str], object]

#: What the publication's own web server and proxy may read, and what they may not.
MODES = {FILE_NAME: 0o600, SECRET_NAME: 0o600, "media": 0o640, "originals": 0o600, "theme": 0o644}
FOLDER_MODES = {"originals": 0o700, "media": 0o755, "theme": 0o755}


class RestoreError(Exception):
    """Nothing was restored; the message says why and what to do."""


@dataclass(frozen=True)
class Restored:
    """What was restored."""

    manifest: Manifest
    facts: Facts
    n_files: int
    is_other_database: bool
    """Whether the database is of the other kind than the one that was backed up: its search index is to be made."""


@contextlib.contextmanager
def restored(
    *,
    archive: Path,
    directory: Path,
    database_url: str | None = None,
    identity: Path | None = None,
    say: Say = lambda line: None,
) -> Iterator[Restored]:
    """Put the backup `archive` into the empty `directory`, and give what it was, for the caller to bring it to life.

    `database_url`: another database than the one its configuration names; `identity`: file with the private key. The
    backup is proved before anything of it counts. A PostgreSQL database is marked as unfinished until the context ends
    well and is empty again where it does not. Raises RestoreError.
    """
    directory = directory.resolve()
    made: list[str] = []
    try:
        with scratch(directory, "restore") as place:
            say("Reading the backup …")
            with _opened(archive, identity) as source:
                manifest, facts, n_files = _unpack(source, directory, place, database_url)
            config = _configured(directory)
            say(f"Restoring the database into {'SQLite' if config.sqlite_path else 'PostgreSQL'} …")
            if config.sqlite_path is None:
                reserve(config.database_url)
                made.append(config.database_url)
            is_other = _restore_database(config, manifest, facts, place, say)
        yield Restored(manifest, facts, n_files, is_other)
        if config.sqlite_path is None:
            release(config.database_url)
    except BaseException as error:
        for url in made:
            with contextlib.suppress(DumpError):
                give_up(url)
        if sentence := _sentence(archive, error):
            raise RestoreError(sentence) from error
        raise


def _sentence(archive: Path, error: BaseException) -> str | None:
    """Return what to tell of an expected error; None for others."""
    if isinstance(error, ArchiveError):
        return f"{archive}: {error} Nothing was restored."
    if isinstance(error, sealing.KeyFileError):
        return f"--identity: {error}"
    if isinstance(error, DumpError | RowError | MoveError | database.DatabaseUnavailableError):
        return f"database: {error} Nothing was restored."
    if isinstance(error, OSError):
        return f"{error.filename or archive}: {error.strerror or error}. Nothing was restored."
    return None


@contextlib.contextmanager
def _opened(archive: Path, identity: Path | None) -> Iterator[BinaryIO]:
    with archive.open("rb") as file:
        if not sealing.is_encrypted(file):
            yield file
            return
        if identity is None:
            raise RestoreError(f"{archive}: it is encrypted. Give the file with the private key: --identity KEYFILE.")
        with sealing.decrypted(file, sealing.identities(identity)) as source:
            yield source


def _unpack(source: Source, directory: Path, place: Path, database_url: str | None) -> tuple[Manifest, Facts, int]:
    """Write every file where it belongs and return what the backup says of itself. Raises ArchiveError."""
    manifest: Manifest | None = None
    facts: Facts | None = None
    reader = Reader(source)
    for member in reader.members():
        if member.name == MANIFEST_NAME:
            manifest = read_manifest(member.content(LONGEST_MANIFEST))
        elif member.name == FACTS_MEMBER:
            facts = read_facts(member.content(LONGEST_MANIFEST))
        elif member.name.startswith(f"{DATABASE_FOLDER}/"):
            if manifest is None or member.name != manifest.database_member:
                raise ArchiveError(f"It holds a database that its manifest does not name: {member.name!r}.")
            _write(member, place / "dump", 0o600)
        else:
            _write(member, _place_of(member.name, directory), MODES[member.name.partition("/")[0]])
        if member.name == FILE_NAME:
            _configure(directory, database_url)
    if manifest is None or facts is None or not (place / "dump").is_file():
        raise ArchiveError("It holds no database.")
    for name in (FILE_NAME, SECRET_NAME):
        if not (directory / name).is_file():
            raise ArchiveError(f"It holds no {name}.")
    return manifest, facts, reader.n_files


def _place_of(name: str, directory: Path) -> Path:
    """Return where a file belongs, its folders made."""
    path = directory / name
    missing = [folder for folder in path.parents if folder != directory and folder.is_relative_to(directory)]
    for folder in reversed(missing):
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(FOLDER_MODES[folder.relative_to(directory).parts[0]])
    return path


def _write(member: Member, path: Path, mode: int) -> None:
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise ArchiveError(f"It holds two things of one name: {member.name!r}.") from error
    with os.fdopen(number, "wb") as file:
        for chunk in member.chunks():
            file.write(chunk)
    path.chmod(mode)
    with contextlib.suppress(OSError, OverflowError):
        os.utime(path, (member.changed, member.changed))


def _configure(directory: Path, database_url: str | None) -> None:
    """Name the database that is wished for, and refuse early one that is in use."""
    if database_url is not None:
        variable = next((name for name in os.environ if name.upper() == f"{PREFIX}DATABASE_URL"), None)
        if variable and os.environ[variable] != database_url:
            raise RestoreError(
                f"{variable}: seen another database than --database-url names, and the environment wins. Give one only."
            )
        write_key(directory / FILE_NAME, "database_url", database_url)
    config = _configured(directory, is_secret_there=False)
    if config.sqlite_path is None:
        reserve(config.database_url)
        release(config.database_url)
    elif config.sqlite_path.exists():
        raise RestoreError(f"{config.sqlite_path}: there is a file already, expected none. Nothing was changed.")


def _configured(directory: Path, *, is_secret_there: bool = True) -> Config:
    """Return the configuration that was in the backup. Raises RestoreError."""
    try:
        config = read(directory)
        if is_secret_there:
            config.secret_key()
    except ConfigurationError as error:
        raise RestoreError(f"The configuration in the backup cannot be used here. {error}") from error
    return config


def _restore_database(config: Config, manifest: Manifest, facts: Facts, place: Path, say: Say) -> bool:
    """Make the database of `config` from the dump; return whether it is of the other kind."""
    dump = place / "dump"
    if manifest.database == "sqlite":
        copy = place / "copy.sqlite3"
        _require_space(place, facts.size)
        dumps.unpack(dump, copy, size=facts.size)
        dump.unlink()
        dumps.check_sqlite(copy)
        _same_rows(facts, dumps.facts_of_sqlite(copy))
        if config.sqlite_path:
            _put(copy, config.sqlite_path)
            return False
        _sqlite_to_postgres(config, copy, say)
        return True
    if config.sqlite_path is None:
        dumps.restore_postgres(dump, config.database_url)
        _same_rows(facts, dumps.facts_of_postgres(config.database_url))
        return False
    fresh = place / "fresh.sqlite3"
    _dump_to_sqlite(config, manifest, facts, dump, fresh, say)
    _put(fresh, config.sqlite_path)
    return True


def _put(copy: Path, target: Path) -> None:
    """Give the finished database its name, where nothing else has it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    copy.chmod(0o600)
    os.link(copy, target)
    copy.unlink()


def _require_space(place: Path, size: int) -> None:
    facts = os.statvfs(place)
    if size > facts.f_bavail * facts.f_frsize:
        raise ArchiveError(f"Its database has {size:,} bytes, and there is no room for them in {place.parent}.")


def _same_rows(told: Facts, found: Facts) -> None:
    tables = {table: count for table, count in found.tables.items() if not table.startswith("freiblatt_unfinished")}
    if tables != told.tables:
        odd = sorted(set(tables.items()) ^ set(told.tables.items()))[0][0]
        raise ArchiveError(f"The database in it has other rows than it says: {odd}.")


def _sqlite_to_postgres(config: Config, copy: Path, say: Say) -> None:
    url = config.database_url
    # An older release's tables first become this one's, where they are.
    schema.migrate(config, f"sqlite:///{copy}")
    schema.migrate(config, url)
    with held_sqlite(copy) as source, new_postgres(url) as target:
        carry(source, target, say=say)


def _dump_to_sqlite(config: Config, manifest: Manifest, facts: Facts, dump: Path, fresh: Path, say: Say) -> None:
    # The tables as they were: `prepare` brings them to this release when they are filled.
    state = fresh.with_suffix(".json")
    state.write_text(json.dumps(manifest.migrations), "utf-8")
    schema.migrate(config, f"sqlite:///{fresh}", state=state)
    with new_sqlite(fresh) as target, rows_of_dump(dump) as source:
        target.clear()
        common, sums = {}, {}
        for table, names, rows in source.tables():
            if table not in target.tables or table in REBUILT or table == "django_migrations":
                continue
            known = {column.name: column for column in target.tables[table]}
            if set(known) != set(names):
                raise RowError(f"{table}: the backup has other columns than its release.")
            columns = [known[name] for name in names]
            common[table], sums[table] = columns, Sum(columns)
            target.write(table, columns, counted(plain(table, columns, rows), sums[table]))
            say(f"  {table}: {sums[table].n_rows:,}")
        target.set_sequences(source.sequences())
        compare(target, common, sums, say=say)
        _same_counts(facts.tables, {table: total.n_rows for table, total in sums.items()}, target.tables)
        target.finish()
    settle_sqlite(fresh)


def _same_counts(told: Mapping[str, int], found: Mapping[str, int], tables: Mapping[str, Any]) -> None:
    for table, count in told.items():
        if table in tables and table not in REBUILT and table != "django_migrations" and found.get(table, 0) != count:
            raise ArchiveError(f"{table}: {count} rows were backed up and {found.get(table, 0)} came.")


def come_to_life(*, restored: Restored) -> dict[str, int]:
    """Bring a restored publication to rest, with Django running on it; return what was done, by name.

    Jobs that ran when the backup was made wait again, and the journal of the page store, which speaks of pages that do
    not exist here, is emptied. Due times that passed meanwhile fire once, when a worker runs.
    """
    from django.core.management import call_command
    from django.db import transaction

    from freiblatt.jobs.actions import take_back_running
    from freiblatt.pagestore.actions import forget_marks
    from freiblatt.upkeep import log

    with transaction.atomic():
        done = {"jobs": take_back_running(), "marks": forget_marks()}
    if restored.is_other_database:
        call_command("update_index", verbosity=0)
    log.note("restore", made_at=f"{restored.manifest.made_at:%Y-%m-%d %H:%M}", release=restored.manifest.release)
    return done
