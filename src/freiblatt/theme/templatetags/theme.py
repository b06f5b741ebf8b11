"""What every reader's page prints: dates as newspapers write them, reading times, ways to a translation."""

from collections.abc import Sized
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

register = template.Library()

#: As `front.css` lays them out on a wide screen.
COLUMNS = 3


@register.simple_tag
def moment(
    when: datetime | None, style: str = "full", is_time_known: bool = True, is_relative: bool = False
) -> SafeString:
    """Return `<time>` with the exact time in the publication's zone, printed as `style` asks; "" without a time.

    Styles: `full` (date and time of day), `date`, `day` (with the day of the week), `short` (day and month), `clock`.
    Where the time of day is not known it is neither printed nor claimed. `is_relative` lets a module write "2 hours
    ago" instead and keep the exact time as title.
    """
    if when is None:
        return SafeString("")
    local = timezone.localtime(when)
    if is_time_known:
        stamp = local.isoformat(timespec="minutes")
        shape = {"full": "DATETIME_FORMAT", "clock": "TIME_FORMAT"}.get(style)
    else:
        stamp = local.date().isoformat()
        shape = None
    shape = shape or {"day": "WEEKDAY_FORMAT", "short": "MONTH_DAY_FORMAT", "clock": "MONTH_DAY_FORMAT"}.get(style)
    text = date_format(local, shape or "DATE_FORMAT")
    mark = SafeString(" data-relative") if is_relative else ""
    return format_html('<time datetime="{}"{}>{}</time>', stamp, mark, text)


@register.simple_tag
def whole_address(path: str) -> str:
    """Return an address of ours as one can type it from paper."""
    return path if "://" in path else f"{settings.WAGTAILADMIN_BASE_URL}{path}"


@register.simple_tag
def minutes(count: int) -> str:
    """Return a reading time in words; "" where none is known."""
    if not count:
        return ""
    return ngettext("%(minutes)d minute", "%(minutes)d minutes", count) % {"minutes": count}


@register.simple_tag
def read_in(language_code: str, language_name: str) -> str:
    """Return the invitation to a translation in the language that it leads to."""
    with translation.override(language_code):
        return gettext("Read this in %(language)s") % {"language": language_name}


@register.simple_tag
def open_row(teasers: Sized) -> int:
    """Return how many of `teasers` share the first row of three columns, which is wider where it would stay open."""
    return len(teasers) % COLUMNS


@register.simple_tag
def edition_date(lead: Any, *lists: Any) -> datetime | None:
    """Return when the newest of the teasers on a front page was published; None on an empty one."""
    teasers = [teaser for teasers in ([lead] if lead else [], *lists) for teaser in teasers or []]
    return max((teaser.published_on for teaser in teasers), default=None)
