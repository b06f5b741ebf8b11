"""Readers of tests, and ways to find what a letter's link leads to."""

import re

from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter
from freiblatt.readers.actions import Wanted, ask_to_confirm, confirm
from freiblatt.readers.models import Consent, Reader

ROSA = "Rosa.Winter@Example.org"
WORDING = "Ja, schreiben Sie mir, wenn jemand antwortet. Ich kann das jederzeit widerrufen."
WHO = "203.0.113.0/24"


def ask(address: str = ROSA, **other) -> None:
    """Ask the owner of `address` to confirm, as a room above would."""
    words = {"purpose": "story_answers", "subject_key": "7", "wording": WORDING, "wording_version": "2026-11"}
    words |= {name: other.pop(name) for name in list(other) if name in words}
    ask_to_confirm(**{"address": address, "language": "de", "wanted": [Wanted(**words)], "who": WHO, **other})


def confirmed(address: str = ROSA, **other) -> Reader:
    """Return a reader who has clicked."""
    ask(address, **other)
    run_waiting()
    return confirm(consents=[Consent.objects.latest("pk")])[0].reader


def link_in(letter: Letter) -> str:
    """Return the path that the link in a letter leads to."""
    links = set(re.findall(r"http://testserver(/\S*leser/\S+|/en/readers/\S+)", letter.text))
    assert len(links) == 1
    return links.pop()


def last_letter() -> Letter:
    """Return the letter that was written last, delivered."""
    run_waiting()
    return Letter.objects.latest("pk")
