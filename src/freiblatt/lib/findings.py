"""What `freiblatt doctor` looks at: rooms register checks, each check tells its findings.

A check runs with Django started, in the language that is active, and changes nothing. It may take seconds, not minutes;
what it cannot reach (a name server, the network) it tells as a finding, too.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

Level = Literal["ok", "warning", "problem"]
#: From harmless to grave.
LEVELS: tuple[Level, ...] = ("ok", "warning", "problem")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    """Stable name for programs that read `--json`, in lower case with underscores: `disk_space`."""

    level: Level
    """`warning`: works today, but not for long or not as well as it could; `problem`: does not work, or stands open."""

    says: str
    """What was seen, as a sentence. No reader's address, no secret."""

    do: str = ""
    """What to do about it, as a sentence with the exact command or key where there is one. Empty only with `ok`."""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"level: seen {self.level!r}, expected one of {', '.join(LEVELS)}.")
        if self.level != "ok" and not self.do:
            raise ValueError(f"{self.name}: seen a {self.level} without `do`, expected what to do about it.")


Check = Callable[[], Iterable[Finding]]
_checks: dict[str, Check] = {}
_outside: set[str] = set()


def register(name: str, check: Check, *, asks_outside: bool = False) -> None:
    """Have the doctor run `check` under this `name`, in the order of registering. For a room's `AppConfig.ready()`.

    `asks_outside`: it asks other machines, so it is left out where nobody outside shall be asked. Raises ValueError
    where another check has the name.
    """
    if _checks.get(name, check) is not check:
        raise ValueError(f"name: seen {name!r} a second time, expected a name of its own for each check.")
    _checks[name] = check
    if asks_outside:
        _outside.add(name)


def names(*, is_offline: bool = False) -> list[str]:
    """Return the names of all checks, with `is_offline` of those that ask nobody outside."""
    return [name for name in _checks if not (is_offline and name in _outside)]


def gather(only: Iterable[str] | None = None) -> list[Finding]:
    """Return what the checks found, all or those named; a check that fails is a finding of its own.

    Raises KeyError for a name that no check has.
    """
    found: list[Finding] = []
    for name in names() if only is None else only:
        check = _checks[name]
        try:
            found.extend(check())
        except Exception as error:
            # One broken check must not hide what the others see.
            logger.debug("The check %s failed.", name, exc_info=True)
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            found.append(
                Finding(
                    name,
                    "problem",
                    _("This could not be looked at: %(reason)s") % {"reason": reason},
                    _("Mend what it names and look again; if it stays, report it as a fault of the program."),
                )
            )
    return found
