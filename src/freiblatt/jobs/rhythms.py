"""When something recurs: each rhythm answers one question, the next time after a given one.

Times of day are meant on the clock on the newsroom's wall (`time_zone` in the configuration). A time that the clock
skips in spring runs an hour later, one that it shows twice in autumn runs the first time only.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

Rhythm = Callable[[datetime], datetime]
"""Takes an aware moment and returns the first due moment that is later, aware, in UTC."""


def daily(at: time) -> Rhythm:
    """Return the rhythm "every day at this time"."""
    return _on_days(at, lambda day: True)


def weekly(weekday: int, at: time) -> Rhythm:
    """Return the rhythm "every week on this day at this time"; Monday is 0, Sunday is 6."""
    if not 0 <= weekday <= 6:
        raise ValueError(f"weekday: seen {weekday}, expected 0 (Monday) to 6 (Sunday).")
    return _on_days(at, lambda day: day.weekday() == weekday)


def monthly(day_of_month: int, at: time) -> Rhythm:
    """Return the rhythm "every month on this day (1 to 28) at this time"."""
    if not 1 <= day_of_month <= 28:
        raise ValueError(f"day_of_month: seen {day_of_month}, expected 1 to 28, which every month has.")
    return _on_days(at, lambda day: day.day == day_of_month)


def minutely(minutes: int) -> Rhythm:
    """Return the rhythm "every so many minutes", counted from midnight UTC on 1 January 1970."""
    if minutes < 1:
        raise ValueError(f"minutes: seen {minutes}, expected 1 or more.")
    step = minutes * 60

    def next_after(moment: datetime) -> datetime:
        return datetime.fromtimestamp((int(moment.timestamp()) // step + 1) * step, UTC)

    return next_after


def _on_days(at: time, is_due_on: Callable[[datetime], bool]) -> Rhythm:
    def next_after(moment: datetime) -> datetime:
        zone = timezone.get_default_timezone()
        day = moment.astimezone(zone).replace(tzinfo=None)
        for ahead in range(-1, 64):  # a month at most; yesterday's because a skipped time may fall on today
            due = datetime.combine((day + timedelta(days=ahead)).date(), at)
            aware = due.replace(tzinfo=zone).astimezone(UTC)
            if is_due_on(due) and aware > moment:
                return aware
        raise AssertionError("a day of every month is due within 64 days")

    return next_after
