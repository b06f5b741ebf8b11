"""What the hub asks the database. Called in Django's threads, once for all readers of a channel."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import close_old_connections
from django.db.models import Max

from freiblatt.pagestore import marking
from freiblatt.pagestore.live.channels import MOST_EVENTS, Subject, Told, subjects
from freiblatt.pagestore.models import LiveEvent

#: Above so many channels it pays to ask first which of them have something new.
MANY_CHANNELS = 20


class News(NamedTuple):
    """What is new in a channel."""

    #: None where not everybody may follow it, or where there is nothing of the name.
    subject: Subject | None
    #: By their numbers, the newest `MOST_EVENTS` at most.
    events: list[Told]
    #: Whether these are all.
    is_whole: bool


def find(wanted: Mapping[str, int]) -> dict[str, News]:
    """Return what is new in each channel behind the number that `wanted` gives."""
    close_old_connections()
    try:
        changed = wanted
        if len(wanted) > MANY_CHANNELS:
            among = LiveEvent.objects.filter(channel__in=list(wanted), seq__gt=min(wanted.values()))
            newest = dict(among.values_list("channel").annotate(Max("seq")).order_by())
            changed = {channel: seq for channel, seq in wanted.items() if newest.get(channel, 0) > seq}
        events = {channel: _events(channel, seq) for channel, seq in changed.items()}
        # After the events, so that the counts are never older than they.
        public = subjects(wanted)
        return {
            channel: News(
                public.get(channel),
                events.get(channel, [])[-MOST_EVENTS:],
                is_whole=len(events.get(channel, [])) <= MOST_EVENTS,
            )
            for channel in wanted
        }
    finally:
        close_old_connections()


def _events(channel: str, after: int) -> list[Told]:
    found = LiveEvent.objects.filter(channel=channel, seq__gt=after).order_by("-seq")[: MOST_EVENTS + 1]
    return [Told(event.seq, event.kind, event.ref, event.counts) for event in found][::-1]


def wake(known: Mapping[str, int], since: int) -> None:
    """Mark the channels that have something newer than the hub knows, of what was written with numbers above `since`.

    For what others changed and could not tell us: without it their readers would see it, and ours never.
    """
    close_old_connections()
    try:
        recent = LiveEvent.objects.filter(seq__gt=since).values_list("channel").annotate(Max("seq")).order_by()
        behind = [channel for channel, seq in recent if channel in known and seq > known[channel]]
    finally:
        close_old_connections()
    if behind:
        # Their pages here show what was before, too.
        marking.carry_out_here(behind)


def forget() -> None:
    """Remove events of which nobody is told any more."""
    from freiblatt.pagestore.actions import forget_events

    close_old_connections()
    try:
        forget_events()
    finally:
        close_old_connections()
