"""What is said of comments: names, dates, and what stands in the place of those that are gone."""

import functools
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from freiblatt.discussion.models import Comment, CommentState, DatePrecision, Thread, ThreadState
from freiblatt.discussion.reading.shown import REMEMBERED


def count_text(n_public: int) -> str:
    """Return "9 comments" in the active language."""
    return ngettext("%(count)d comment", "%(count)d comments", n_public) % {"count": n_public}


def shown_name(comment: Comment) -> str:
    """Return the name that readers see; "" where they do not see the text. A lost one's is known from its answer."""
    return comment.name if comment.state in (CommentState.PUBLIC, CommentState.LOST) else ""


def all_answers(root: Comment) -> str:
    return ngettext("View the answer", "View all %(count)d answers", root.n_replies) % {"count": root.n_replies}


def tombstone_text(comment: Comment) -> str:
    """Return the sentence that stands in the place of a comment that is gone; "" for one that is there."""
    match comment.state:
        case CommentState.WITHDRAWN:
            return _("This comment was withdrawn by its writer.")
        case CommentState.REMOVED:
            return _("This comment was removed by the newsroom.")
        case CommentState.ERASED:
            return _("This comment was erased.")
        case CommentState.LOST:
            return _("A comment by %(name)s stood here; the copy this page was taken from had lost it.") % {
                "name": comment.guest_name
            }
    return ""


def hidden_text(comment: Comment) -> str:
    """Return the sentence that readers see in the place of a comment; "" for one that they may read."""
    match comment.state:
        case CommentState.WAITING:
            return _("This comment is being checked by the newsroom.")
        case CommentState.REFUSED:
            return _("This comment was removed by the newsroom.")
    return tombstone_text(comment)


def dates(comment: Comment, language: str, time_zone: str) -> tuple[str, str]:
    """Return when `comment` was written: for readers as exactly as it is known ("13 August 2025, 12:10", "about August
    2025"), for machines a moment with offset or the day, month or year that is known. Empty where nothing is.
    """
    if comment.created_on is None:
        return "", ""
    precision, is_approximate = comment.created_precision, comment.created_is_approximate
    return dates_of(comment.created_on, precision, is_approximate, language, time_zone)


#: For each precision: the format for readers, and that of the machine-readable day, month or year.
FORMATS: dict[str, tuple[str, str]] = {
    DatePrecision.YEAR: ("Y", "%Y"),
    DatePrecision.MONTH: ("YEAR_MONTH_FORMAT", "%Y-%m"),
    DatePrecision.DAY: ("DATE_FORMAT", "%Y-%m-%d"),
    DatePrecision.MINUTE: ("DATETIME_FORMAT", ""),
}


@functools.lru_cache(maxsize=REMEMBERED)
def dates_of(
    created_on: datetime, precision: str, is_approximate: bool, _language: str, _time_zone: str
) -> tuple[str, str]:
    """Return what `dates` does; in the active language and time zone, which are arguments to be remembered by."""
    when = localtime(created_on)
    shown, machine = FORMATS[precision]
    text = date_format(when, shown)
    if is_approximate:
        text = pgettext("date", "about %(date)s") % {"date": text}
    return text, when.strftime(machine) if machine else when.isoformat(timespec="minutes")


def lost_text(thread: Thread) -> str:
    """Return what is said of comments that an older site had counted and its copy did not contain."""
    if not thread.n_lost:
        return ""
    return ngettext(
        "The page this was taken from counted %(count)d more comment, which its copy no longer contained.",
        "The page this was taken from counted %(count)d more comments, which its copy no longer contained.",
        thread.n_lost,
    ) % {"count": thread.n_lost}


def closed_text(thread: Thread) -> str:
    """Return what is said below an article where nobody can write; "" where readers can."""
    if thread.is_open():
        return ""
    if thread.state != ThreadState.CLOSED and thread.opens_on is not None and thread.closes_on is None:
        when = date_format(localtime(thread.opens_on), "DATETIME_FORMAT")
        return _("Comments open on %(date)s.") % {"date": when}
    return _("Comments are closed.")
