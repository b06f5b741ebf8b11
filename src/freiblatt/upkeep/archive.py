"""The one file of a backup: a plain tar that `tar -xf` reads, written in one go and read in one go.

The first member is `manifest.json`, the last is `SHA256SUMS` with a line for each member before it, in their order, so
that `sha256sum -c SHA256SUMS` proves an unpacked backup. Pictures and recordings, most of the bytes, are compressed by
nature; the database inside is compressed by itself. So neither side needs memory for more than one block, and a file
that promises more than it holds cannot be told from a truncated one: there is nothing to inflate.

Our reader takes only what our writer writes: regular files below known names. Nothing in here imports Django.
"""

import hashlib
import io
import os
import re
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

MANIFEST_NAME = "manifest.json"
SUMS_NAME = "SHA256SUMS"
DATABASE_FOLDER = "database"
#: What a backup may hold beside manifest and sums.
FILES = ("freiblatt.toml", "secret.key")
#: Below it stand files that the configuration names, under their place in the publication's directory.
NAMED_FOLDER = "named"
FOLDERS = (DATABASE_FOLDER, "media", "originals", "theme", NAMED_FOLDER)
#: Folders that are carried as they are.
CARRIED = ("media", "originals", "theme")

BLOCK = 512
CHUNK = 1024 * 1024
END = b"\0" * (2 * BLOCK)
#: A name in an extended header is a path; ours end below this.
LONGEST_HEADER = 16 * 1024
LONGEST_MANIFEST = 16 * 1024 * 1024
#: A line of the sums holds two spaces, a digest and a path.
LONGEST_LINE = 8 * 1024
#: Files up to this size are read as a whole first, so that somebody who edits one meanwhile does not spoil the backup.
SMALL_BYTES = 4 * 1024 * 1024


class ArchiveError(Exception):
    """The file is no whole backup; the message says what is wrong with it."""


class ChangedError(Exception):
    """A file became shorter while it was read; the message is its name."""


class Target(Protocol):
    """What an archive is written to."""

    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    """What an archive is read from."""

    def read(self, size: int, /) -> bytes: ...


def is_allowed(name: str) -> bool:
    """Return whether a backup may hold a member of this name."""
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\0" in part or "\n" in part or "\\" in part for part in parts):
        return False
    return name in FILES or (len(parts) > 1 and parts[0] in FOLDERS)


class Writer:
    """Writes members one after the other."""

    def __init__(self, target: Target) -> None:
        self._target = target
        # On disk, not in memory: an archive of a million pictures has a hundred megabytes of sums.
        self._sums = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `close`)
        self.n_files = 0
        self.n_bytes = 0

    def add(self, name: str, content: bytes) -> None:
        """Add a member with this content."""
        self._add(name, len(content), io.BytesIO(content), time.time())

    def add_file(self, name: str, path: Path) -> None:
        """Add the file at `path`. Raises OSError, FileNotFoundError where it has gone, ChangedError where it shrank."""
        with path.open("rb", buffering=0) as file:
            facts = os.fstat(file.fileno())
            if facts.st_size <= SMALL_BYTES:
                content = _read_at_most(file, SMALL_BYTES)
                if len(content) < SMALL_BYTES:
                    self._add(name, len(content), io.BytesIO(content), facts.st_mtime)
                    return
                file.seek(0)
                facts = os.fstat(file.fileno())
            self._add(name, facts.st_size, file, facts.st_mtime)

    def add_stream(self, name: str, stream: Source, *, size: int, changed: float) -> None:
        """Add `size` bytes of a stream; `changed` in seconds since 1970. Raises ChangedError where it has fewer."""
        self._add(name, size, stream, changed)

    def close(self) -> None:
        """Write sums and end mark. Without them the file is no backup."""
        size = self._sums.tell()
        self._sums.seek(0)
        self._target.write(_header(SUMS_NAME, size, time.time()))
        while chunk := self._sums.read(CHUNK):
            self._target.write(chunk)
        self._target.write(b"\0" * (-size % BLOCK) + END)
        self._sums.close()

    def _add(self, name: str, size: int, file: Source, changed: float) -> None:
        if name != MANIFEST_NAME and not is_allowed(name):
            raise ValueError(f"{name!r} has no place in a backup.")
        self._target.write(_header(name, size, changed))
        digest, left = hashlib.sha256(), size
        while left:
            chunk = file.read(min(CHUNK, left))
            if not chunk:
                raise ChangedError(name)
            digest.update(chunk)
            self._target.write(chunk)
            left -= len(chunk)
        self._target.write(b"\0" * (-size % BLOCK))
        self._sums.write(f"{digest.hexdigest()}  {name}\n".encode())
        self.n_files += 1
        self.n_bytes += size


def _header(name: str, size: int, changed: float) -> bytes:
    facts = tarfile.TarInfo(name)
    facts.size, facts.mode, facts.mtime = size, 0o600, max(0, int(changed))
    return facts.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def _read_at_most(file: Source, limit: int) -> bytes:
    """Return what `file` holds, at most `limit` bytes."""
    chunks, left = [], limit
    while left and (chunk := file.read(left)):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


@dataclass
class Member:
    """One file of an archive that is being read. Its content is to be taken before the next one is asked for."""

    name: str
    size: int
    changed: int
    """When its file was last changed, in seconds since 1970; a hint that no sum covers."""
    _read: Callable[[int], bytes]

    def chunks(self) -> Iterator[bytes]:
        """Yield the content piece by piece."""
        while chunk := self._read(CHUNK):
            yield chunk

    def content(self, limit: int) -> bytes:
        """Return the whole content. Raises ArchiveError where it is longer than `limit`."""
        if self.size > limit:
            raise ArchiveError(f"{self.name} has {self.size} bytes, more than the {limit} that make sense.")
        return b"".join(self.chunks())


class Reader:
    """Reads members one after the other and proves them by the sums at the end.

    Whoever has read `members` to the end without an ArchiveError has seen a whole backup.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.n_files = 0
        self.n_bytes = 0

    def members(self) -> Iterator[Member]:
        """Yield each member but the sums, the manifest first. Raises ArchiveError."""
        with tempfile.TemporaryFile() as seen:
            while True:
                name, size, changed = self._header()
                if name == SUMS_NAME:
                    break
                if (name == MANIFEST_NAME) is (self.n_files > 0) or (self.n_files and not is_allowed(name)):
                    raise ArchiveError(f"It holds a file that no backup has at this place: {name!r}.")
                digest = hashlib.sha256()
                left = size

                def read(limit: int) -> bytes:
                    nonlocal left
                    chunk = self._exactly(min(limit, left, CHUNK))
                    left -= len(chunk)
                    digest.update(chunk)  # noqa: B023 (the member is used up before the next one begins)
                    return chunk

                yield Member(name, size, changed, read)
                while read(CHUNK):
                    pass
                self._skip_padding(size)
                seen.write(f"{digest.hexdigest()}  {name}\n".encode())
                self.n_files += 1
                self.n_bytes += size
            self._compare(size, seen)
        self._skip_padding(size)
        if self._exactly(len(END)) != END or self._source.read(1):
            raise ArchiveError("Something stands after its end.")

    def _compare(self, size: int, seen: BinaryIO) -> None:
        """Compare the sums in the archive with those of what was read."""
        if size != seen.tell():
            raise ArchiveError("It holds more or fewer files than its sums name.")
        seen.seek(0)
        left = size
        rest = b""
        while left:
            chunk = self._exactly(min(CHUNK, left))
            left -= len(chunk)
            lines = (rest + chunk).split(b"\n")
            rest = lines.pop()
            if len(rest) > LONGEST_LINE:
                raise ArchiveError("Its sums are not readable.")
            for line in lines:
                own = seen.readline().removesuffix(b"\n")
                if line != own:
                    name = own.partition(b"  ")[2].decode("utf-8", "replace")
                    raise ArchiveError(f"{name} is not what it was when the backup was made.")
        if rest:
            raise ArchiveError("Its sums are not readable.")

    def _header(self) -> tuple[str, int, int]:
        """Return name, size and time of the next member."""
        name: str | None = None
        extended_size: int | None = None
        while True:
            block = self._exactly(BLOCK)
            if block == b"\0" * BLOCK:
                raise ArchiveError("It ends without its sums, so it is not whole.")
            kind, size, changed, plain_name = _parsed(block)
            if kind == b"x" and name is None and extended_size is None:
                if size > LONGEST_HEADER:
                    raise ArchiveError("A file name in it is too long.")
                extended = _records(self._exactly(size))
                self._skip_padding(size)
                name, extended_size = extended.get("path"), _number(extended.get("size"))
                continue
            if kind not in (b"0", b"\0"):
                raise ArchiveError(f"It holds something that is no plain file: {name or plain_name!r}.")
            return name or plain_name, size if extended_size is None else extended_size, changed

    def _exactly(self, size: int) -> bytes:
        content = _read_at_most(self._source, size)
        if len(content) < size:
            raise ArchiveError("It is truncated.")
        return content

    def _skip_padding(self, size: int) -> None:
        if self._exactly(-size % BLOCK).strip(b"\0"):
            raise ArchiveError("It is no backup, or a damaged one.")


def _parsed(block: bytes) -> tuple[bytes, int, int, str]:
    """Return kind, size, time and name in one block of a tar (POSIX.1-1988, ustar)."""
    try:
        stated = int(block[148:156].rstrip(b"\0 ") or b"0", 8)
        size, changed = (int(field.rstrip(b"\0 ") or b"0", 8) for field in (block[124:136], block[136:148]))
        parts = [block[345:500].partition(b"\0")[0].decode(), block[:100].partition(b"\0")[0].decode()]
    except (ValueError, UnicodeDecodeError) as error:
        raise ArchiveError("It is no backup, or a damaged one.") from error
    if stated != sum(block) - sum(block[148:156]) + 8 * 0x20 or block[257:262] != b"ustar" or min(size, changed) < 0:
        raise ArchiveError("It is no backup, or a damaged one.")
    return block[156:157], size, changed, "/".join(part for part in parts if part)


def _records(content: bytes) -> dict[str, str]:
    """Return the records of an extended header (POSIX.1-2001, pax), of which we write two kinds."""
    found: dict[str, str] = {}
    while content:
        match = re.match(rb"(\d{1,6}) (path|size)=", content)
        length = int(match[1]) if match else 0
        if match is None or not match.end() < length <= len(content) or content[length - 1 : length] != b"\n":
            raise ArchiveError("It is no backup, or a damaged one.")
        try:
            found[match[2].decode()] = content[match.end() : length - 1].decode()
        except UnicodeDecodeError as error:
            raise ArchiveError("It is no backup, or a damaged one.") from error
        content = content[length:]
    return found


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,18}", text):
        raise ArchiveError("It is no backup, or a damaged one.")
    return int(text)
