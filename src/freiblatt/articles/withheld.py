"""Where the bytes of public files lie while no reader may load them: among the originals, which no address reaches."""

import contextlib
import errno
import os
import shutil
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import Storage, storages

FOLDER = "withheld"


def withheld_name(name: str) -> str:
    """Return under which name among the originals the public file called `name` is withheld."""
    return f"{FOLDER}/{name}"


def move_away(name: str) -> None:
    """Take the public file called `name` out of everybody's reach; again, nothing changes. Raises OSError."""
    _move(storages["default"], name, storages["originals"], withheld_name(name))


def bring_back(name: str) -> None:
    """Put the file called `name` back into its public place; again, nothing changes. Raises OSError."""
    _move(storages["originals"], withheld_name(name), storages["default"], name)


def remove(name: str) -> None:
    """Remove what is withheld under `name`, if anything is."""
    storages["originals"].delete(withheld_name(name))


def open_withheld(name: str) -> IO[Any]:
    """Return what is withheld under `name`, open for reading. Raises FileNotFoundError."""
    return storages["originals"].open(withheld_name(name), "rb")


def _move(source: Storage, name: str, target: Storage, new_name: str) -> None:
    if hasattr(source, "move_to"):  # both in the same bucket
        source.move_to(name, target, new_name)
        return
    try:
        old, new = Path(source.path(name)), Path(target.path(new_name))
    except NotImplementedError:
        _copy(source, name, target, new_name)
        return
    if not old.exists():
        return
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        old.replace(new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Another disk: whole in its new place before it leaves the old one.
        partial = new.with_name(f"{new.name}.partial")
        shutil.copy2(old, partial)
        partial.replace(new)
        old.unlink()
    # What is said to be gone must not come back when the power fails.
    for folder in (old.parent, new.parent):
        _make_durable(folder)


def _copy(source: Storage, name: str, target: Storage, new_name: str) -> None:
    """Move a file between storages that are no directories of this machine."""
    if not source.exists(name):
        return
    if not target.exists(new_name):
        with source.open(name, "rb") as content:
            target.save(new_name, content)
    source.delete(name)


def _make_durable(folder: Path) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
