"""Names of channels, and what stands behind them. Nothing in here imports Django."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

CHANNEL = re.compile(r"[a-z_]{1,20}:[A-Za-z0-9_-]{1,40}")
WORD = re.compile(r"[a-z_]{1,20}")
REF = re.compile(r"[A-Za-z0-9_-]{0,40}")
LONGEST_CHANNEL = 61
LONGEST_WORD = 20
LONGEST_REF = 40

#: How long what happened is told to somebody who comes back, in milliseconds: a working day.
KEPT_MS = 12 * 3600 * 1000
#: Events of a channel that are told to somebody who comes back; who has missed more is told how it stands instead.
MOST_EVENTS = 100

#: Kinds that the hub itself uses.
STATE = "state"
END = "end"


class Subject(NamedTuple):
    """What everybody may know of a subject now."""

    #: Keys of the page store: when one of them goes stale, somebody looks again whether the subject is still public.
    keys: Sequence[str]
    #: Counts by their names, such as {"comments": 9}.
    counts: dict[str, int]


class Told(NamedTuple):
    """One event, as readers are told of it."""

    seq: int
    kind: str
    ref: str
    counts: dict[str, int]


#: Return the subjects of those keys that everybody may see, by key; called with many at once, in Django.
Look = Callable[[Sequence[str]], dict[str, Subject]]
_looks: dict[str, Look] = {}


def register(kind: str, look: Look) -> None:
    """Let readers follow channels named `kind:key`. Call it from `AppConfig.ready()`.

    `look` gets keys as readers wrote them, so any text of 40 letters, digits, `_` and `-`; it leaves out what does not
    exist and what is not public. Raises ValueError on a taken kind.
    """
    if not WORD.fullmatch(kind):
        raise ValueError(f"{kind!r} names no kind: lower-case letters and underscores, at most {LONGEST_WORD}.")
    if kind in _looks:
        raise ValueError(f"Channels of the kind {kind} are registered already.")
    _looks[kind] = look


def subjects(channels: Iterable[str]) -> dict[str, Subject]:
    """Return what stands behind those `channels` that everybody may see. One call of each kind's `look`."""
    keys: dict[str, list[str]] = {}
    for channel in channels:
        kind, _colon, key = channel.partition(":")
        keys.setdefault(kind, []).append(key)
    found = {}
    for kind, asked in keys.items():
        if kind in _looks:
            seen = _looks[kind](asked)
            # Only what was asked for, whatever a room gives.
            found |= {f"{kind}:{key}": seen[key] for key in asked if key in seen}
    return found
