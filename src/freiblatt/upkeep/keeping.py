"""Which of the nightly backups stay, and what they are called. Nothing in here imports Django."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from urllib.parse import urlsplit

from freiblatt.config import Config, kept_backups

_NAME = re.compile(r"(?P<publication>[a-z0-9._-]+)-(?P<moment>\d{8}T\d{6}Z)\.tar(?:\.age)?")
_MOMENT = "%Y%m%dT%H%M%SZ"

#: How far the clock of whoever made a backup may be ahead of ours.
LEEWAY = timedelta(minutes=10)

#: What is one day, week or month of the newsroom's clock.
PERIODS: Mapping[str, Callable[[datetime], tuple[int, ...]]] = {
    "daily": lambda moment: (moment.year, moment.month, moment.day),
    "weekly": lambda moment: tuple(moment.isocalendar()[:2]),
    "monthly": lambda moment: (moment.year, moment.month),
}


@dataclass(frozen=True)
class Stored:
    """A nightly backup that lies in the directory. It has its name because it was read back and found whole."""

    path: Path
    made_at: datetime


def kept(moments: Iterable[datetime], rule: Mapping[str, int], zone: tzinfo) -> set[datetime]:
    """Return which of the backups made at `moments` stay under `rule` ({"daily": 7, "weekly": 4, "monthly": 6}).

    Of each of the last so many days, weeks and months *that have one*, the newest stays: after a long pause nothing
    goes for its age alone. The newest of all stays whatever the rule says.
    """
    newest_first = sorted(set(moments), reverse=True)
    staying = set(newest_first[:1])
    for kind, count in rule.items():
        seen: set[tuple[int, ...]] = set()
        for moment in newest_first:
            period = PERIODS[kind](moment.astimezone(zone))
            if period in seen:
                continue
            if len(seen) == count:
                break
            seen.add(period)
            staying.add(moment)
    return staying


def file_name(config: Config, made_at: datetime) -> str:
    """Return the name of a nightly backup made at this moment."""
    ending = ".tar.age" if config.backup_age_recipient else ".tar"
    return f"{_publication(config)}-{made_at.astimezone(UTC).strftime(_MOMENT)}{ending}"


def stored(config: Config) -> list[Stored]:
    """Return this publication's nightly backups, the newest first. Other files in the directory do not count.

    Nor do those from the future (`undated`): nobody knows how old they are. Raises OSError where the directory cannot
    be read.
    """
    return [one for one in _found(config) if not is_ahead(one.made_at)]


def undated(config: Config) -> list[Stored]:
    """Return those whose names say that they are of the future: made while the clock was wrong. Raises OSError."""
    return [one for one in _found(config) if is_ahead(one.made_at)]


def is_ahead(moment: datetime) -> bool:
    """Return whether it lies in the future, by more than clocks differ."""
    return moment > datetime.now(UTC) + LEEWAY


def _found(config: Config) -> list[Stored]:
    if config.backups is None:
        return []
    found = []
    for entry in os.scandir(config.backups):
        match = _NAME.fullmatch(entry.name)
        if match and match["publication"] == _publication(config) and entry.is_file(follow_symlinks=False):
            try:
                made_at = datetime.strptime(match["moment"], _MOMENT).replace(tzinfo=UTC)
            except ValueError:
                continue
            found.append(Stored(Path(entry.path), made_at))
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def superfluous(config: Config) -> list[Stored]:
    """Return the nightly backups that `backup_keep` does not keep; one of the future is never among them.

    Raises OSError.
    """
    found = stored(config)
    staying = kept((one.made_at for one in found), kept_backups(config.backup_keep), config.zone)
    return [one for one in found if one.made_at not in staying]


def _publication(config: Config) -> str:
    """Return what tells publications apart that share a directory of backups."""
    return re.sub(r"[^a-z0-9.-]+", "_", urlsplit(config.url).netloc.lower()) or "publication"
