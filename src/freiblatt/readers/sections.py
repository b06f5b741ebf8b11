"""What a reader's page shows of other rooms. Rooms above add a section each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from freiblatt.readers.models import Reader


@dataclass(frozen=True, kw_only=True)
class Section:
    """One room's part of a reader's page."""

    name: str
    order: int
    render: "Callable[[Reader], str]"
    """Returns safe HTML in the active language that begins with an <h2>; "" where there is nothing to show."""


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Add a section. For a room's `AppConfig.ready()`; raises ValueError where another has its name."""
    if _sections.get(section.name, section) != section:
        raise ValueError(f"name: seen {section.name!r} a second time, expected a name of its own for each section.")
    _sections[section.name] = section


def sections_of(reader: "Reader") -> list[SafeString]:
    """Return what the page of `reader` shows of all rooms, in order."""
    found = [section.render(reader) for section in sorted(_sections.values(), key=lambda one: one.order)]
    return [mark_safe(html) for html in found if html]  # noqa: S308 (rooms hand over safe HTML)
