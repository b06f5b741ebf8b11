"""Words as they stand in addresses and names of files."""

from django.utils.text import slugify

#: DIN 5007-2 and every German reader spell umlauts so; without it „Brücke“ would become "brucke".
GERMAN: dict[str, str] = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"}


def plain_slug(text: str) -> str:
    """Return `text` in lower case, ASCII letters, digits and hyphens; German letters are spelled out. May be ""."""
    return slugify(text.translate({ord(letter): spelled for letter, spelled in GERMAN.items()}))
