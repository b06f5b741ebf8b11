"""The registry of what rooms above draw into an article's running text: marks, notes, questions.

A drawer gets the blocks of the body as they are shown, and gives them back with what it adds. Nothing is added to
drafts: who looks at those looks at the text alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage

#: One block: its name in `body.py`, its id ("" where it has none), its HTML.
Drawn = tuple[str, str, SafeString]


@dataclass(frozen=True)
class Drawer:
    """What one room draws."""

    name: str
    #: Return the HTML of each block, and whatever should follow the last one. Called with the public article.
    draw: Callable[["ArticlePage", Sequence[Drawn]], list[SafeString]]
    #: Return the keys that it shows.
    keys: Callable[["ArticlePage"], list[str]]


_drawers: dict[str, Drawer] = {}


def register(drawer: Drawer) -> None:
    """Let `drawer` draw into every article. Call it from `AppConfig.ready()`; raises ValueError on a taken name."""
    if drawer.name in _drawers:
        raise ValueError(f"A drawer named {drawer.name} is registered already.")
    _drawers[drawer.name] = drawer


def drawn(article: "ArticlePage", blocks: Sequence[Drawn]) -> list[SafeString]:
    """Return the blocks of a public article as all drawers leave them."""
    html = [shown for _name, _block, shown in blocks]
    for _name, drawer in sorted(_drawers.items()):
        added = [*html[len(blocks) :]]
        pairs = zip(blocks, html, strict=False)
        html = [*drawer.draw(article, [(name, block, one) for (name, block, _shown), one in pairs]), *added]
    return html


def keys_of_drawers(article: "ArticlePage") -> list[str]:
    """Return the keys of all that is drawn into `article`."""
    if article.pk is None:
        return []
    return [key for drawer in _drawers.values() for key in drawer.keys(article)]
