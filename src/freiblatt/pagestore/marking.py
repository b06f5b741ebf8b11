"""Making pages count no longer: in every process, on disk, on other machines. Nothing in here imports Django."""

import functools
from collections.abc import Iterable

from freiblatt import config
from freiblatt.pagestore import disk, valkey
from freiblatt.pagestore.valkey import OthersNotReachedError
from freiblatt.pagestore.words import Words

__all__ = ["OthersNotReachedError", "carry_out", "carry_out_here", "tell_others", "words"]


@functools.cache
def words() -> Words:
    """Return the generation words of this process's publication."""
    return Words(config.current().var)


def carry_out_here(keys: Iterable[str]) -> None:
    """Mark `keys` in the words of this machine, then remove the pages that show them from its disk."""
    found = list(keys)
    words().mark(found)
    disk.unlink_pages(config.current(), found)


def carry_out(keys: Iterable[str]) -> None:
    """Make every page that shows one of `keys` count no longer, on all machines.

    Raises OthersNotReachedError when this machine is done but the others could not be told.
    """
    found = list(keys)
    carry_out_here(found)
    tell_others(found)


def tell_others(keys: Iterable[str]) -> None:
    """Let other machines mark `keys` too, where `valkey_url` is set. Raises OthersNotReachedError."""
    if config.current().valkey_url:
        valkey.tell_others(config.current(), words().epoch, keys)
