"""Whether the words that a reader chose are those of the article."""

from collections.abc import Mapping
from dataclasses import dataclass

from freiblatt.discussion.passages.carrying import AROUND, Place, find, occurrences


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a browser says of the words that a reader chose; nothing of it is believed."""

    block: str
    start: int
    words: str
    before: str = ""
    after: str = ""


def find_chosen(chosen: Chosen, texts: Mapping[str, str]) -> Place | None:
    """Return where the chosen words stand in an article's texts, by the ids of its blocks; None where that is not
    certain.

    First where the browser saw them; else the one place where exactly these words stand, with what surrounded them.
    """
    words = chosen.words.strip()
    if not words:
        return None
    start = chosen.start + len(chosen.words) - len(chosen.words.lstrip())
    text = texts.get(chosen.block, "")
    if text[start : start + len(words)] == words:
        return Place(chosen.block, start, start + len(words))
    before, after = chosen.before[-AROUND:], chosen.after[:AROUND]
    places = [Place(block, at, at + len(words)) for block, one in texts.items() for at in occurrences(words, one)]
    # Few words that stand only once are certain here: the reader has just seen them in this article.
    return places[0] if len(places) == 1 else find(words, before, after, texts, may_stand_alone=False)


def around(place: Place, text: str) -> tuple[str, str]:
    """Return what stands before and behind a passage of its block's text."""
    return text[max(0, place.start - AROUND) : place.start], text[place.end : place.end + AROUND]
