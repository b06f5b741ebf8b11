"""Where a passage stands after the text around it was changed: found exactly, or not at all.

We own both texts, so nothing has to be guessed: a difference of the two says which signs were kept. A passage moves
where its words are found exactly and only one place can be meant; it has changed where most of its signs were kept in
place; else it is lost. A look-alike is no find.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

#: Signs kept of what surrounds a passage, on each side.
AROUND = 32
#: So much of a passage's signs must have been kept for it to be the same passage, changed.
LEAST_KEPT = 0.75
#: So much of the changed passage must be old; else somebody wrote something new between its first and last word.
LEAST_OLD = 0.5
#: Signs beside a passage that tell it from its twin.
LEAST_AROUND = 8
#: Shorter words may be written anew elsewhere; they are only found together with what surrounds them.
LEAST_ALONE = 32

#: A word or a sign with the blanks behind it: blanks alone would be alike everywhere, and cost a hundred times more.
TOKEN = re.compile(r"(?:\w+|[^\w\s])\s*|\s+")


class Fate(Enum):
    """What became of a passage."""

    KEPT = "kept"
    CHANGED = "changed"
    MOVED = "moved"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Place:
    """A passage: a block's id, and code points of its text."""

    block: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """Signs that both texts share, one for one."""

    old: int
    new: int
    length: int


def carry(place: Place, old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Fate, Place | None]:
    """Return what became of the passage at `place` of the texts `old` in the texts `new`, and where it stands there.

    Both hold the text of each block by its id.
    """
    before = old.get(place.block, "")
    words = before[place.start : place.end]
    if not words:
        return Fate.LOST, None
    after = new.get(place.block)
    sides = before[max(0, place.start - AROUND) : place.start], before[place.end : place.end + AROUND]
    is_only = _count(words, old) == 1
    if after is not None:
        if after == before:
            return Fate.KEPT, place
        found = _by_difference(place, before, after)
        if found is not None and after[found.start : found.end] == words:
            return Fate.KEPT, found
        # A difference may cut beside the words: "Now A. B." shares its first and last signs with "A. B." in two ways.
        same = find(words, *sides, {place.block: after}, may_stand_alone=is_only)
        if same is not None:
            return Fate.KEPT, same
        # Words that stood elsewhere before, and are no more now than they were then, are another passage, moved here.
        if found is not None and _count(after[found.start : found.end], new) > _count(
            after[found.start : found.end], old
        ):
            return Fate.CHANGED, found
    moved = find(words, *sides, new, may_stand_alone=is_only)
    return (Fate.MOVED, moved) if moved else (Fate.LOST, None)


def find(
    words: str, before: str, after: str, texts: Mapping[str, str], *, may_stand_alone: bool = True
) -> Place | None:
    """Return the one place of `texts` where exactly `words` stand; None where there is none, or more than one may be
    meant.

    `before` and `after` are what surrounded them. Where the words stand several times, or are few, or were not alone
    where they come from (`may_stand_alone`), the surroundings have to decide.
    """
    found = [
        Place(block, start, start + len(words)) for block, text in texts.items() for start in occurrences(words, text)
    ]
    if len(found) == 1 and may_stand_alone and len(words) >= LEAST_ALONE:
        return found[0]
    # Both sides decide better than one: a sentence may stand in two places behind the same word.
    for needed in (2, 1):
        fitting = [one for one in found if _fitting_sides(one, before, after, texts[one.block]) >= needed]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return None
    return None


def occurrences(words: str, text: str) -> list[int]:
    """Return where `words` begin in `text`, overlapping ones too."""
    found, at = [], text.find(words) if words else -1
    while at >= 0:
        found.append(at)
        at = text.find(words, at + 1)
    return found


def _count(words: str, texts: Mapping[str, str]) -> int:
    return sum(len(occurrences(words, text)) for text in texts.values())


def _fitting_sides(place: Place, before: str, after: str, text: str) -> int:
    """Return on how many sides of `place` the same words stand as before; a side of nothing fits only nothing."""
    left, right = text[max(0, place.start - AROUND) : place.start], text[place.end : place.end + AROUND]
    return _fits(before[::-1], left[::-1]) + _fits(after, right)


def _fits(known: str, there: str) -> bool:
    """Return whether what lies beside a passage is what was known, beginning at the passage."""
    if len(known.strip()) < LEAST_AROUND:
        return False
    shared = next((at for at, (one, other) in enumerate(zip(known, there, strict=False)) if one != other), None)
    return (min(len(known), len(there)) if shared is None else shared) >= min(len(known), AROUND // 2)


def _by_difference(place: Place, before: str, after: str) -> Place | None:
    """Return where the passage stands in the same block, by which signs were kept; None where that is not certain."""
    runs, kept = _compared(before, after)
    ends = Run(len(before), len(after), 0)
    start, end = _mapped_start(place, runs, kept, ends), _mapped_end(place, runs, kept, ends)
    if start is None or end is None or start >= end:
        return None
    n_kept = sum(at in kept for at in range(place.start, place.end))
    if n_kept < LEAST_KEPT * (place.end - place.start) or n_kept < LEAST_OLD * (end - start):
        return None
    found = Place(place.block, start, end)
    words = before[place.start : place.end]
    if after[start:end] == words and len(occurrences(words, before)) == len(occurrences(words, after)) == 1:
        return found
    return found if _is_beside_the_same(place, found, kept, before, after) else None


@functools.lru_cache(maxsize=16)
def _compared(before: str, after: str) -> tuple[list[Run], dict[int, int]]:
    """Return what two texts share, and for each sign that was kept where it stands now.

    Remembered, because many passages of one block are brought forward one after the other.
    """
    runs = kept_runs(before, after)
    return runs, {run.old + at: run.new + at for run in runs for at in range(run.length)}


def _is_beside_the_same(place: Place, found: Place, kept: dict[int, int], before: str, after: str) -> bool:
    """Return whether at least one neighbour of the passage is still its neighbour, so that it is not a twin."""
    left = min(LEAST_AROUND, place.start)
    is_left = all(kept.get(place.start - at) == found.start - at for at in range(1, left + 1))
    right = min(LEAST_AROUND, len(before) - place.end)
    is_right = all(kept.get(place.end - 1 + at) == found.end - 1 + at for at in range(1, right + 1))
    # The end of the block is a neighbour only where it still is one, and where something else is.
    is_left = is_left and (left > 0 or found.start == 0)
    is_right = is_right and (right > 0 or found.end == len(after))
    if left == 0 and right == 0:
        return is_left and is_right
    return (is_left and left > 0) or (is_right and right > 0)


def _mapped_start(place: Place, runs: list[Run], kept: dict[int, int], ends: Run) -> int | None:
    """Return where the passage begins now. None where its beginning was rewritten together with what stood before."""
    if place.start in kept:
        return kept[place.start]
    old_start, _old_end, new_start, new_end = _gap_around(place.start, runs, ends)
    if old_start == place.start:
        return new_start
    return new_start if new_start == new_end else None


def _mapped_end(place: Place, runs: list[Run], kept: dict[int, int], ends: Run) -> int | None:
    """Return where the passage ends now. None where its end was rewritten together with what stood behind."""
    last = place.end - 1
    if last in kept:
        return kept[last] + 1
    _old_start, old_end, new_start, new_end = _gap_around(last, runs, ends)
    if old_end == place.end:
        return new_end
    return new_end if new_start == new_end else None


def _gap_around(at: int, runs: list[Run], ends: Run) -> tuple[int, int, int, int]:
    """Return the old and the new bounds of the changed piece that holds the old sign `at`."""
    old_start = new_start = 0
    for run in runs:
        if run.old > at:
            return old_start, run.old, new_start, run.new
        old_start, new_start = run.old + run.length, run.new + run.length
    return old_start, ends.old, new_start, ends.new


def kept_runs(before: str, after: str) -> list[Run]:
    """Return the signs that both texts share, in order: by words, and inside of rewritten words by letters.

    What both begin and end with is not compared, so that a small change in a long text costs little.
    """
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    runs = [Run(0, 0, head)]
    runs += [Run(run.old + head, run.new + head, run.length) for run in _runs_between(old, new)]
    runs.append(Run(len(before) - tail, len(after) - tail, tail))
    return _joined(runs)


def _runs_between(old: str, new: str) -> list[Run]:
    old_tokens, new_tokens = TOKEN.findall(old), TOKEN.findall(new)
    old_at, new_at = _begins(old_tokens), _begins(new_tokens)
    runs = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old_tokens, new_tokens, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(Run(old_at[i1], new_at[j1], old_at[i2] - old_at[i1]))
        elif tag == "replace":
            runs += _runs_in_words(old[old_at[i1] : old_at[i2]], new[new_at[j1] : new_at[j2]], old_at[i1], new_at[j1])
    return runs


def _runs_in_words(old: str, new: str, old_at: int, new_at: int) -> list[Run]:
    """Return what two rewritten words share where one is the other, mended; nothing of words that are others.

    Only what both begin and end with: letters in the middle of a word are no sign that it was kept.
    """
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    if head + tail < max(len(old), len(new)) / 2:
        return []
    return [Run(old_at, new_at, head), Run(old_at + len(old) - tail, new_at + len(new) - tail, tail)]


def _begins(tokens: list[str]) -> list[int]:
    begins = [0]
    for token in tokens:
        begins.append(begins[-1] + len(token))
    return begins


def _shared(one: str, other: str) -> int:
    """Return with how many signs both texts begin."""
    length = min(len(one), len(other))
    if one[:length] == other[:length]:
        return length
    low, high = 0, length
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _joined(runs: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if run.length == 0:
            continue
        if last and last.old + last.length == run.old and last.new + last.length == run.new:
            joined[-1] = Run(last.old, last.new, last.length + run.length)
        else:
            joined.append(run)
    return joined
