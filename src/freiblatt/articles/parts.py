"""The registry of what other rooms add to an article: the thread, later the support box, the notes.

A part is rendered in one *medium*: `page`, `feed`, `print`, `letter`. A part that changes much more often than the
article is *apart*: the page store keeps it as a fragment of its own and composes the page from both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage

Medium = Literal["page", "feed", "print", "letter"]
#: Where a part stands on the page. `byline` is a short promise beside the byline ("9 Kommentare").
Place = Literal["byline", "after_body", "end"]


@dataclass(frozen=True)
class Part:
    """One room's addition to an article."""

    name: str
    medium: Medium
    place: Place
    order: int
    #: Return safe HTML, or "" for nothing. Called with the article.
    render: Callable[["ArticlePage"], str]
    #: Return the keys that the part shows, such as ["thread:12"].
    keys: Callable[["ArticlePage"], list[str]]
    #: Whether the page store keeps it as a fragment of its own.
    is_apart: bool = False


_parts: dict[tuple[str, str], Part] = {}


def register(part: Part) -> None:
    """Add `part` to every article. Call it from `AppConfig.ready()`; raises ValueError on a taken name."""
    if (part.medium, part.name) in _parts:
        raise ValueError(f"A part named {part.name} is registered for {part.medium} already.")
    _parts[(part.medium, part.name)] = part


def parts_of(medium: Medium, place: Place) -> list[Part]:
    """Return the parts of one place in reading order."""
    found = [part for part in _parts.values() if part.medium == medium and part.place == place]
    return sorted(found, key=lambda part: (part.order, part.name))


def part_named(medium: Medium, name: str) -> Part | None:
    """Return one part, or None where no room offers it."""
    return _parts.get((medium, name))
