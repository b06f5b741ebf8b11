"""How often somebody may do something, counted for all processes of a publication on this machine.

The counters lie in one file of fixed size that every process maps into its memory: no database write, so that a flood
costs next to nothing. A counter is found by a keyed hash, so the file names nobody.

What this is not: exact or lasting. The limit is a bucket that refills evenly, so a window may see up to twice `most`
in the worst case. With more than 131,072 callers in their windows at once those closest to being free are forgotten. A
restart of the machine may forget everything; several machines count each for itself.
"""

import contextlib
import errno
import fcntl
import hashlib
import logging
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from freiblatt.config import current

logger = logging.getLogger(__name__)

FILE_NAME = "limits"
MAGIC = b"FBLIMIT\1"  # the last byte grows with the layout
HEADER_BYTES = 4096
BUCKETS = 16_384
ENTRIES_PER_BUCKET = 8
#: Of one counter: eight bytes of its hash, then the moment at which its bucket will be full again.
_ENTRY = struct.Struct("<Qd")
BUCKET_BYTES = ENTRIES_PER_BUCKET * _ENTRY.size
SIZE = HEADER_BYTES + BUCKETS * BUCKET_BYTES


def take(scope: str, who: str, *, most: int, per_seconds: float) -> float:
    """Return 0.0 if `who` may do this now, and count it; else how many seconds to wait, and count nothing.

    `scope` names what is done ("sign_up"), `who` whom it is counted for: a cut address (`lib.network.cut_address`) or a
    hash. Allowed are `most` at once, and then one more each `per_seconds / most`.
    """
    if most < 1 or per_seconds <= 0:
        raise ValueError(f"most, per_seconds: seen {most} and {per_seconds}, expected more than nothing.")
    return _counters().take(f"{scope}\0{who}", step=per_seconds / most, window=per_seconds)


def start_over() -> None:
    """Forget all counts, in every process: for tests, and after a limit was set too low."""
    _counters().clear()


class Counters:
    """The counters in one file, or in this process's memory alone."""

    def __init__(self, path: Path | None, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        """Map the file at `path`, made anew if missing or foreign. Raises OSError where there is no room for it.

        `clock` is that of the wall, which processes and restarts share.
        """
        self._secret = secret
        self._clock = clock
        self._thread_lock = threading.Lock()
        self._file = -1
        if path is None:
            self._map = mmap.mmap(-1, SIZE)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            with self._locked():
                self._prepare()
                self._map = mmap.mmap(self._file, SIZE)
        except BaseException:
            os.close(self._file)
            raise

    def take(self, key: str, *, step: float, window: float) -> float:
        """Return 0.0 and count, or the seconds to wait; each count costs `step` of the `window`, both in seconds."""
        digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=16).digest()
        tag, place = struct.unpack("<QQ", digest)
        start = HEADER_BYTES + place % BUCKETS * BUCKET_BYTES
        tag = tag or 1  # 0 is an empty entry
        with self._locked():
            now = self._clock()
            entries = [
                _ENTRY.unpack_from(self._map, start + number * _ENTRY.size) for number in range(ENTRIES_PER_BUCKET)
            ]
            mine = next((number for number, entry in enumerate(entries) if entry[0] == tag), None)
            # After a step back of the clock nobody waits longer than the whole window.
            full_at = min(entries[mine][1], now + window) if mine is not None else now
            wanted = max(full_at, now) + step
            # A clock's last bits must not turn the last allowed one away.
            if wanted - now > window + 1e-6:
                return wanted - now - window
            if mine is None:
                mine = min(range(ENTRIES_PER_BUCKET), key=lambda number: entries[number][1])
            _ENTRY.pack_into(self._map, start + mine * _ENTRY.size, tag, wanted)
        return 0.0

    def clear(self) -> None:
        """Forget all counts."""
        with self._locked():
            self._map[HEADER_BYTES:] = bytes(SIZE - HEADER_BYTES)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        if self._file >= 0:
            os.close(self._file)

    def _prepare(self) -> None:
        if os.fstat(self._file).st_size == SIZE and os.pread(self._file, len(MAGIC), 0) == MAGIC:
            return
        # In place: a process that still maps this file must go on seeing what others write.
        os.ftruncate(self._file, 0)
        # Written, not only made long: touching a mapped hole of a full disk would kill the process.
        os.pwrite(self._file, bytes(SIZE), 0)
        if os.fstat(self._file).st_size != SIZE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.pwrite(self._file, MAGIC, 0)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        # Locks of this kind belong to the process: the other lock keeps its threads apart.
        with self._thread_lock:
            if self._file < 0:
                yield
                return
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


class _Own:
    """The counters of this process."""

    counters: Counters | None = None
    lock = threading.Lock()


def _counters() -> Counters:
    if _Own.counters is None:
        with _Own.lock:
            if _Own.counters is None:
                _Own.counters = _open()
    return _Own.counters


def _open() -> Counters:
    config = current()
    secret = hashlib.blake2b(config.secret_key().encode(), person=b"limits").digest()
    try:
        return Counters(config.var / FILE_NAME, secret)
    except OSError as error:
        # Counting for this process alone is better than not counting, and than refusing everybody.
        logger.error("Limits are counted for each process apart, since their file cannot be made: %s", error)
        return Counters(None, secret)


def _forget_after_fork() -> None:
    # The parent's thread may have held the lock at that moment; the child opens the file for itself.
    _Own.counters = None
    _Own.lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_after_fork)
