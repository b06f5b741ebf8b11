"""What the desk's decisions teach about comments that wait: a number to sort by, and the words that made it.

Logistic regression over hashed pieces of text, in plain Python: words, pairs of words, and runs of four letters, which
catch inflected and misspelt words. It is learnt anew from the last decisions each time, so that what is erased is
forgotten with the next lesson. It never refuses or approves anything.
"""

import math
import re
import unicodedata
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: Slots of the table of weights. Two pieces rarely share one, and the table is 256 kB before it is packed.
SLOTS = 1 << 16
#: Changes when the pieces below do: weights of another version mean nothing.
VERSION = 1
#: With fewer decisions of either kind it knows nothing.
LEAST_LESSONS = 8
#: Rounds over the lessons, the step of the first one, and how much weights shrink.
ROUNDS = 6
STEP = 0.5
SHRINK = 1e-4
_LETTERS = 4
#: Of one text; what follows hardly changes the picture.
_LONGEST = 2000
_WORD = re.compile(r"[^\W_]+|[!?]{2,}|https?://[^\s/]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word that spoke for or against a comment: `weight` above 0 speaks for refusing."""

    text: str
    weight: float


def pieces(text: str) -> list[tuple[str, str]]:
    """Return what is counted of a text, each with the word that it is shown as."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST])
    shouts = sum(letter.isupper() for letter in plain) * 2 > sum(letter.isalpha() for letter in plain) > 20
    words = _WORD.findall(plain.casefold())
    found = [("w " + word, word) for word in words]
    found += [("p " + " ".join(pair), " ".join(pair)) for pair in pairwise(words)]
    for word in words:
        framed = f"<{word}>"
        found += [
            (f"l {framed[start : start + _LETTERS]}", word) for start in range(max(1, len(framed) - _LETTERS + 1))
        ]
    if shouts:
        found.append(("!", "GROSS"))
    return found


def _slot(piece: str) -> int:
    return zlib.crc32(piece.encode()) % SLOTS


def _slots(text: str) -> list[int]:
    return list({_slot(piece) for piece, _word in pieces(text)})


class Judgement:
    """Weights, learnt from decisions. `doubt` is how likely the desk refuses a text, between 0 and 1."""

    def __init__(self, weights: "array[float] | None" = None, bias: float = 0.0) -> None:
        self.weights = weights if weights is not None else array("f", bytes(4 * SLOTS))
        self.bias = bias

    @classmethod
    def learn(cls, lessons: Sequence[tuple[str, bool]]) -> "Judgement | None":
        """Return what (text, was it refused) teaches; None where there are too few of either kind."""
        refused = sum(was_refused for _text, was_refused in lessons)
        if min(refused, len(lessons) - refused) < LEAST_LESSONS:
            return None
        found = cls()
        weights = found.weights
        # Refusals are rare: each kind counts as much as the other.
        weight_of = {True: len(lessons) / (2 * refused), False: len(lessons) / (2 * (len(lessons) - refused))}
        prepared = [(_slots(text), was_refused) for text, was_refused in lessons]
        for number in range(ROUNDS):
            step = STEP / (1 + number)
            # Every other lesson first, then backwards: neither the oldest nor the latest have the last word.
            order = prepared[::2] + prepared[1::2] if number % 2 else prepared[::-1]
            for slots, was_refused in order:
                if not slots:
                    continue
                share = 1 / math.sqrt(len(slots))
                fault = (was_refused - _squash(found.bias + share * sum(weights[slot] for slot in slots))) * (
                    step * weight_of[was_refused]
                )
                found.bias += fault * 0.1
                for slot in slots:
                    weights[slot] += fault * share - SHRINK * weights[slot]
        return found

    def doubt(self, text: str) -> float:
        """Return how likely the desk refuses `text`, as far as it has shown: 0 to 1."""
        slots = _slots(text)
        if not slots:
            return _squash(self.bias)
        return _squash(self.bias + sum(self.weights[slot] for slot in slots) / math.sqrt(len(slots)))

    def reasons(self, text: str, *, most: int = 4) -> list[Piece]:
        """Return the words of `text` that say most, for refusing or against it, the strongest first."""
        sums: dict[str, float] = {}
        for piece, word in dict(pieces(text)).items():
            if " " not in word:
                sums[word] = sums.get(word, 0.0) + self.weights[_slot(piece)]
        strongest = sorted(sums.items(), key=lambda one: -abs(one[1]))[:most]
        return [Piece(text=word, weight=weight) for word, weight in strongest if abs(weight) > 0.01]

    def packed(self) -> bytes:
        """Return the weights as they are stored, without what a text could be read from."""
        return zlib.compress(array("f", [self.bias, *self.weights]).tobytes(), 6)

    @classmethod
    def unpacked(cls, stored: bytes) -> "Judgement | None":
        """Return stored weights; None for what is none."""
        found: array[float] = array("f")
        try:
            found.frombytes(zlib.decompress(stored))
        except (zlib.error, ValueError):
            return None
        return cls(found[1:], found[0]) if len(found) == SLOTS + 1 else None


def _squash(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def lessons_of(decided: Iterable[tuple[str, str]], *, refused: Iterable[str]) -> list[tuple[str, bool]]:
    """Return (text, was it refused) of (text, state); `refused` are the states that are a refusal."""
    bad = set(refused)
    return [(text, state in bad) for text, state in decided if text.strip()]
