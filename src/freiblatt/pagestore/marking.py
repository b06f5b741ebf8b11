"""Making pages count no longer, in every process and on disk. Nothing in here imports Django."""

import functools
from collections.abc import Iterable

from freiblatt import config
from freiblatt.pagestore.words import Words


@functools.cache
def words() -> Words:
    """Return the generation words of this process's publication."""
    return Words(config.current().var)


def carry_out(keys: Iterable[str]) -> None:
    """Mark `keys` in the words, so that no process serves a page with them."""
    words().mark(list(keys))
