"""Generation words: one file, mapped into the memory of every process, that says when each key last went stale.

The file holds a header and 65,536 words of 64 bits. Word 0 is the *sequence*: it grows by one with every marking. A
key's word (its hash chooses which; two keys may share one, which costs a needless render and nothing else) holds the
sequence of its last marking. A renderer reads the sequence *before* it renders; its page counts as long as the words
of all its keys are not above that number. Nothing in here imports Django.
"""

import fcntl
import mmap
import os
import secrets
import struct
import threading
import zlib
from collections.abc import Iterable
from pathlib import Path

FILE_NAME = "words"
WORDS = 65_536
HEADER_BYTES = 4096
#: Raise when the layout of the file changes; an older file is then replaced and everything counts as stale.
FORMAT = 1
MAGIC = b"FBWORDS\0"
_HEADER = struct.Struct("<8sQ16s36s")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

#: A key that every page shows without naming it.
EVERYTHING = "everything"


def word_of(key: str) -> int:
    """Return the index of the word of `key`, 1 to 65,535."""
    return zlib.crc32(key.encode("utf-8", "surrogatepass")) % (WORDS - 1) + 1


def words_of(keys: Iterable[str]) -> tuple[int, ...]:
    """Return the indexes of the words of `keys` and of the key that every page shows, each once."""
    return tuple(sorted({word_of(EVERYTHING), *map(word_of, keys)}))


def boot_id() -> bytes:
    """Return what names this boot of the machine, 36 bytes: what was only mapped may be lost by the next boot."""
    try:
        return BOOT_ID.read_bytes().strip()[:36].ljust(36, b"\0")
    except OSError:  # no Linux: a restart of the machine cannot be seen, so every start counts as one
        return secrets.token_hex(18).encode()


class Words:
    """The generation words of one publication, shared by all its processes on this machine."""

    def __init__(self, directory: Path) -> None:
        """Open the words in `directory`, made anew (everything stale) if missing, foreign or older than this boot."""
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / FILE_NAME
        self._thread_lock = threading.Lock()
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            self._prepare()
            self._map = mmap.mmap(self._file, HEADER_BYTES + WORDS * 8)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        #: Names this filling of the file; pages of another epoch are worth nothing.
        self.epoch: str = _HEADER.unpack(self._map[: _HEADER.size])[2].hex()
        #: The words. Reading an element is one load from memory.
        self.values = memoryview(self._map)[HEADER_BYTES:].cast("Q")

    def _prepare(self) -> None:
        size = HEADER_BYTES + WORDS * 8
        head = os.pread(self._file, _HEADER.size, 0)
        if len(head) == _HEADER.size and os.fstat(self._file).st_size == size:
            magic, number, _epoch, boot = _HEADER.unpack(head)
            if magic == MAGIC and number == FORMAT and boot == boot_id():
                return
        # In place, never by a new file: a process that still maps this one must go on seeing what others write.
        os.ftruncate(self._file, 0)
        os.ftruncate(self._file, size)
        os.pwrite(self._file, _HEADER.pack(MAGIC, FORMAT, secrets.token_bytes(16), boot_id()), 0)

    def sequence(self) -> int:
        """Return the number that a page has whose rendering begins now."""
        return self.values[0]

    def newest(self, words: Iterable[int]) -> int:
        """Return the highest sequence at which one of `words` (indexes) was marked stale."""
        values = self.values
        return max([values[word] for word in words], default=0)

    def mark(self, keys: Iterable[str]) -> int:
        """Make every page that shows one of `keys` count no longer, in all processes; return the new sequence."""
        words = {word_of(key) for key in keys}
        with self._thread_lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                sequence = self.values[0] + 1
                for word in words:
                    self.values[word] = sequence
                # Last: readers look at the other words only when the sequence has moved.
                self.values[0] = sequence
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        return sequence

    def is_whole(self) -> bool:
        """Return whether the file that others open is still the one that is mapped here."""
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(self._file))
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the file."""
        self.values.release()
        self._map.close()
        os.close(self._file)
