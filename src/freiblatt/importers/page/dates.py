"""Dates and ages as German and English pages print them."""

import calendar
import re
from datetime import date, datetime, timedelta

from freiblatt.importers.page.saved import Moment

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jan jänner january",
            "februar feb february",
            "märz mär mrz maerz march mar",
            "april apr",
            "mai may",
            "juni jun june",
            "juli jul july",
            "august aug",
            "september sep sept",
            "oktober okt october oct",
            "november nov",
            "dezember dez december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_CLOCK = (
    r"(?:(?:\s*,|\s+um|\s+at|\s+[-–|·]|\s+@)?\s*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2})?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?(?:\s*Uhr)?)?"
)
#: Each with the numbered groups day, month, year under these names.
_DATES = tuple(
    re.compile(pattern + _CLOCK + r"(?![\w])", re.IGNORECASE)
    for pattern in (
        r"(?<!\w)(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?\s*" + _MONTH + r",?\s+(?P<year>\d{4})",
        r"(?<!\w)" + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.\s?(?P<year>\d{4})",
        r"(?<!\d)(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})T?",
    )
)
_SLASHES = re.compile(r"(?<![\d/])(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4})(?![\d/])")

_UNITS = {
    "sekunde": "day", "second": "day", "sec": "day", "minute": "day", "min": "day", "stunde": "day", "std": "day",
    "hour": "day", "hr": "day", "tag": "day", "day": "day", "woche": "week", "week": "week", "monat": "month",
    "month": "month", "mon": "month", "jahr": "year", "year": "year", "yr": "year",
}  # fmt: skip
_DAYS_AGO = {"tag", "day"}
_UNIT = r"(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")(?:en|n|e|s)?\.?"
_COUNT = r"(?P<count>\d{1,4}|einem|einer|ein|eine|a|an|one)"
_AGES = (
    re.compile(rf"^(?:etwa\s+|ca\.\s+|about\s+)?{_COUNT}\s+{_UNIT}\s+(?:zuvor|her|ago)$", re.IGNORECASE),
    re.compile(rf"^vor\s+(?:etwa\s+|ca\.\s+)?{_COUNT}\s+{_UNIT}$", re.IGNORECASE),
)
_NOW = {"gerade eben", "soeben", "jetzt", "just now", "right now", "now", "heute", "today", "moments ago"}
_YESTERDAY = {"gestern", "yesterday"}


def find_dates(line: str, *, language: str = "") -> list[tuple[re.Match[str], Moment, bool]]:
    """Return the dates in `line`, from left to right: place, moment, and whether day and month could be swapped.

    08/09/2025 is read as an American date in an English line (`language` "en") and as 8 September elsewhere.
    """
    found: list[tuple[re.Match[str], Moment, bool]] = []
    for pattern in _DATES:
        for match in pattern.finditer(line):
            number = match.groupdict().get("number")
            month = int(number) if number else _MONTHS[match["month"].lower()]
            day = _day(int(match["year"]), month, int(match["day"]))
            if day is not None and not any(_overlap(match, other) for other, _moment, _unsure in found):
                found.append((match, _with_clock(day, match), False))
    for match in _SLASHES.finditer(line):
        first, second = int(match["first"]), int(match["second"])
        is_american = second > 12 or (first <= 12 and language == "en")
        day_number, month = (second, first) if is_american else (first, second)
        day = _day(int(match["year"]), month, day_number)
        if day is not None:
            found.append((match, Moment(day, None, "day", False), first <= 12 and second <= 12 and first != second))
    return sorted(found, key=lambda one: one[0].start())


def parse_moment(line: str, *, saved_on: date, language: str = "") -> Moment | None:
    """Return the moment that `line` is, and nothing but that, or None. Ages count back from `saved_on`."""
    line = line.strip(" .,·|–-")
    if line.casefold() in _NOW:
        return Moment(saved_on, None, "day", True)
    if line.casefold() in _YESTERDAY:
        return Moment(saved_on - timedelta(days=1), None, "day", True)
    for pattern in _AGES:
        if match := pattern.match(line):
            return _aged(match["count"], match["unit"].lower(), saved_on)
    dates = find_dates(line, language=language)
    if len(dates) == 1 and not re.sub(r"(?i)\b(am|on|um|at|uhr)\b|[\s,.|·–-]", "", _without(line, dates[0][0])):
        return dates[0][1]
    return None


def _without(line: str, match: re.Match[str]) -> str:
    return line[: match.start()] + line[match.end() :]


def _overlap(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _with_clock(day: date, match: re.Match[str]) -> Moment:
    if match["hour"] is None:
        return Moment(day, None, "day", False)
    hour, minute = int(match["hour"]), int(match["minute"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    if hour > 23 or minute > 59:
        return Moment(day, None, "day", False)
    return Moment(day, datetime(day.year, day.month, day.day, hour, minute), "minute", False)  # noqa: DTZ001


def _aged(count_text: str, unit: str, saved_on: date) -> Moment | None:
    count = int(count_text) if count_text.isdigit() else 1
    precision = _UNITS[unit]
    try:
        if precision == "day":
            days = count if unit in _DAYS_AGO else 0
            return Moment(saved_on - timedelta(days=days), None, "day", True)
        if precision == "week":
            return Moment(saved_on - timedelta(weeks=count), None, "day", True)
        months = saved_on.year * 12 + saved_on.month - 1 - count * (12 if precision == "year" else 1)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        day = date(year, month + 1, min(saved_on.day, last))
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        return None
    return Moment(day, None, "year" if precision == "year" else "month", True)
