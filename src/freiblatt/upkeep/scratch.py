"""A directory for what is not finished: gone when the work ends, also when it was killed. Imports no Django."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = ".freiblatt-"
LOCK_NAME = "lock"


@contextlib.contextmanager
def scratch(parent: Path, purpose: str) -> Iterator[Path]:
    """Give a directory in `parent` for this user alone; it goes with the context. Raises OSError.

    What a killed process left there for the same purpose goes too: its lock has nobody who holds it.
    """
    start = f"{PREFIX}{purpose}-"
    for left in parent.glob(f"{start}*"):
        _remove_abandoned(left)
    place = Path(tempfile.mkdtemp(prefix=start, dir=parent))
    held = os.open(place / LOCK_NAME, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(held)


def _remove_abandoned(place: Path) -> None:
    with contextlib.suppress(OSError):
        held = os.open(place / LOCK_NAME, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(place)
        finally:
            os.close(held)
