"""Errors that speak English on the console and the receiver's language in a letter. Imports no Django by itself."""

from collections.abc import Callable


def _(words: str) -> str:
    """Mark words for the catalogues; they are translated where they are told."""
    return words


class SentenceError(Exception):
    """An error with marked `words`, in whose named places stand `values`: texts, numbers, or further errors."""

    def __init__(self, words: str, **values: object) -> None:
        super().__init__(words % values if values else words)
        self.words = words
        self.values = values

    def told(self) -> str:
        """Return the sentence in the active language. Django runs."""
        from django.utils.translation import gettext

        values = {name: _told(value, gettext) for name, value in self.values.items()}
        return gettext(self.words) % values if values else gettext(self.words)


class Marked(str):
    """Marked words as a value of a sentence."""


def _told(value: object, gettext: Callable[[str], str]) -> object:
    if isinstance(value, SentenceError):
        return value.told()
    return gettext(value) if isinstance(value, Marked) else value
