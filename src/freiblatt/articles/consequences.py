"""What goes with an article when it is withdrawn, as rooms above tell it to the person who decides."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage

#: Return what of the room goes with the article, in a few words ("9 comments"), or "" for nothing.
Tell = Callable[["ArticlePage"], str]
_tells: dict[str, Tell] = {}


def register(name: str, tell: Tell) -> None:
    """Have `tell` asked before an article is withdrawn. Call it from `AppConfig.ready()`."""
    _tells[name] = tell


def consequences_of(article: "ArticlePage") -> list[str]:
    """Return what goes with `article`, in the order of the rooms' names."""
    return [told for _name, tell in sorted(_tells.items()) if (told := tell(article))]
