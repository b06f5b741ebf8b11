"""Who works on a publication's directory: job workers side by side, an upgrade or a move of the database alone.

Workers share a lock on a file in `var/`, which the system lets go of with the process. The file names them, for
messages.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from typing import IO

from freiblatt.config import Config

LOCK_NAME = "work.lock"
#: A worker whose server was stopped ends its jobs first; mostly that takes a moment.
WAIT_SECONDS = 5.0


class PresenceError(Exception):
    """Somebody else is at work in this directory; the message says who and what to do."""


@contextlib.contextmanager
def at_work(config: Config) -> Iterator[None]:
    """Be one of the workers as long as the context lasts. Raises PresenceError where one process wants to be alone."""
    with _opened(config) as file:
        if _try_lock(file, fcntl.LOCK_EX):
            file.truncate(0)  # nobody of those it names works any more
        if not _try_lock(file, fcntl.LOCK_SH):
            raise PresenceError(
                f"{config.directory}: an upgrade or a move of the database is under way here (process "
                f"{', '.join(_living(file)) or 'unknown'}). Start again when it is over."
            )
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextlib.contextmanager
def nobody_at_work(config: Config) -> Iterator[None]:
    """Keep workers from starting as long as the context lasts. Raises PresenceError where one runs."""
    with _opened(config) as file:
        end = time.monotonic() + WAIT_SECONDS
        while not _try_lock(file, fcntl.LOCK_EX):
            if time.monotonic() > end:
                raise PresenceError(
                    f"{config.directory}: `freiblatt worker` runs here (process "
                    f"{', '.join(_living(file)) or 'unknown'}). Stop it first."
                )
            time.sleep(0.1)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
        file.truncate(0)


@contextlib.contextmanager
def _opened(config: Config) -> Iterator[IO[str]]:
    path = config.var / LOCK_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        yield file


def _try_lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _living(file: IO[str]) -> list[str]:
    """Return the processes that the file names and that live."""
    file.seek(0)
    found = []
    for number in dict.fromkeys(file.read().split()):
        with contextlib.suppress(ValueError, ProcessLookupError):
            with contextlib.suppress(PermissionError):  # somebody else's, and alive
                os.kill(int(number), 0)
            found.append(number)
    return found
