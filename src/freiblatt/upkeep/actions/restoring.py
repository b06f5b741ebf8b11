"""Putting a backup into a new directory, and its database into the same kind or the other one.

Whoever calls keeps the directory marked as unfinished until all of it is done, and clears it away where it fails.
"""

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from freiblatt.config import FILE_NAME, PREFIX, Config, ConfigurationError, read
from freiblatt.lib.bucket import Bucket, BucketError
from freiblatt.pagestore import database
from freiblatt.upkeep import dumps, far, schema, sealing
from freiblatt.upkeep.actions.moving import MoveError, carry, compare, settle_sqlite, write_key
from freiblatt.upkeep.archive import CHUNK, ArchiveError
from freiblatt.upkeep.dumps import DumpError, Facts
from freiblatt.upkeep.manifest import Manifest
from freiblatt.upkeep.rows.copytext import plain, rows_of_dump
from freiblatt.upkeep.rows.postgres import give_up, mark_moved, new_postgres, release, reserve
from freiblatt.upkeep.rows.sqlite import held_sqlite, mark_moved_sqlite, new_sqlite, remove_moved_sqlite, unmark_sqlite
from freiblatt.upkeep.rows.values import REBUILT, RowError, Sum, counted
from freiblatt.upkeep.scratch import scratch
from freiblatt.upkeep.unpacking import Unpacking

Say = Callable[[str], object]

#: What SQLite puts beside a database, and the file itself.
COMPANIONS = ("", "-wal", "-shm", "-journal")
#: What a file system says that cannot give a file a second name: another one, FAT, some shares of the network.
NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


class RestoreError(Exception):
    """Nothing was restored; the message says why and what to do."""


class Token(Protocol):
    """By what a whole database is known as that of the directory, as long as this is marked as unfinished.

    Whoever calls keeps it from one try to the next.
    """

    def known(self) -> str: ...

    def give(self) -> str: ...

    def forget(self) -> None: ...


@dataclass(frozen=True)
class Restored:
    """What was restored."""

    manifest: Manifest
    facts: Facts
    n_files: int
    is_other_database: bool
    """Whether the database is of the other kind than the one that was backed up: its search index is to be made."""
    missing: list[tuple[str, Path]]
    """Key and path of files that the configuration names and that are not there."""


@contextlib.contextmanager
def restored(
    *,
    archive: Path,
    directory: Path,
    database_url: str | None = None,
    identity: Path | None = None,
    token: Token,
    say: Say = lambda line: None,
    note: Say = lambda name: None,
) -> Iterator[Restored]:
    """Put the backup `archive` into the empty `directory`, and give what it was, for the caller to bring it to life.

    `database_url`: another database than the one its configuration names; `identity`: file with the private key. The
    backup is proved before anything of it counts. `note` is called with each name in the directory, and each path
    outside of it, that is to be removed where all fails: before it takes its name, and outside only a SQLite database
    that is marked with `token`, as it is until `let_go`. As long as the context lasts, the process's environment does
    without files that the configuration names and that are not there. A PostgreSQL database is marked as unfinished
    until the context ends well, and is empty again where it does not. Then it is marked with `token`, by which a next
    try knows it, until `let_go`; and so is a bucket as soon as uploads go into it. Raises RestoreError.
    """
    directory = directory.resolve()
    undoing: list[Callable[[], object]] = []
    unset = contextlib.ExitStack()
    try:
        with scratch(directory, "restore") as place:
            say("Reading the backup …")
            unpacking = Unpacking(
                directory, place, configure=lambda: _configure(directory, database_url, token), unset=unset, note=note
            )
            with _opened(archive, identity) as source:
                manifest, facts, n_files = unpacking.all_of(source)
            config = _configured(directory)
            say(f"Restoring the database into {'SQLite' if config.sqlite_path else 'PostgreSQL'} …")
            if config.sqlite_path is None:
                reserve(config.database_url)
                undoing.append(partial(_empty_again, config.database_url, token))

            def put(copy: Path, target: Path) -> None:
                for name in _database_files(config):
                    note(name)
                if _is_outside(config):
                    mark_moved_sqlite(copy, token.known() or token.give())
                    undoing.append(lambda: remove_moved_sqlite(target, token.known()))
                _put(copy, target)

            is_other = _restore_database(config, manifest, facts, place, put, say)
        if config.media_store:
            bucket = Bucket(config.media_store)
            far.mark(bucket, token.known() or token.give())
            undoing.append(partial(far.sweep, bucket))
            far.carry_up(bucket, directory, say=say)
            for _name, path in far.files_here(directory):
                path.unlink()
        yield Restored(manifest, facts, n_files, is_other, unpacking.missing)
        if config.sqlite_path is None:
            mark_moved(config.database_url, token.known() or token.give())
    except BaseException as error:
        _undo(undoing, token)
        if sentence := _sentence(archive, error):
            raise RestoreError(sentence) from error
        raise
    finally:
        unset.close()


def _empty_again(url: str, token: Token) -> None:
    give_up(url, token=token.known())


def _undo(undoing: list[Callable[[], object]], token: Token) -> None:
    """Empty the database and the bucket again. What is away now, the next try sweeps: it knows it by mark and token."""
    is_clean = bool(undoing)
    for undo in undoing:
        try:
            undo()
        except (DumpError, BucketError, OSError):
            is_clean = False
    if is_clean:
        token.forget()


def _database_files(config: Config) -> list[str]:
    """Return the names in the directory that a SQLite database has or may get, or its path outside of it."""
    if config.sqlite_path is None:
        return []
    if not _is_outside(config):
        inner = config.sqlite_path.relative_to(config.directory)
        if len(inner.parts) > 1:
            return [inner.parts[0]]
        return [f"{inner}{ending}" for ending in COMPANIONS]
    return [str(config.sqlite_path)]


def _is_outside(config: Config) -> bool:
    """Return whether the database is a file that does not lie in the directory."""
    return config.sqlite_path is not None and not config.sqlite_path.is_relative_to(config.directory)


def _sentence(archive: Path, error: BaseException) -> str | None:
    """Return what to tell of an expected error; None for others."""
    if isinstance(error, ArchiveError):
        return f"{archive}: {error} Nothing was restored."
    if isinstance(error, sealing.KeyFileError):
        return f"--identity: {error}"
    if isinstance(error, DumpError | RowError | MoveError | database.DatabaseUnavailableError):
        return f"database: {error} Nothing was restored."
    if isinstance(error, BucketError):
        return f"media_bucket: {error}. Nothing was restored."
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


def _configure(directory: Path, database_url: str | None, token: Token) -> None:
    """Name the database that is wished for, and refuse early one that is in use."""
    if database_url is not None:
        variable = next((name for name in os.environ if name.upper() == f"{PREFIX}DATABASE_URL"), None)
        if variable and os.environ[variable] != database_url:
            raise RestoreError(
                f"{variable}: seen another database than --database-url names, and the environment wins. Give one only."
            )
        write_key(directory / FILE_NAME, "database_url", database_url)
    config = _configured(directory, is_secret_there=False)
    if config.media_store and not _is_free(Bucket(config.media_store), token):
        raise RestoreError(
            f"media_bucket: seen uploads in {config.media_store.bucket}/{config.media_store.prefix}, expected none: "
            "they may be those of the publication that was backed up. Set FREIBLATT_MEDIA_PREFIX to another folder, or "
            "FREIBLATT_MEDIA_BUCKET to nothing, and uploads lie on this disk."
        )
    if config.sqlite_path is None:
        reserve(config.database_url, token=token.known())
        release(config.database_url)
        token.forget()
        return
    token.forget()
    for ending in COMPANIONS:  # a journal of another database would spoil this one
        if (path := config.sqlite_path.with_name(f"{config.sqlite_path.name}{ending}")).exists():
            raise RestoreError(f"{path}: there is a file already, expected none. Nothing was changed.")


def _is_free(bucket: Bucket, token: Token) -> bool:
    """Return whether uploads may go into the bucket; what an earlier try of this restore has left there is removed."""
    if (known := token.known()) and far.is_marked(bucket, known):
        far.sweep(bucket)
    return far.is_empty(bucket)


def _configured(directory: Path, *, is_secret_there: bool = True) -> Config:
    """Return the configuration that was in the backup. Raises RestoreError."""
    try:
        config = read(directory)
        if is_secret_there:
            config.secret_key()
    except ConfigurationError as error:
        raise RestoreError(f"The configuration in the backup cannot be used here. {error}") from error
    return config


def _restore_database(
    config: Config, manifest: Manifest, facts: Facts, place: Path, put: Callable[[Path, Path], object], say: Say
) -> bool:
    """Make the database of `config` from the dump; return whether it is of the other kind.

    `put` gives a finished file its name.
    """
    dump = place / "dump"
    if manifest.database == "sqlite":
        copy = place / "copy.sqlite3"
        _require_space(place, facts.size)
        dumps.unpack(dump, copy, size=facts.size)
        dump.unlink()
        dumps.check_sqlite(copy)
        _same_rows(facts, dumps.facts_of_sqlite(copy))
        if config.sqlite_path:
            put(copy, config.sqlite_path)
            return False
        _sqlite_to_postgres(config, copy, say)
        return True
    if config.sqlite_path is None:
        dumps.restore_postgres(dump, config.database_url)
        _same_rows(facts, dumps.facts_of_postgres(config.database_url))
        return False
    fresh = place / "fresh.sqlite3"
    _dump_to_sqlite(config, manifest, facts, dump, fresh, say)
    put(fresh, config.sqlite_path)
    return True


def _put(copy: Path, target: Path) -> None:
    """Give the finished database its name, where nothing else has it. It may be on another file system."""
    target.parent.mkdir(parents=True, exist_ok=True)
    copy.chmod(0o600)
    try:
        os.link(copy, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _copy_over(copy, target)
    copy.unlink()


def _copy_over(copy: Path, target: Path) -> None:
    with scratch(target.parent, "restore") as place:
        near = place / target.name
        with copy.open("rb") as source, near.open("wb") as file:
            near.chmod(0o600)
            shutil.copyfileobj(source, file, CHUNK)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(near, target)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            # Takes the name where nobody has it; then the whole file comes in its place at once. Killed in between,
            # it leaves an empty file, which the next try removes.
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
            near.replace(target)


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


def let_go(config: Config) -> None:
    """Take the last mark from a restored database and bucket, once the directory has none any more.

    Where a server is away just then, the mark stays and does no harm: nobody knows its token any more, and no backup
    takes it along.
    """
    if config.sqlite_path is None:
        with contextlib.suppress(DumpError):
            release(config.database_url)
    elif _is_outside(config):
        with contextlib.suppress(DumpError):
            unmark_sqlite(config.sqlite_path)
    if config.media_store:
        with contextlib.suppress(BucketError):
            far.unmark(Bucket(config.media_store))


def come_to_life(*, restored: Restored) -> dict[str, int]:
    """Bring a restored publication to rest, with Django running on it; return how much was done, by name.

    Whatever opens a door or sends a letter by itself is ended or held, for nobody knows what became of it since the
    backup was made: sessions, one-time links, links to drafts, letters that waited. Jobs that ran wait again, and the
    journal of the page store, which speaks of pages that do not exist here, is emptied. Due times that passed meanwhile
    fire once, when a worker runs.
    """
    from django.core.management import call_command
    from django.db import transaction

    from freiblatt.articles.actions import revoke_all_shares
    from freiblatt.jobs.actions import take_back_running
    from freiblatt.letters.actions import hold_open_letters
    from freiblatt.newsroom.actions import close_all_doors
    from freiblatt.pagestore.actions import forget_marks
    from freiblatt.upkeep import log

    with transaction.atomic():
        done = {"jobs": take_back_running(), **close_all_doors(), "shares": revoke_all_shares()}
        done |= {"letters": hold_open_letters(), "marks": forget_marks()}
    if restored.is_other_database:
        call_command("update_index", verbosity=0)
    log.note("restore", made_at=f"{restored.manifest.made_at:%Y-%m-%d %H:%M}", release=restored.manifest.release)
    return done
