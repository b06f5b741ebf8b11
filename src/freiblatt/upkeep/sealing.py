"""Encryption of a backup to a public key (age-encryption.org/v1, by `pyrage`), as a stream in both directions.

The private key is needed to restore and at no other time; it never has to come near the machine that makes backups.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyrage

from freiblatt.upkeep.archive import ArchiveError

#: How every encrypted file begins.
MAGIC = b"age-encryption.org/v1\n"
LONGEST_KEY_FILE = 64 * 1024


class KeyFileError(Exception):
    """A key cannot be used; the message says why. It never shows the key."""


def recipient(text: str) -> Any:
    """Return the public key written as `age1…` or as a line of SSH's. Raises KeyFileError."""
    try:
        if text.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise KeyFileError(f"seen {text[:40]!r}, expected a whole public key that age reads ({error}).") from error


def identities(path: Path) -> list[Any]:
    """Return the private keys in a file that `age-keygen` or `ssh-keygen` wrote. Raises KeyFileError."""
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_KEY_FILE)
        if b"-----BEGIN" in content:
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = [line.strip() for line in content.decode("ascii").splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except OSError as error:
        raise KeyFileError(f"{path}: seen {error.strerror}, expected a file with the private key.") from error
    except (UnicodeDecodeError, pyrage.IdentityError) as error:
        raise KeyFileError(f"{path}: expected a private key as age-keygen or ssh-keygen writes it.") from error
    if not found:
        raise KeyFileError(f"{path}: seen no key, expected a line that begins with AGE-SECRET-KEY-.")
    return found


def one_time_identity() -> Any:
    """Return a private key that exists in memory alone: with it a backup can be read back before it gets its name."""
    return pyrage.x25519.Identity.generate()


def is_encrypted(file: BinaryIO) -> bool:
    """Return whether `file`, which stands at its beginning and does so afterwards, is encrypted."""
    head = file.read(len(MAGIC))
    file.seek(0)
    return head == MAGIC


@contextlib.contextmanager
def encrypted(target: BinaryIO, recipients: Sequence[Any]) -> Iterator[BinaryIO]:
    """Give a file; what is written to it reaches `target` encrypted, all of it when the context has ended.

    Raises OSError where `target` cannot be written.
    """
    reading, writing = os.pipe()
    watched = _Watched(target)
    thread = _Thread(lambda source: pyrage.encrypt_io(source, watched, list(recipients)), os.fdopen(reading, "rb"))
    with os.fdopen(writing, "wb") as door:
        thread.start()
        try:
            yield door
            door.close()
        except BaseException:
            _close(door)
            thread.join()
            if watched.error is not None:
                raise watched.error from None  # the pipe broke for this reason
            raise
    thread.join()
    # Looked at first: an error of the last write is not always among those of `encrypt_io`.
    if error := watched.error or thread.error:
        raise error


@contextlib.contextmanager
def decrypted(source: BinaryIO, keys: Sequence[Any]) -> Iterator[BinaryIO]:
    """Give a file from which the decrypted content of `source` is read.

    Raises ArchiveError where none of the keys opens it, or where it was changed or cut.
    """
    reading, writing = os.pipe()
    pipe = os.fdopen(writing, "wb")
    watched = _Watched(pipe)
    thread = _Thread(lambda _pipe: pyrage.decrypt_io(source, watched, list(keys)), pipe)
    with os.fdopen(reading, "rb") as door:
        thread.start()
        try:
            yield door
        except ArchiveError:
            # Content that ends too early because the decryption gave up: its reason is the better one.
            _finish_reading(door, thread, watched)
            raise
        except BaseException:
            _close(door)
            thread.join()
            raise
        _finish_reading(door, thread, watched)


def _finish_reading(door: BinaryIO, thread: "_Thread", watched: "_Watched") -> None:
    _close(door)
    thread.join()
    if watched.error is not None:
        return  # nobody wanted the rest
    if isinstance(thread.error, pyrage.DecryptError):
        reason = str(thread.error).strip().rstrip(".")
        reason = "none of the keys fits" if not reason or "No matching keys" in reason else reason
        raise ArchiveError(f"It cannot be decrypted: {reason}.") from thread.error
    if isinstance(thread.error, OSError) and thread.error.errno is None:
        # The library's word for a block that is not what was encrypted.
        raise ArchiveError("It cannot be decrypted: it is truncated or was changed.") from thread.error
    if thread.error is not None:
        raise thread.error


def _close(door: BinaryIO) -> None:
    with contextlib.suppress(BrokenPipeError):
        door.close()


class _Watched:
    """A file whose errors are remembered: `pyrage` tells them as text."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            self.error = error
            raise


class _Thread(threading.Thread):
    """Runs the library at one end of the pipe."""

    def __init__(self, work: Callable[[BinaryIO], object], end: BinaryIO) -> None:
        super().__init__(name="age", daemon=True)
        self._work, self._end = work, end
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with contextlib.suppress(BrokenPipeError), self._end:
                self._work(self._end)
        except BaseException as error:
            self.error = error
