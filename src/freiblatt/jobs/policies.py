"""How often a job is tried, and how long it waits in between."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django_tasks.base import Task

AnyTask = TypeVar("AnyTask", bound=Task)


class GiveUp(Exception):  # noqa: N818 (reads as the sentence it is: raise GiveUp)
    """Raised by a job that knows that no further attempt can help; it goes to the dead list at once."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How a job is treated when it fails.

    With these defaults the eight attempts of a job spread over about three hours: long enough for a mail server's
    restart, short enough that a person hears of the failure on the same day.
    """

    attempts: int = 8
    """How often the job is started before it is dead; at least 1."""

    first_wait_seconds: float = 10
    """Wait after the first failure; every further wait is `growth` times as long."""

    growth: float = 3
    longest_wait_seconds: float = 3 * 3600

    moot_on: tuple[type[Exception], ...] = ()
    """Errors that mean that there is nothing left to do, such as a page that was deleted meanwhile: the job is over."""

    collides_on: tuple[type[Exception], ...] = ()
    """Errors that mean that another job was at the same thing at the same time: tried again without a warning."""

    limit_seconds: float = 3600
    """How long one attempt may take. A job beyond it counts as failed, and its worker process is replaced."""

    def wait_seconds(self, *, attempts: int) -> float:
        """Return the wait after so many attempts (1 or more): exponential, plus or minus a quarter by chance.

        Chance keeps a hundred jobs that failed together, at a server that was away, from coming back together.
        """
        wait = min(self.first_wait_seconds * self.growth ** min(attempts - 1, 50), self.longest_wait_seconds)
        return wait * random.uniform(0.75, 1.25)  # noqa: S311 (spreads load, protects nothing)


DEFAULT = Policy()
_policies: dict[str, Policy] = {}


def policy(
    *,
    attempts: int = DEFAULT.attempts,
    first_wait_seconds: float = DEFAULT.first_wait_seconds,
    growth: float = DEFAULT.growth,
    longest_wait_seconds: float = DEFAULT.longest_wait_seconds,
    moot_on: tuple[type[Exception], ...] = DEFAULT.moot_on,
    collides_on: tuple[type[Exception], ...] = DEFAULT.collides_on,
    limit_seconds: float = DEFAULT.limit_seconds,
) -> Callable[[AnyTask], AnyTask]:
    """Return a decorator, to be written above `@task`, that gives this job a policy of its own."""
    own = Policy(
        attempts=attempts,
        first_wait_seconds=first_wait_seconds,
        growth=growth,
        longest_wait_seconds=longest_wait_seconds,
        moot_on=moot_on,
        collides_on=collides_on,
        limit_seconds=limit_seconds,
    )

    def register(task: AnyTask) -> AnyTask:
        _policies[task.module_path] = own
        return task

    return register


def policy_of(task_path: str) -> Policy:
    """Return the policy of the job with this dotted path; the default one where it has none of its own."""
    return _policies.get(task_path, DEFAULT)
