"""Names of what a page shows, as the page store knows them.

A page carries the keys of what it shows; whoever changes that marks the key stale. `section`, `author` and `topic`
stand for their page with its list: they go stale with every article that joins, leaves or changes in the list. What
stands on nearly every page (the name and address of a section or an author, menus, look) goes stale with `site`.
"""

SITE = "site"


def article_key(pk: int) -> str:
    """Return the key of an article's own page and of every short list that names it."""
    return f"article:{pk}"


def section_key(pk: int) -> str:
    """Return the key of a section's list."""
    return f"section:{pk}"


def author_key(pk: int) -> str:
    """Return the key of an author's list, in every language."""
    return f"author:{pk}"


def topic_key(pk: int) -> str:
    """Return the key of a topic's list."""
    return f"topic:{pk}"


def plain_key(pk: int) -> str:
    """Return the key of a plain page."""
    return f"plain:{pk}"


def front_key(language: str) -> str:
    """Return the key of the front page's curated slots in one language."""
    return f"front:{language}"


def latest_key(language: str) -> str:
    """Return the key of any list over all articles of one language."""
    return f"latest:{language}"
