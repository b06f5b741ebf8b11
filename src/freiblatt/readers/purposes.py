"""What readers can agree to. Rooms above name their purposes here, so that a reader's page can say what each is."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """Something that readers agree to."""

    name: str
    """Short name that begins with the room's, such as `discussion_replies`."""

    label: str | Promise
    """What readers call it, translated: "Answers to my comments"."""

    describe: Callable[[str], str] = str
    """Returns, in the active language, what a subject key stands for ("12" is an article's headline); "" for none."""

    quote: Callable[[str], str] = lambda _subject_key: ""
    """Returns what somebody wrote for whom the owner of the address would stand by agreeing; "" for nothing."""


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Offer `purpose`. For a room's `AppConfig.ready()`; raises ValueError where another has its name."""
    if _purposes.get(purpose.name, purpose) != purpose:
        raise ValueError(f"name: seen {purpose.name!r} a second time, expected a name of its own for each purpose.")
    _purposes[purpose.name] = purpose


def purpose_of(name: str) -> Purpose | None:
    """Return the purpose called `name`, or None where no room knows it any more."""
    return _purposes.get(name)
