"""Jobs that exist for tests alone. They leave a line in a file, which a killed process cannot take back."""

import os
import threading
import time
from pathlib import Path

from django_tasks import task

from freiblatt.jobs.policies import GiveUp, policy

SECRET_ADDRESS = "reader@example.org"


def note(path: str, word: str) -> None:
    """Append a line; short appends of several processes do not mix."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{word}\n")


def noted(path: Path) -> list[str]:
    """Return the lines so far."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@task()
def write(path: str, word: str) -> str:
    note(path, word)
    return word


@task(queue_name="urgent")
def write_urgently(path: str, word: str) -> None:
    note(path, word)


@task(queue_name="bulk")
def wait_for(path: str, word: str, until: str) -> None:
    """Note the word and this process, then wait until the file `until` exists, for a minute at most."""
    note(path, f"{word} {os.getpid()}")
    for _ in range(1200):
        if Path(until).exists():
            note(path, f"{word} ended")
            return
        threading.Event().wait(0.05)  # on the clock that nobody can set
    raise TimeoutError(until)


@task()
def nightly() -> None:
    """Do nothing, once a night."""


@task()
def note_nightly() -> None:
    note(os.environ["ERRANDS"], "nightly")


@policy(attempts=3, first_wait_seconds=100)
@task()
def fail() -> None:
    raise ValueError(f"No mailbox for <{SECRET_ADDRESS}>.")


@task()
def give_up() -> None:
    raise GiveUp("The account was closed.")


@policy(moot_on=(LookupError,))
@task()
def find_nothing() -> None:
    raise LookupError


@policy(collides_on=(KeyError,), first_wait_seconds=1)
@task()
def collide(path: str) -> None:
    """Meet another job at the first attempt, and nobody at the second."""
    if not noted(Path(path)):
        note(path, "collided")
        raise KeyError("taken")
    note(path, "done")


@task()
def leave() -> None:
    raise SystemExit(3)


@task()
def return_nonsense() -> object:
    return object()


@policy(limit_seconds=0.5)
@task()
def hang(path: str, until: str) -> None:
    note(path, "hangs")
    while not Path(until).exists():
        time.sleep(0.05)
