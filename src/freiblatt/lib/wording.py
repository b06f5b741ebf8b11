"""What things with a machine's name are called where staff read of them: jobs and kinds of letters.

Rooms fill the registry in `AppConfig.ready()`.
"""

from collections.abc import Mapping

from django.utils.functional import Promise

_words: dict[str, str | Promise] = {}


def call(words: Mapping[str, str | Promise]) -> None:
    """Give names of functions, or kinds of letters, words for people."""
    _words.update(words)


def in_words(name: str, otherwise: str = "") -> str:
    """Return the words for `name` in the active language; where nobody gave it any, `otherwise`, or the name itself."""
    return str(_words.get(name, otherwise or name))
