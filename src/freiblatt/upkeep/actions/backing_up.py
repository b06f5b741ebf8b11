"""Making a backup while the program runs, and reading it back before it gets its name."""

import contextlib
import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from freiblatt import __version__
from freiblatt.config import DIRECTORY_VARIABLE, PREFIX, Config
from freiblatt.config.mail import named_files
from freiblatt.lib.bucket import Bucket, BucketError
from freiblatt.pagestore import database
from freiblatt.upkeep import dumps, records, sealing
from freiblatt.upkeep.archive import (
    CARRIED,
    FILES,
    LONGEST_MANIFEST,
    MANIFEST_NAME,
    NAMED_FOLDER,
    ArchiveError,
    ChangedError,
    Reader,
    Source,
    Writer,
    is_allowed,
)
from freiblatt.upkeep.dumps import FACTS_MEMBER, DumpError, Facts
from freiblatt.upkeep.far import FarWalk
from freiblatt.upkeep.manifest import Manifest, read_manifest
from freiblatt.upkeep.scratch import scratch
from freiblatt.upkeep.sentences import Marked, SentenceError, _
from freiblatt.upkeep.walking import Walk

FULL = (errno.ENOSPC, errno.EDQUOT)
#: What the system says oftenest, in words that can be translated.
REASONS: dict[int, object] = {
    errno.ENOENT: Marked(_("no such file or directory")),
    errno.EACCES: Marked(_("permission denied")),
    errno.EISDIR: Marked(_("it is a directory")),
    errno.EROFS: Marked(_("the file system is read-only")),
    errno.EIO: Marked(_("the disk cannot read or write it")),
}

Say = Callable[[str], object]


class BackupError(SentenceError):
    """No backup was made; the message says why and what to do. Nothing is left of the attempt."""


@dataclass(frozen=True)
class Backup:
    """A backup that was made and read back."""

    path: Path
    made_at: datetime
    size: int
    n_files: int
    seconds: float
    is_encrypted: bool
    facts: Facts
    left_out: list[str] = field(default_factory=list)
    """Names in the publication's directory that are not in it."""
    elsewhere: list[str] = field(default_factory=list)
    """Files that the configuration names and that are not in it, because they lie elsewhere or are gone."""


def back_up(*, config: Config, target: Path, recipient: str = "", say: Say = lambda line: None) -> Backup:
    """Write everything of the publication that cannot be made again to the new file `target`, and read it back.

    `recipient`: an age or SSH public key to which the backup is encrypted. The program may run meanwhile. Raises
    BackupError.
    """
    begun = time.monotonic()
    target = Path(os.path.abspath(target.expanduser()))
    _refuse_place(config, target)
    try:
        keys = [sealing.recipient(recipient)] if recipient else []
        with scratch(target.parent, "backup") as place:
            made = _make(config, place, keys, say)
            if target.exists():
                raise BackupError(_("%(file)s: somebody else has made a file of this name meanwhile."), file=target)
            (place / ARCHIVE_NAME).rename(target)
            _to_disk(target.parent)
            records.note_success(config, made_at=made.made_at, path=target)
            return replace(made, path=target, seconds=time.monotonic() - begun)
    except sealing.KeyFileError as error:
        raise BackupError(_("The key to encrypt to: %(reason)s"), reason=error) from error
    except (DumpError, database.DatabaseUnavailableError) as error:
        raise BackupError(_("Database: %(reason)s"), reason=error) from error
    except ArchiveError as error:
        raise BackupError(
            _("The backup could not be read back and was thrown away. %(reason)s"), reason=error
        ) from error
    except ChangedError as error:
        raise BackupError(_("%(file)s became shorter while it was read. Try again."), file=error) from error
    except BucketError as error:
        raise BackupError(_("media_bucket: %(reason)s. Nothing is left of the backup."), reason=error) from error
    except OSError as error:
        raise _os_error(target, error) from error


def note_backup(made: Backup) -> bool:
    """Write into the log that owners read that somebody made a backup; return whether it could be. Django runs."""
    from freiblatt.upkeep import log

    return log.note("backup", file=made.path.name, bytes=made.size, is_encrypted=made.is_encrypted)


#: Nobody else has to see which backups there are.
PRIVATE_DIRECTORY = 0o700


def make_ready(config: Config, directory: Path) -> None:
    """Make the directory that backups go to by themselves, where it belongs to the publication's own.

    Elsewhere a missing directory is most likely a disk that is not mounted, and the backup would fill the wrong one.
    Raises BackupError.
    """
    try:
        if directory.is_relative_to(config.directory):
            directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    except OSError as error:
        raise _os_error(config.directory / directory.name, error) from error
    if not directory.is_dir():
        raise BackupError(
            _("%(directory)s: there is no such directory. Mount its disk, or make the directory."), directory=directory
        )


#: Name of the backup as long as it is unfinished.
ARCHIVE_NAME = "archive"


def _refuse_place(config: Config, target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise BackupError(_("%(file)s: there is a file already. Nothing was changed; give another name."), file=target)
    if not target.parent.is_dir():
        raise BackupError(
            _("%(directory)s: seen no directory, expected one in which the backup can lie."), directory=target.parent
        )
    for kept in (config.media, config.originals, config.theme, config.var):
        if target.resolve().is_relative_to(kept.resolve()):
            raise BackupError(
                _("%(file)s: this lies in %(directory)s, which is served, backed up or emptied itself."),
                file=target,
                directory=kept,
            )


def _make(config: Config, place: Path, keys: list[Any], say: Say) -> Backup:
    archive = place / ARCHIVE_NAME
    made_at = datetime.now(UTC)
    manifest = Manifest(
        release=__version__,
        made_at=made_at,
        name=config.name,
        url=config.url,
        database="sqlite" if config.sqlite_path else "postgresql",
        migrations=sorted(database.applied_migrations(config)),
        environment=sorted(
            name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() != DIRECTORY_VARIABLE
        ),
    )
    # Whoever encrypts to somebody else's key could not look at the result; a key that lives in memory alone can.
    own_key = sealing.one_time_identity() if keys else None
    number = os.open(archive, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(number, "w+b") as file:
        with _sealed(file, [*keys, own_key.to_public()] if own_key else []) as target:
            writer = Writer(target)
            writer.add(MANIFEST_NAME, manifest.written())
            named, elsewhere = _sorted_named(config)
            for name, path in named.items():  # before the configuration, so that a restore finds what it names
                writer.add_file(name, path)
            facts, left_out = _write_members(config, manifest, writer, place, say)
            writer.close()
        file.flush()
        os.fsync(file.fileno())
        if hasattr(os, "posix_fadvise"):
            # From the disk, not from memory.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        size = file.tell() if not keys else os.fstat(file.fileno()).st_size
        say(f"Reading {_shown_size(size)} back …")
        file.seek(0)
        with _opened(file, [own_key] if own_key else []) as source:
            n_files = _read_back(source, place, manifest, facts)
    if n_files != writer.n_files:
        raise ArchiveError(f"{writer.n_files} files were written and {n_files} are in it.")
    return Backup(archive, made_at, size, n_files, 0.0, bool(keys), facts, left_out, elsewhere)


def names_elsewhere(config: Config) -> list[str]:
    """Return the files that the configuration names and that no backup can hold, each with the key that names it."""
    return _sorted_named(config)[1]


def _sorted_named(config: Config) -> tuple[dict[str, Path], list[str]]:
    """Return files that the configuration names by their place in a backup, and those that have none.

    Who keeps a password outside of the publication's directory, in a place that a manager of secrets fills, does not
    want it in a file that is carried off.
    """
    inside: dict[str, Path] = {}
    elsewhere = []
    named = named_files(config.mail_password_file, config.mail_provider_settings, directory=config.directory)
    if config.media_secret_file:
        named.append(("media_secret_file", config.directory / config.media_secret_file))
    for key, path in named:
        plain = Path(os.path.normpath(path))
        inner = str(plain.relative_to(config.directory)) if plain.is_relative_to(config.directory) else ""
        if inner in FILES or inner.partition("/")[0] in CARRIED:
            continue
        name = f"{NAMED_FOLDER}/{inner}"
        if inner and is_allowed(name) and inner.isprintable() and plain.is_file():
            inside[name] = plain
        else:
            elsewhere.append(f"{path} ({key})")
    return inside, elsewhere


def _write_members(
    config: Config, manifest: Manifest, writer: Writer, place: Path, say: Say
) -> tuple[Facts, list[str]]:
    for name in FILES:
        writer.add_file(name, config.directory / name)
    walk = Walk(config.directory, CARRIED)
    far_walk = FarWalk(Bucket(config.media_store)) if config.media_store else None
    say("Reading files …")
    if far_walk:
        _write_far_files(writer, far_walk)
    _write_files(writer, walk.first(), far_walk)
    say("Copying the database …")
    dump = place / "database"
    facts = _dump(config, dump, place)
    if sorted(facts.migrations) != manifest.migrations:
        raise BackupError(_("The database was brought to another release while it was backed up. Try again."))
    writer.add(FACTS_MEMBER, facts.written())
    writer.add_file(manifest.database_member, dump)
    dump.unlink()
    if far_walk:
        _write_far_files(writer, far_walk)
    _write_files(writer, walk.second(), far_walk)
    return facts, walk.left_out + (far_walk.left_out if far_walk else [])


def _write_far_files(writer: Writer, walk: FarWalk) -> None:
    for entry in walk.entries():
        with contextlib.suppress(FileNotFoundError):  # removed since it was listed
            stream, said = walk.bucket.open(entry.name)
            with contextlib.closing(stream):
                writer.add_stream(entry.name, stream, size=said["ContentLength"], changed=entry.changed)


def _write_files(writer: Writer, files: Iterator[tuple[str, Path]], far_walk: FarWalk | None) -> None:
    for name, path in files:
        if far_walk and far_walk.has(name):
            continue  # the bucket's counts
        with contextlib.suppress(FileNotFoundError):  # removed since it was listed
            writer.add_file(name, path)


def _dump(config: Config, dump: Path, place: Path) -> Facts:
    """Write the database to the file `dump` and return what it holds."""
    if config.sqlite_path is None:
        facts = dumps.dump_postgres(config, dump)
        return replace(facts, size=dump.stat().st_size)
    copy = place / "copy.sqlite3"
    dumps.copy_sqlite(config.sqlite_path, copy)
    facts = dumps.facts_of_sqlite(copy)
    dumps.pack(copy, dump)
    size = copy.stat().st_size
    copy.unlink()
    return replace(facts, size=size)


def _read_back(source: Source, place: Path, manifest: Manifest, facts: Facts) -> int:
    """Return how many files are in the backup, after looking at each and at the database. Raises ArchiveError."""
    dump = place / "read-back"
    reader = Reader(source)
    for member in reader.members():
        if member.name == MANIFEST_NAME:
            read_manifest(member.content(LONGEST_MANIFEST))
        elif member.name == manifest.database_member:
            with dump.open("wb") as file:
                for chunk in member.chunks():
                    file.write(chunk)
    if manifest.database == "postgresql":
        dumps.check_postgres_dump(dump)
    else:
        copy = place / "read-back.sqlite3"
        dumps.unpack(dump, copy, size=facts.size)
        dumps.check_sqlite(copy)
        if dumps.facts_of_sqlite(copy).tables != facts.tables:
            raise ArchiveError("The database in it has other rows than the one that was copied.")
        copy.unlink()
    dump.unlink()
    return reader.n_files


@contextlib.contextmanager
def _sealed(file: BinaryIO, recipients: list[Any]) -> Iterator[BinaryIO]:
    if not recipients:
        yield file
        return
    with sealing.encrypted(file, recipients) as target:
        yield target


@contextlib.contextmanager
def _opened(file: BinaryIO, keys: list[Any]) -> Iterator[BinaryIO]:
    if not keys:
        yield file
        return
    with sealing.decrypted(file, keys) as source:
        yield source


def _os_error(target: Path, error: OSError) -> BackupError:
    if error.errno in FULL:
        facts = os.statvfs(target.parent)
        free = _shown_size(facts.f_bavail * facts.f_frsize)
        return BackupError(
            _(
                "%(directory)s: no space left (%(free)s free now). Nothing is left of the backup; make room, or give "
                "another directory. It needs as much as media and originals together, and twice the database."
            ),
            directory=target.parent,
            free=free,
        )
    return BackupError(
        _("%(file)s: %(reason)s. Nothing is left of the backup."),
        file=error.filename or target,
        reason=REASONS.get(error.errno or 0, error.strerror or error),
    )


def _to_disk(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _shown_size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
