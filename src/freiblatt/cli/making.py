"""Making a publication in a directory, so that an interruption leaves nothing that blocks the next try.

The directory holds the mark `.unfinished`, locked by the process at work, from the first step to the last. A process
that fails removes what it made. One that is killed leaves the mark, and the next call starts over.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from freiblatt.cli.prepare import prepare_publication
from freiblatt.cli.start import UNFINISHED_NAME, ConsoleError, use_publication
from freiblatt.config import FILE_NAME, SECRET_NAME, SET_ASIDE_PREFIX, Config, written

#: What a publication without any content consists of; only these are ever removed.
MADE = (FILE_NAME, SECRET_NAME, "var", "originals", "media", "theme", "demo.json")
#: Unfinished things of a restore (`upkeep`) that was killed.
SCRATCH_PREFIX = ".freiblatt-"
DATABASE_NAME = "freiblatt.sqlite3"
DATABASE_FILES = tuple(DATABASE_NAME + ending for ending in ("", "-wal", "-shm", "-journal"))

PRIVATE = 0o600
#: How a line of the mark begins that is no name: none that stands in the mark has a slash inside.
KNOWN_BY = "known-by/"


def make_publication(directory: Path, values: Mapping[str, Any], finish: Callable[[Config], None]) -> None:
    """Make a publication with the configuration `values` in `directory`, which is new or empty.

    `finish` is called last, with Django running; when it raises, nothing stays. Raises ConsoleError when the directory
    cannot be taken, ConfigurationError when the configuration cannot be used or its PostgreSQL database is not empty.
    """
    from freiblatt.upkeep.actions.claiming import claimed, let_go

    with unfinished(directory):
        print(f"Making {values['name']} in {directory} …", flush=True)
        write_private(directory / SECRET_NAME, secrets.token_urlsafe(64))
        write_private(directory / FILE_NAME, written(values))
        config = use_publication(directory)
        if config.sqlite_path:
            # SQLite gives its journal files the database's own mode.
            os.close(os.open(config.sqlite_path, os.O_CREAT | os.O_RDWR, PRIVATE))
        with contextlib.nullcontext() if config.sqlite_path else claimed(config, Token(directory)):
            prepare_publication(config)
            finish(config)
    if not config.sqlite_path:
        let_go(config)


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "w", encoding="utf-8") as file:
        file.write(text)


@contextlib.contextmanager
def unfinished(directory: Path) -> Iterator[None]:
    """Hold the mark of a publication in the making; what an interrupted one left is cleared away first.

    Where it fails, nothing stays; the mark only where a database elsewhere is known by what stands in it (`Token`).
    """
    is_new = not directory.exists()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        found = sorted(path.name for path in directory.iterdir() if not _stays(path))
    except OSError as error:
        raise ConsoleError(
            f"{directory}: seen {error.strerror or error}, expected a new or empty directory that can be written."
        ) from error
    begins_anew = UNFINISHED_NAME in found
    mark = directory / UNFINISHED_NAME
    allowed = [UNFINISHED_NAME, *MADE, *DATABASE_FILES, *_noted(mark)] if begins_anew else []
    _refuse_strangers(directory, allowed, [name for name in found if not begins_anew or not _is_scratch(name)])
    try:
        held = os.open(mark, os.O_CREAT | os.O_RDWR, PRIVATE)
    except OSError as error:
        raise ConsoleError(f"{directory}: seen {error.strerror}, expected a directory that can be written.") from error
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConsoleError(f"{directory}: another process is making a publication here. Wait for it.") from error
        _remove_made(directory)
        try:
            yield
            _let_disk_have(directory)
        except BaseException:
            _give_up(directory, is_new)
            raise
        mark.unlink()
        _settle(directory)
    finally:
        os.close(held)


def note_made(directory: Path, name: str) -> None:
    """Remember that a file or folder of this name in the unfinished publication is ours, and may be removed.

    A path outside of it names a SQLite database, which is ours as long as it is marked with the `Token` that stands in
    the mark. The disk has it when this returns.
    """
    _append(directory, name)


class Token:
    """By what a database elsewhere, whole and not yet in use, is known as this unfinished publication's own.

    It stands in the mark of the directory from before it stands in a database until none has it any more, over as many
    tries as that takes; a mark with a token in it outlives a failure.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def known(self) -> str:
        """Return what an earlier try, or this one, gave; nothing where no database can have it."""
        return _token(self._directory / UNFINISHED_NAME)

    def give(self) -> str:
        """Return a new one, which the disk has."""
        token = secrets.token_hex(16)
        self._write(token)
        return token

    def forget(self) -> None:
        """Note that no database has it."""
        if self.known():
            self._write("")

    def _write(self, token: str) -> None:
        _append(self._directory, f"{KNOWN_BY}{token}")


def _append(directory: Path, line: str) -> None:
    with (directory / UNFINISHED_NAME).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def _token(mark: Path) -> str:
    lines = mark.read_text("utf-8").splitlines()
    return next((line.removeprefix(KNOWN_BY) for line in reversed(lines) if line.startswith(KNOWN_BY)), "")


def _noted(mark: Path) -> list[str]:
    return [
        name
        for name in mark.read_text("utf-8").splitlines()
        if name.startswith("/") or ("/" not in name and name not in ("", ".", ".."))
    ]


def _stays(path: Path) -> bool:
    """Return whether a directory counts as empty with this in it, which stays as it is.

    The first is in every new file system, the others hold what stood in a mount point that cannot be moved away.
    """
    return path.is_dir() and (path.name == "lost+found" or path.name.startswith(SET_ASIDE_PREFIX))


def _is_scratch(name: str) -> bool:
    return name.startswith(SCRATCH_PREFIX)


def _refuse_strangers(directory: Path, allowed: list[str], found: list[str]) -> None:
    strangers = [name for name in found if name not in allowed]
    if FILE_NAME in strangers:
        raise ConsoleError(f"{directory}: there is a publication already. Nothing was changed.")
    if strangers:
        shown = ", ".join(strangers[:3]) + (" …" if len(strangers) > 3 else "")
        raise ConsoleError(
            f"{directory}: seen {len(strangers)} files or folders ({shown}), expected a new or empty directory. "
            "Nothing was changed."
        )


def _remove_made(directory: Path) -> None:
    from freiblatt.upkeep.actions.claiming import remove_copy

    mark = directory / UNFINISHED_NAME
    scratches = [path.name for path in directory.iterdir() if _is_scratch(path.name)]
    for name in (*MADE, *DATABASE_FILES, *_noted(mark), *scratches):
        path = directory / name
        if name.startswith("/"):
            remove_copy(path, _token(mark))
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _let_disk_have(directory: Path) -> None:
    """Write everything down before the mark goes: from then on nobody makes it again. Raises ConsoleError."""
    from django.apps import apps
    from django.db import connections

    if apps.ready:
        # SQLite's journal goes into the database, and closing the file below takes no lock from anybody.
        connections.close_all()
    os.sync()  # uploads are many; what follows tells what could not be written
    names = (*MADE, *DATABASE_FILES, *_noted(directory / UNFINISHED_NAME))
    roots = [directory / name for name in names if name not in ("var", "originals", "media")]
    paths = [path for root in roots for path in (*(root.rglob("*") if root.is_dir() else ()), root)]
    try:
        for path in paths:
            if path.exists():
                _sync(path)
    except OSError as error:
        raise ConsoleError(f"{error.filename or directory}: {error.strerror or error}. Nothing was made.") from error
    for folder in {path.parent for path in paths if path.parent.is_dir()}:
        _settle(folder)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    except OSError as error:
        if not path.is_dir():  # some file systems of the network know no such thing for directories
            raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(number)


def _settle(directory: Path) -> None:
    """Let the disk have what the directory holds, before a database that is elsewhere relies on it."""
    number = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # some file systems of the network know no such thing
            os.fsync(number)
    finally:
        os.close(number)


def _give_up(directory: Path, is_new: bool) -> None:
    """Remove what was made; the mark too, unless a database elsewhere is known by it alone."""
    _remove_made(directory)
    mark = directory / UNFINISHED_NAME
    if _token(mark):
        return
    mark.unlink(missing_ok=True)
    if is_new:
        with contextlib.suppress(OSError):
            directory.rmdir()
