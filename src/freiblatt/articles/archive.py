"""The archive: all months in which something was published."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from freiblatt.articles.models.listing import Listing


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


def _months_of(language: str) -> Q:
    # "0" follows "/" in every collation that we know, so this is the range of names that begin with `month/de/`.
    return Q(name__gte=f"month/{language}/", name__lt=f"month/{language}0")


def month_url(first_day: date) -> str:
    """Return the address of a month's page in the active language."""
    return reverse("archive_month", args=[f"{first_day:%Y}", f"{first_day:%m}"])


def _first_day(name: str) -> date:
    return date.fromisoformat(f"{name.rsplit('/', 1)[1]}-01")


def archive_years(language: str) -> list[ArchiveYear]:
    """Return all years with articles, newest first; one query that reads one column of the index."""
    counts = (
        Listing.objects.filter(_months_of(language)).order_by("-name").values_list("name").annotate(count=Count("name"))
    )
    years: dict[int, list[ArchiveMonth]] = {}
    for name, count in counts:
        first_day = _first_day(name)
        years.setdefault(first_day.year, []).append(ArchiveMonth(first_day, month_url(first_day), count))
    return [ArchiveYear(year, months) for year, months in years.items()]


def neighbour_urls(name: str, language: str) -> tuple[str, str]:
    """Return the addresses of the nearest earlier and later month with articles, "" where there is none."""
    names = Listing.objects.filter(_months_of(language)).values_list("name", flat=True)
    earlier = names.filter(name__lt=name).order_by("-name").first()
    later = names.filter(name__gt=name).order_by("name").first()
    return (
        month_url(_first_day(earlier)) if earlier else "",
        month_url(_first_day(later)) if later else "",
    )
