"""Which files go into a backup, and in which order, so that no row in it lacks its file.

The program writes a file first and its row in the database afterwards, and removes the row first. So we walk twice:
once before the database is copied, once after. The first walk takes every file that stands still, the copy of the
database then knows at most files that were there before it, and the second walk takes those that the first one had not:
what came meanwhile, and what was young and perhaps half written. A file that was removed meanwhile is in the backup
without a row, which the next cleaning removes; a row without its file would be a hole in a page.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from freiblatt.upkeep.archive import is_allowed

#: A file changed less long ago than this may still be being written. The program writes one in far less.
YOUNG_SECONDS = 20.0
#: What the system and editors leave behind.
LEFT_OUT = (".DS_Store", "Thumbs.db")


class Walk:
    """Files below some folders of a directory, in one order, twice."""

    def __init__(self, directory: Path, folders: tuple[str, ...]) -> None:
        self._directory = directory
        self._folders = folders
        # On disk: a million names are a hundred megabytes.
        self._taken: BinaryIO = tempfile.TemporaryFile()  # type: ignore[assignment]  # noqa: SIM115
        #: What is not in the backup: folders that are links, and names that are no text.
        self.left_out: list[str] = []

    def first(self) -> Iterator[tuple[str, Path]]:
        """Yield (name in the backup, path) of the files that stand still."""
        old_enough = time.time() - YOUNG_SECONDS
        for name, path in self._all():
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue
            # The inode's time too: a file may be copied with an old date of its own.
            if old_enough < max(facts.st_mtime, facts.st_ctime):
                continue
            self._taken.write(os.fsencode(name) + b"\0\n")
            yield name, path

    def second(self) -> Iterator[tuple[str, Path]]:
        """Yield those that the first walk had not. Call it after the database has been copied."""
        self.left_out.clear()
        self._taken.seek(0)
        taken = self._next_taken()
        for name, path in self._all():
            here = _key(name)
            while taken is not None and _key(taken) < here:
                taken = self._next_taken()
            if taken != name:
                yield name, path
        self._taken.close()

    def _next_taken(self) -> str | None:
        line = self._taken.readline()
        return os.fsdecode(line.removesuffix(b"\0\n")) if line else None

    def _all(self) -> Iterator[tuple[str, Path]]:
        for folder in sorted(self._folders, key=_key):
            yield from self._below(folder)

    def _below(self, folder: str) -> Iterator[tuple[str, Path]]:
        """Yield the files below one folder, in the order of `_key`."""
        try:
            with os.scandir(self._directory / folder) as entries:
                found = sorted((entry.name, entry) for entry in entries if entry.name not in LEFT_OUT)
        except FileNotFoundError:
            return
        for name, entry in found:
            inner = f"{folder}/{name}"
            if not is_allowed(inner) or not inner.isprintable():
                self.left_out.append(inner.encode("utf-8", "backslashreplace").decode())
                continue
            if entry.is_dir():
                if entry.is_symlink():
                    self.left_out.append(inner)
                    continue
                yield from self._below(inner)
            elif entry.is_file():
                yield inner, Path(entry.path)


def _key(name: str) -> list[str]:
    """Return what sorts names as the walk meets them."""
    return name.split("/")
