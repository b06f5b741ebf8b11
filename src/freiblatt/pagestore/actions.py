"""Verbs of the store: keep a page, mark keys stale."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import DatabaseError, transaction
from django.http import HttpResponse

from freiblatt.pagestore import marking
from freiblatt.pagestore.models import StaleMark
from freiblatt.pagestore.policy import allow_frames

__all__ = ["allow_frames", "forget_marks", "keep", "mark_stale"]

logger = logging.getLogger(__name__)


def keep(response: HttpResponse, *, keys: Iterable[str], until: datetime | None = None) -> HttpResponse:
    """Allow the store to keep `response` until one of `keys` goes stale or `until` has come; return the response.

    It is a permission, not an order: what sets a cookie, streams, was asked for by somebody with a session or comes
    from a preview is never kept. The response must be the same for every reader. Raises ValueError on a key with a
    line break or on an `until` without time zone.
    """
    response.store_keys = _checked(keys)  # type: ignore[attr-defined]
    if until is not None and until.tzinfo is None:
        raise ValueError("until needs a time zone.")
    response.store_until = until  # type: ignore[attr-defined]
    return response


def mark_stale(keys: Iterable[str]) -> None:
    """Make every kept page that shows one of `keys` count no longer, once the current transaction commits.

    Call it inside the transaction of the change: the journal row commits with the change or not at all, and whoever
    finds it after a crash carries it out.
    """
    wanted = _checked(keys)
    if not wanted:
        return
    mark = StaleMark.objects.create(keys="\n".join(wanted))
    transaction.on_commit(lambda: _carry_out(mark, wanted), robust=True)


def forget_marks() -> int:
    """Return how many rows of the journal were removed: they speak of a store that no longer exists.

    For a database that was restored into a new directory, whose store is empty.
    """
    return StaleMark.objects.all().delete()[0]


def _carry_out(mark: StaleMark, keys: list[str]) -> None:
    try:
        marking.carry_out(keys)
    except marking.OthersNotReachedError as error:
        # The row stays: a server of ours tells the others as soon as they can be reached.
        logger.warning("Other machines do not hear of changes yet: %s", error)
        return
    try:
        StaleMark.objects.filter(pk=mark.pk).delete()
    except DatabaseError:
        # The pages are right already. A server carries the row out once more and removes it.
        logger.warning("A journal row of the page store could not be removed; it will be later.", exc_info=True)


def _checked(keys: Iterable[str]) -> list[str]:
    found = sorted(set(keys))
    for key in found:
        if not key or "\n" in key:
            raise ValueError(f"{key!r} is no key.")
    return found
