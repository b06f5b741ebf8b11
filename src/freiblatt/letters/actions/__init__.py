"""Verbs of the post office: write a letter, deliver it, send it again; who wants some, and who gets none."""

from freiblatt.letters.actions.delivering import deliver_letter, deliver_now, knock_now, send_again
from freiblatt.letters.actions.errors import LetterError
from freiblatt.letters.actions.forgetting import erase_letters, erase_letters_of, letters_of
from freiblatt.letters.actions.holding import (
    UNDECIDED,
    discard,
    discard_held,
    discard_open_about,
    discard_open_of,
    hold_open_letters,
    release_held,
)
from freiblatt.letters.actions.posting import post_letter, post_words
from freiblatt.letters.actions.subscribing import (
    erase_subscriptions_of,
    note_told,
    subscribe,
    subscriptions_of,
    unsubscribe,
    unsubscribe_by_token,
    unsubscribe_url,
)
from freiblatt.letters.actions.suppressing import release, suppress, suppress_key

__all__ = [
    "UNDECIDED",
    "LetterError",
    "deliver_letter",
    "deliver_now",
    "discard",
    "discard_held",
    "discard_open_about",
    "discard_open_of",
    "erase_letters",
    "erase_letters_of",
    "erase_subscriptions_of",
    "hold_open_letters",
    "knock_now",
    "letters_of",
    "note_told",
    "post_letter",
    "post_words",
    "release",
    "release_held",
    "send_again",
    "subscribe",
    "subscriptions_of",
    "suppress",
    "suppress_key",
    "unsubscribe",
    "unsubscribe_by_token",
    "unsubscribe_url",
]
