"""Verbs of the post office: write a letter, deliver it, send it again, keep an address from getting any."""

from freiblatt.letters.actions.delivering import deliver_letter, deliver_now, knock_now, send_again
from freiblatt.letters.actions.errors import LetterError
from freiblatt.letters.actions.forgetting import erase_letters, erase_letters_of, letters_of
from freiblatt.letters.actions.posting import post_letter, post_words
from freiblatt.letters.actions.suppressing import release, suppress, suppress_key

__all__ = [
    "LetterError",
    "deliver_letter",
    "deliver_now",
    "erase_letters",
    "erase_letters_of",
    "knock_now",
    "letters_of",
    "post_letter",
    "post_words",
    "release",
    "send_again",
    "suppress",
    "suppress_key",
]
