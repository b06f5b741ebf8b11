"""Faults of what the program stands on, for tests and `make soak`: a full disk, a clock that is set.

The others are servers of their own that stop and start: `tests/postgres.py`, `tests/letters/office.py`.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

FAKETIME = next(
    (
        library
        for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib")
        if (library := Path(folder) / "faketime/libfaketime.so.1").exists()
    ),
    None,
)


class UnavailableError(Exception):
    """This machine does not let us make the fault; the message says why."""


@contextlib.contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[None]:
    """Let the new directory `place` be a disk of this size of its own. Raises UnavailableError."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        raise UnavailableError(f"Nobody may mount a small disk here: {mounted.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)


class Clock:
    """The clock on which processes with `environment` look, which is set by writing a file."""

    def __init__(self, environment: dict[str, str], path: Path) -> None:
        """Change `environment`. Raises UnavailableError."""
        if FAKETIME is None:
            raise UnavailableError("libfaketime is missing.")
        self.path = path
        self.set(0)
        environment |= {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(path),
            "FAKETIME_NO_CACHE": "1",
            # As when somebody sets the clock: what counts since the start of the machine goes on as before.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, hours: int) -> None:
        """Let the processes see a clock that is `hours` ahead of this one."""
        partial = self.path.with_suffix(".partial")
        partial.write_text(f"{hours * 3600:+d}\n")
        os.replace(partial, self.path)
