"""Uploads in a bucket: into a backup, and from a directory into the bucket. Imports no Django."""

import io
import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path

from freiblatt.lib.bucket import Bucket, BucketError, Entry
from freiblatt.upkeep.archive import is_allowed

#: Folders of the publication's directory that lie in the bucket instead, under the same names.
FOLDERS = ("media", "originals")
#: Lies beside the folders until a restore into them has ended; by its content the next try knows that they are its own.
MARK = "freiblatt-unfinished"


class FarWalk:
    """What lies in the bucket, twice, as `walking` does with a directory, and for the same reason.

    An object is there as a whole or not at all, so that the first walk may take all of them.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        #: What a backup cannot hold: names that are no plain ones.
        self.left_out: list[str] = []
        self._taken: set[str] = set()

    def entries(self) -> Iterator[Entry]:
        """Yield what the walks before have not yielded."""
        for folder in FOLDERS:
            for entry in self.bucket.entries(f"{folder}/"):
                if entry.name in self._taken:
                    continue
                self._taken.add(entry.name)
                if is_allowed(entry.name):
                    yield entry
                else:
                    self.left_out.append(entry.name)

    def has(self, name: str) -> bool:
        """Return whether a walk has yielded `name`."""
        return name in self._taken


def files_here(directory: Path) -> list[tuple[str, Path]]:
    """Return name and path of the uploads that lie in a publication's directory, as they are called in a bucket."""
    found = [path for folder in FOLDERS for path in sorted((directory / folder).rglob("*"))]
    return [
        (path.relative_to(directory).as_posix(), path) for path in found if path.is_file() and not path.is_symlink()
    ]


def carry_up(bucket: Bucket, directory: Path, *, say: Callable[[str], object]) -> int:
    """Copy the uploads of a directory into the bucket, look whether each is there, and return how many.

    The files stay. Where it fails, what was copied is removed. Raises BucketError.
    """
    copied: list[str] = []
    files = files_here(directory)
    say(f"Copying {len(files):,} files into the bucket {bucket.store.bucket} …")
    try:
        for name, path in files:
            copied.append(name)
            with path.open("rb") as file:
                bucket.put(name, file, kind=mimetypes.guess_type(name)[0] or "application/octet-stream")
        there = {entry.name: entry.size for folder in FOLDERS for entry in bucket.entries(f"{folder}/")}
        for name, path in files:
            if there.get(name) != path.stat().st_size:
                raise BucketError(f"{name}: copied, and not there as it was sent")
    except BaseException:
        remove(bucket, copied)
        raise
    return len(files)


def remove(bucket: Bucket, names: list[str]) -> None:
    """Remove these from the bucket, as far as it can be reached."""
    for name in names:
        try:
            bucket.delete(name)
        except BucketError:
            return


def is_empty(bucket: Bucket) -> bool:
    """Return whether nothing lies where the publication's uploads would. Raises BucketError."""
    return not any(True for folder in FOLDERS for _entry in bucket.entries(f"{folder}/"))


def mark(bucket: Bucket, token: str) -> None:
    """Note in an empty bucket whose uploads are on their way into it. Raises BucketError."""
    bucket.put(MARK, io.BytesIO(token.encode("ascii")), kind="text/plain")


def is_marked(bucket: Bucket, token: str) -> bool:
    """Return whether the uploads in the bucket are those of the restore with this token. Raises BucketError."""
    try:
        stream, _said = bucket.open(MARK)
    except FileNotFoundError:
        return False
    return stream.read() == token.encode("ascii")


def unmark(bucket: Bucket) -> None:
    """Take the note away: the uploads are in use. Raises BucketError."""
    bucket.delete(MARK)


def sweep(bucket: Bucket) -> None:
    """Remove the uploads of a restore that did not end, and the note last. Raises BucketError."""
    for folder in FOLDERS:
        for entry in bucket.entries(f"{folder}/"):
            bucket.delete(entry.name)
    unmark(bucket)
