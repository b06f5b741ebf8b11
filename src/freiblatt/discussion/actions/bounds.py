"""Bounds of what readers send: how much at once, and how long a text."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freiblatt.discussion.actions.errors import DiscussionError, TooManyError
from freiblatt.discussion.senders import Sender
from freiblatt.lib import limits


def take(sender: Sender, scope: str, *, most: int, most_near: int, per_seconds: int, says: str = "") -> None:
    """Count this sending of one connection, and of all behind its neighbourhood. Raises TooManyError.

    `says` is the sentence for whoever has to wait, where it is not about a text in a form.
    """
    wait = limits.take(scope, sender.key, most=most, per_seconds=per_seconds)
    wait = wait or limits.take(f"{scope}_near", sender.neighbourhood, most=most_near, per_seconds=per_seconds)
    check_wait(wait, says=says)


def check_wait(wait_seconds: float, *, says: str = "") -> None:
    """Raise TooManyError unless `wait_seconds` is 0."""
    if wait_seconds:
        says = says or _("That was a lot at once. Please wait a few minutes; your text stays in the form.")
        raise TooManyError(says, wait_seconds=wait_seconds)


def check_length(text: str, most: int) -> None:
    """Raise DiscussionError where a text has more than `most` characters."""
    over = len(text) - most
    if over > 0:
        raise DiscussionError(
            ngettext(
                "The text is %(over)d character too long; at most %(most)d are possible.",
                "The text is %(over)d characters too long; at most %(most)d are possible.",
                over,
            )
            % {"over": over, "most": most}
        )
