"""The archive: all months in which something was published."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from freiblatt.articles.models.listing import Listing, latest_list, month_list


@dataclass(frozen=True)
class ArchiveMonth:
    """A month with its number of articles."""

    first_day: date
    url: str
    count: int


@dataclass(frozen=True)
class ArchiveYear:
    """A year with its months, newest first."""

    year: int
    months: list[ArchiveMonth]


def month_url(first_day: date) -> str:
    """Return the address of a month's page in the active language."""
    return reverse("archive_month", args=[f"{first_day:%Y}", f"{first_day:%m}"])


def archive_years(language: str) -> list[ArchiveYear]:
    """Return all years with articles, newest first; the first and the last article say which months to count."""
    latest = Listing.objects.filter(name=latest_list(language))
    newest = latest.order_by("-listed_on").values_list("listed_on", flat=True).first()
    oldest = latest.order_by("listed_on").values_list("listed_on", flat=True).first()
    if newest is None or oldest is None:
        return []
    names = {month_list(noon_of(first_day), language): first_day for first_day in _months(oldest, newest)}
    counts = dict(
        Listing.objects.filter(name__in=names).order_by().values_list("name").annotate(count=Count("article_id"))
    )
    years: dict[int, list[ArchiveMonth]] = {}
    for name, first_day in names.items():
        if name in counts:
            month = ArchiveMonth(first_day, month_url(first_day), counts[name])
            years.setdefault(first_day.year, []).append(month)
    return [ArchiveYear(year, months) for year, months in years.items()]


def neighbour_urls(first_day: date, language: str) -> tuple[str, str]:
    """Return the addresses of the nearest earlier and later month with articles, "" where there is none."""
    latest = Listing.objects.filter(name=latest_list(language)).values_list("listed_on", flat=True)
    begin = timezone.make_aware(datetime.combine(first_day, time.min))
    end = timezone.make_aware(datetime.combine(_next(first_day), time.min))
    earlier = latest.filter(listed_on__lt=begin).order_by("-listed_on").first()
    later = latest.filter(listed_on__gte=end).order_by("listed_on").first()
    return month_url(_first_day(earlier)) if earlier else "", month_url(_first_day(later)) if later else ""


def noon_of(first_day: date) -> datetime:
    """Return a moment that lies in the month of `first_day` in every time zone of the publication."""
    return timezone.make_aware(datetime.combine(first_day, time(12)))


def _months(oldest: datetime, newest: datetime) -> Iterator[date]:
    first_day, last = _first_day(newest), _first_day(oldest)
    while first_day >= last:
        yield first_day
        first_day = (first_day - timedelta(days=1)).replace(day=1)


def _first_day(moment: datetime) -> date:
    return timezone.localtime(moment).date().replace(day=1)


def _next(first_day: date) -> date:
    return (first_day + timedelta(days=32)).replace(day=1)
