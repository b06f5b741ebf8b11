"""What the server's processes count: one file with a place for each, mapped into memory, so that it costs nothing.

A process takes the first place that no living one holds and goes on from its numbers, so that the sums only grow for as
long as the file lives. Nothing in here imports Django, and nothing in the file says who asked or for what.
"""

import contextlib
import fcntl
import mmap
import os
import struct
from pathlib import Path
from typing import NamedTuple

FILE_NAME = "counts"
MAGIC = b"FBCOUNT\2"  # the last byte grows with the layout
#: More than `server_workers` allows, so that a new process finds a place before an ended one has let go of its own.
PLACES = 128
#: Eight bytes each. The first says which process holds the place.
FIELDS = 16
PLACE_BYTES = FIELDS * 8
HEADER_BYTES = 4096
SIZE = HEADER_BYTES + PLACES * PLACE_BYTES

PID, HITS, MISSES, RENDERS, THROUGH, REFUSED, PAGES, PAGE_BYTES, QUEUE, STREAMS = range(10)


class Totals(NamedTuple):
    """The sums over all processes; the last five are of the living ones, as they stand now."""

    hits: int = 0
    misses: int = 0
    renders: int = 0
    through: int = 0
    refused: int = 0
    pages: int = 0
    page_bytes: int = 0
    queue: int = 0
    streams: int = 0
    processes: tuple[int, ...] = ()


class Counts:
    """The place of this process."""

    def __init__(self, directory: Path) -> None:
        """Take a place in the file in `directory`; where there is none to be had, count for nobody."""
        self._file = -1
        self._map: mmap.mmap | None = None
        #: The fields. Only the event loop's thread writes them.
        self.values = memoryview(bytearray(PLACE_BYTES)).cast("Q")
        with contextlib.suppress(OSError):
            self._take_place(directory)

    def _take_place(self, directory: Path) -> None:
        path = directory / FILE_NAME
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            if os.fstat(self._file).st_size != SIZE or os.pread(self._file, len(MAGIC), 0) != MAGIC:
                # In place, and written whole: a mapped hole of a full disk would kill who touches it.
                os.ftruncate(self._file, 0)
                if os.pwrite(self._file, MAGIC.ljust(SIZE, b"\0"), 0) != SIZE:
                    return
            self._map = mmap.mmap(self._file, SIZE)
            for number in range(PLACES):
                place = memoryview(self._map)[HEADER_BYTES + number * PLACE_BYTES :][:PLACE_BYTES].cast("Q")
                if not _lives(place[PID]):
                    place[PID] = os.getpid()
                    place[PAGES] = place[PAGE_BYTES] = place[QUEUE] = place[STREAMS] = 0
                    self.values = place
                    return
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def leave(self) -> None:
        """Give the place back."""
        self.values[PID] = 0
        self.values = memoryview(bytearray(PLACE_BYTES)).cast("Q")
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def totals(directory: Path) -> Totals:
    """Return the sums of what all processes of the publication counted; nothing where no server has run yet."""
    try:
        content = (directory / FILE_NAME).read_bytes()
    except OSError:
        return Totals()
    if len(content) != SIZE or not content.startswith(MAGIC):
        return Totals()
    sums = [0] * FIELDS
    processes = []
    for place in struct.iter_unpack(f"={FIELDS}Q", content[HEADER_BYTES:]):
        is_living = _lives(place[PID])
        if is_living:
            processes.append(place[PID])
        for field in range(HITS, STREAMS + 1):
            if field < PAGES or is_living:
                sums[field] += place[field]
    return Totals(*sums[HITS : STREAMS + 1], processes=tuple(processes))


def _lives(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
