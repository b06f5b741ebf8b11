"""Links in running text to pages of ours, which are stored by number and shown by address."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from freiblatt.articles import keys

_ANCHOR = re.compile(r"<a\b[^>]*>", re.IGNORECASE)
_TO_PAGE = re.compile(r"""\blinktype=["']page["']""")
_NUMBER = re.compile(r"""\sid=["'](\d+)["']""")


def keys_of_links(stored: Any) -> set[str]:
    """Return the store's keys of the pages to which `stored` text links; it may be nested as blocks are stored.

    Asks no database. Every number gets an article's key: addresses of other pages change with `site`.
    """
    return {keys.article_key(pk) for pk in _linked_pages(stored)}


def _linked_pages(stored: Any) -> set[int]:
    match stored:
        case str():
            if "linktype" not in stored:
                return set()
            anchors = (anchor for anchor in _ANCHOR.findall(stored) if _TO_PAGE.search(anchor))
            return {int(number[1]) for anchor in anchors if (number := _NUMBER.search(anchor))}
        case Mapping():
            return _linked_pages(stored.values())
        case Iterable():
            return {pk for child in stored for pk in _linked_pages(child)}
    return set()
