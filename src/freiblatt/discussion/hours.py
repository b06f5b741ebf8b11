"""When the desk is staffed, and when not: what comes outside these hours appears when they begin."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freiblatt.discussion.models import DiscussionSettings, StaffedDays, Thread

#: How many days of the week are staffed, from Monday on.
_DAYS = {StaffedDays.WEEK: 5, StaffedDays.SIX: 6, StaffedDays.ALL: 7}


def notes_for_writers(thread: Thread, settings: DiscussionSettings) -> list[str]:
    """Return what readers should know before they write below an article, in the active language."""
    slow = thread.slow_minutes
    pause = ngettext(
        "This discussion is slowed down: one comment from each network in %(minutes)d minute.",
        "This discussion is slowed down: one comment from each network in %(minutes)d minutes.",
        slow,
    ) % {"minutes": slow}
    return [note for note in (hours_text(settings), pause if slow else "") if note]


def has_hours(settings: DiscussionSettings) -> bool:
    """Return whether comments appear only in certain hours."""
    return settings.staffed_days in _DAYS and None not in (settings.staffed_from, settings.staffed_until)


def is_staffed(settings: DiscussionSettings, now: datetime) -> bool:
    """Return whether somebody sits at the desk at `now` (aware), on the newsroom's clock; always where none is said."""
    if not has_hours(settings) or settings.staffed_from is None or settings.staffed_until is None:
        return True
    here = now.astimezone(get_default_timezone())
    is_day = here.weekday() < _DAYS[StaffedDays(settings.staffed_days)]
    return is_day and settings.staffed_from <= here.time() < settings.staffed_until


def hours_text(settings: DiscussionSettings) -> str:
    """Return what readers are told of the hours, in the active language; "" where comments always appear."""
    if not has_hours(settings):
        return ""
    sentences = {
        StaffedDays.WEEK: _("Comments appear from Monday to Friday, %(begin)s to %(end)s. You can write at any time."),
        StaffedDays.SIX: _("Comments appear from Monday to Saturday, %(begin)s to %(end)s. You can write at any time."),
        StaffedDays.ALL: _("Comments appear every day, %(begin)s to %(end)s. You can write at any time."),
    }
    return sentences[StaffedDays(settings.staffed_days)] % {
        "begin": date_format(settings.staffed_from, "TIME_FORMAT"),
        "end": date_format(settings.staffed_until, "TIME_FORMAT"),
    }
