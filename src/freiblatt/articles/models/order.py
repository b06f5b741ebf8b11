"""The order of pages of which a publication has few."""

from operator import attrgetter
from typing import TypeVar

from wagtail.models import Page

Kind = TypeVar("Kind", bound=Page)


def in_tree_order(kind: type[Kind], **conditions: object) -> list[Kind]:
    """Return the pages of a kind with few pages (sections, plain pages) by their place in the tree. Two statements.

    Which ones there are is asked by itself: in one statement with the order by path, SQLite walks the path of every
    page there is, a hundred thousand articles included.
    """
    pages = kind._default_manager.order_by()
    pks = list(pages.values_list("pk", flat=True))
    return sorted(pages.filter(pk__in=pks, **conditions), key=attrgetter("path"))
