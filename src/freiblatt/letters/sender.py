"""Who writes: what stands at the head and the foot of every letter. The room that knows it registers here."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The publication as its letters show it, in one language."""

    name: str
    tagline: str = ""
    imprint: str = ""
    """Who publishes and where, as the law asks for: a few lines. "" where the desk has written none."""

    imprint_url: str = ""
    """Full address of the page with the whole imprint, or ""."""

    accent_light: str = "#a8281c"
    accent_dark: str = "#f0897b"

    @property
    def signature(self) -> str:
        """What stands at the foot: the imprint, without one the name."""
        return self.imprint or self.name


Find = Callable[[str], Sender]
_find: list[Find] = []


def register(find: Find) -> None:
    """Have `find(language)` say who writes. For a room's `AppConfig.ready()`; the last one counts."""
    _find[:] = [find]


def sender(language: str) -> Sender:
    """Return who writes in `language`; without a room that knows more, the configured name."""
    return _find[0](language) if _find else Sender(name=settings.WAGTAIL_SITE_NAME)
