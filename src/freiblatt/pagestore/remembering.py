"""What a process remembers of the database until it changes, by the keys by which pages are kept."""

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from django.db import connection

from freiblatt.pagestore import marking
from freiblatt.pagestore.words import words_of

Made = TypeVar("Made")

#: More than every page needs, in every language and at every host; whoever makes up more makes us forget.
MOST = 1000
#: Nothing is remembered longer, whoever forgot to mark a key or could not tell this machine.
LONGEST_SECONDS = 60.0


class _Remembered(NamedTuple):
    sequence: int
    words: tuple[int, ...]
    until: float
    value: Any


_remembered: dict[str, _Remembered] = {}


def remembered(name: str, *, keys: Iterable[str], make: Callable[[], Made]) -> Made:
    """Return what `make` returned, for as long as none of `keys` has gone stale: what a kept page would show.

    For a few small things that much asks for and that hardly ever change. `name` says on what else it depends, such as
    the language; callers do not change what they get. Inside a transaction `make` is always asked, and what it
    returns is not remembered: it sees what others must not see yet.
    """
    if connection.in_atomic_block:
        return make()
    words, now = marking.words(), time.monotonic()
    known = _remembered.get(name)
    if known is not None and known.until > now and words.newest(known.words) <= known.sequence:
        value: Made = known.value
        return value
    # Before anything is read, as a page's is: what changes from here on marks a higher one.
    sequence = words.sequence()
    value = make()
    if len(_remembered) >= MOST:
        _remembered.clear()
    _remembered[name] = _Remembered(sequence, words_of(keys), now + LONGEST_SECONDS, value)
    return value


def forget_remembered() -> None:
    """Remember nothing: for tests, whose database is swept."""
    _remembered.clear()
