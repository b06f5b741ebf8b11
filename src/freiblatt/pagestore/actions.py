"""Verbs of the store: keep a page, mark keys stale, tell readers what happens."""

import functools
import logging
import operator
import time
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.http import HttpResponse

from freiblatt.pagestore import marking
from freiblatt.pagestore.live.channels import CHANNEL, END, KEPT_MS, REF, STATE, WORD
from freiblatt.pagestore.models import LiveEvent, StaleMark
from freiblatt.pagestore.policy import allow_frames
from freiblatt.pagestore.remembering import remembered

__all__ = [
    "allow_frames",
    "announce",
    "forget_events",
    "forget_marks",
    "is_carried_out",
    "keep",
    "mark_stale",
    "remembered",
]

logger = logging.getLogger(__name__)

#: Names our locks among those of a PostgreSQL database; the second half is a channel's hash.
LOCK_CLASS = int.from_bytes(b"live")


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


def is_carried_out(keys: Iterable[str]) -> bool:
    """Return whether every change of `keys` has reached the finished pages of this machine, and others were told of it.

    After the commit of a change it is so at once, unless a disk or Valkey refuses; then servers go on trying.
    """
    wanted = set(keys)
    named = functools.reduce(operator.or_, (Q(keys__contains=key) for key in wanted), Q(pk=None))
    rows = StaleMark.objects.filter(named).values_list("keys", flat=True)
    return all(wanted.isdisjoint(row.split("\n")) for row in rows)


def forget_marks() -> int:
    """Return how many rows of the journal were removed: they speak of a store that no longer exists.

    For a database that was restored into a new directory, whose store is empty.
    """
    return StaleMark.objects.all().delete()[0]


@transaction.atomic
def announce(*, channel: str, kind: str, ref: str | int = "", counts: Mapping[str, int] | None = None) -> LiveEvent:
    """Tell whoever follows `channel` ("thread:12") that something happened, once the transaction of the change commits.

    It also marks the key of the channel's name stale: what readers are told of, the pages show. `kind` is a word of the
    room ("comment"), `ref` the id of a part of the subject, `counts` what it counts up to now ({"comments": 9}). No
    text, no name: all of it is public. Where no reader listens it costs a row. Others who announce in the same channel
    wait until this transaction ends, so announce late in it. Raises ValueError on what is no name, word, id or number.
    """
    told = {name: int(number) for name, number in (counts or {}).items()}
    for text, form in ((channel, CHANNEL), (kind, WORD), (str(ref), REF), *((name, WORD) for name in told)):
        if not form.fullmatch(text):
            raise ValueError(f"{text!r} cannot be told to readers, expected {form.pattern}")
    if kind in (STATE, END):
        raise ValueError(f"{kind!r} is the hub's own word, expected another.")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Else a smaller number could commit after a greater one, and a hub that knows the greater would never see
            # it. SQLite's writers wait for each other anyway.
            lock = zlib.crc32(channel.encode()) - 2**31
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, lock])
        table = connection.ops.quote_name(LiveEvent._meta.db_table)
        cursor.execute(f"SELECT MAX(seq) FROM {table} WHERE channel = %s", [channel])  # noqa: S608 (our own table's name)
        last = cursor.fetchone()[0] or 0
    event = LiveEvent.objects.create(
        channel=channel, seq=max(last + 1, time.time_ns() // 10**6), kind=kind, ref=str(ref), counts=told
    )
    mark_stale([channel])
    return event


def forget_events() -> int:
    """Return how many events were removed because nobody is told of them any more."""
    return LiveEvent.objects.filter(seq__lt=time.time_ns() // 10**6 - 2 * KEPT_MS).delete()[0]


def _carry_out(mark: StaleMark, keys: list[str]) -> None:
    try:
        marking.carry_out(keys)
    except marking.OthersNotReachedError as error:
        # The row stays: a server of ours tells the others as soon as they can be reached.
        logger.warning("Other machines do not hear of changes yet: %s", error)
        return
    try:
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(StaleMark._meta.db_table)
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [mark.pk])  # noqa: S608 (our own table's name)
    except DatabaseError:
        # The pages are right already. A server carries the row out once more and removes it.
        logger.warning("A journal row of the page store could not be removed; it will be later.", exc_info=True)


def _checked(keys: Iterable[str]) -> list[str]:
    found = sorted(set(keys))
    for key in found:
        if not key or "\n" in key:
            raise ValueError(f"{key!r} is no key.")
    return found
