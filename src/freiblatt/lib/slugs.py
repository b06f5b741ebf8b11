"""Words as they stand in addresses and names of files."""

from django.utils.text import slugify

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"})


def plain_slug(text: str) -> str:
    """Return `text` in lower case, ASCII letters, digits and hyphens; German letters are spelled out. May be ""."""
    return slugify(text.translate(_GERMAN))
