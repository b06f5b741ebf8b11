"""Words that the desk wants to see before readers do: a list, and how it is found in what people type.

Words only hold a comment, they never refuse it, so it is better to find one too many. What a writer does to hide a word
does not count: case, accents, signs and blanks between letters, figures for letters, characters nobody sees.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass

from freiblatt.discussion.text import tidy

#: What may follow a word that is still the same word, in German and in English.
ENDINGS = ("", "e", "en", "er", "ern", "es", "em", "n", "s", "in", "innen", "isch", "ische", "ischen", "ed", "ing")
#: German puts words together. Shorter ones would be found in everything: a "Tor" in "Motor".
LEAST_IN_COMPOUND = 5
#: So many letters at least are a word of their own before or behind it: no "Arsch" in "Barsch".
LEAST_BESIDE = 3
_FIGURES = str.maketrans("0134578@$€!", "oieastbasei")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l"})
_WORD = re.compile(r"\w+")
#: Single letters with something between them: "I d i o t", "I.d.i.o.t".
_SPACED = re.compile(r"(?<!\w)\w(?:[\s.\-_*·]{1,2}\w(?!\w)){2,}")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    line: str
    #: As `plain` writes it.
    word: str
    #: "word" (with endings and in compounds), "exact", "inside" (anywhere), or "phrase" (several words).
    kind: str


def plain(text: str) -> str:
    """Return `text` as words are compared: one case, no accents, umlauts as two letters, nothing unseen."""
    found = unicodedata.normalize("NFKC", tidy(text)).casefold().translate(_UMLAUTS)
    found = unicodedata.normalize("NFKD", found)
    return "".join(letter for letter in found if not unicodedata.combining(letter))


@functools.lru_cache(maxsize=8)
def entries(lines: str) -> tuple[Listed, ...]:
    """Return the list that the desk typed, one entry a line; empty lines and those that begin with # are none."""
    found = []
    for line in lines.splitlines():
        typed = " ".join(line.split())
        if not typed or typed.startswith("#"):
            continue
        word, kind = typed, "word"
        if typed.startswith("="):
            word, kind = typed[1:], "exact"
        elif len(typed) > 2 and typed.startswith("*") and typed.endswith("*"):
            word, kind = typed[1:-1], "inside"
        word = " ".join(_WORD.findall(plain(word)))
        if " " in word:
            kind = "phrase"
        if word:
            found.append(Listed(line=typed, word=word, kind=kind))
    return tuple(found)


def find(text: str, lines: str) -> str:
    """Return the first word of `text` that is on the list, with the line that found it; "" for none."""
    listed = entries(lines)
    if not listed:
        return ""
    typed = plain(text)
    words = _WORD.findall(typed)
    words += ["".join(_WORD.findall(spaced)) for spaced in _SPACED.findall(typed)]
    # Figures stand for letters only inside of words: "2024" is none.
    words += [word.translate(_FIGURES) for word in re.findall(r"[\w@$€!]+", typed) if re.search(r"[a-z]", word)]
    sentence = f" {' '.join(_WORD.findall(typed))} "
    for entry in listed:
        if entry.kind == "phrase":
            if f" {entry.word} " in sentence:
                return entry.line
            continue
        hit = next((word for word in words if _is_hit(word, entry)), None)
        if hit is not None:
            return entry.line if hit == entry.word else f"{hit} ({entry.line})"
    return ""


def _is_hit(word: str, entry: Listed) -> bool:
    if entry.kind == "exact":
        return word == entry.word
    if entry.word not in word:
        return False
    if entry.kind == "inside" or (word.startswith(entry.word) and word[len(entry.word) :] in ENDINGS):
        return True
    if len(entry.word) < LEAST_IN_COMPOUND:
        return False
    before, _found, behind = word.partition(entry.word)
    return (len(before) >= LEAST_BESIDE and behind in ENDINGS) or (not before and len(behind) >= LEAST_BESIDE)
