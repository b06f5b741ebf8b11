"""The values about backups: what they may be."""

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
#: X25519 keys of age (age-encryption.org/v1) in bech32, and what age takes of SSH.
AGE_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+( .*)?")
#: Directories of a publication that its backups hold, and the one that can be made again.
BACKED_UP = ("originals", "media", "theme", "var")
#: Folders in a publication's directory that hold what stood there before a restore.
SET_ASIDE_PREFIX = "replaced-"
KEPT_KINDS = ("daily", "weekly", "monthly")
MOST_KEPT = 1000


def inside(directory: Path, name: str) -> Path:
    """Return the place that `name`, where it is relative, has in `directory`; without dots."""
    return Path(os.path.abspath(directory / Path(name).expanduser()))


def kept_backups(rule: str) -> dict[str, int]:
    """Return how many days, weeks and months the rule `daily 7, weekly 4, monthly 6` names. Raises ValueError."""
    kept = dict.fromkeys(KEPT_KINDS, 0)
    named: set[str] = set()
    for part in rule.split(","):
        kind, _space, number = part.strip().partition(" ")
        is_number = number.isascii() and number.isdecimal()
        if kind not in kept or kind in named or not is_number or int(number) > MOST_KEPT:
            raise ValueError(f'a rule such as "daily 7, weekly 4, monthly 6", each at most {MOST_KEPT}')
        kept[kind] = int(number)
        named.add(kind)
    return kept


def _lies_apart(value: str, info: ValidationInfo) -> str:
    directory = info.data.get("directory")
    if not value or directory is None:
        return value
    place = inside(directory, value)
    if place == directory or any(place.is_relative_to(directory / kept) for kept in BACKED_UP):
        raise ValueError("a directory of its own, best on another disk; not one that is itself backed up")
    return value


def _is_a_time(value: str) -> str:
    if not CLOCK_TIME.fullmatch(value):
        raise ValueError("a time of day such as 03:30")
    return value


def _keeps_something(value: str) -> str:
    if not any(kept_backups(value).values()):
        raise ValueError("at least one backup that stays")
    return value


def _is_public(value: str) -> str:
    value = value.strip()
    if value.upper().startswith("AGE-SECRET-KEY"):
        raise ValueError("the public key, which begins with age1; the private one belongs on another machine")
    if value and not AGE_RECIPIENT.fullmatch(value):
        raise ValueError("a public key that begins with age1, ssh-ed25519 or ssh-rsa")
    return value


Directory = Annotated[str, AfterValidator(_lies_apart)]
Moment = Annotated[str, AfterValidator(_is_a_time)]
Rule = Annotated[str, AfterValidator(_keeps_something)]
Recipient = Annotated[str, AfterValidator(_is_public)]
