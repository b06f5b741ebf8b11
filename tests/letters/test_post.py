"""Rooms post letters: frozen, in the transaction of their cause, each once."""

import pytest
from django.db import transaction

from freiblatt.jobs.models import Job
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.actions import LetterError, post_letter
from freiblatt.letters.models import Letter, LetterState
from tests.letters.conftest import letter_to

pytestmark = pytest.mark.django_db


def test_letter_is_frozen_as_subject_text_and_html() -> None:
    letter = post_letter(**letter_to())

    assert letter.subject == "Gruß an Rosa & Karl"
    assert letter.text.startswith("Rosa & Karl, hier ist der Link: https://example.org/?a=1&b=2\n\n-- \nTestblatt")
    assert "<h1" in letter.html
    assert "Gruß an Rosa &amp; Karl</h1>" in letter.html
    assert "@media (prefers-color-scheme: dark)" in letter.html
    assert Letter.objects.get().html == letter.html


def test_letter_waits_in_the_transaction_of_its_cause() -> None:
    with transaction.atomic():
        post_letter(**letter_to())
        transaction.set_rollback(True)

    assert not Letter.objects.exists()
    assert not Job.objects.exists()


def test_without_a_mail_server_it_lands_at_the_desk() -> None:
    letter = post_letter(**letter_to())
    assert letter.state == LetterState.WAITING

    assert run_waiting() == 1

    letter.refresh_from_db()
    assert (letter.state, letter.is_in_desk) == (LetterState.SENT, True)
    assert letter.to_address == "rosa@example.org"


def test_same_key_twice_is_one_letter() -> None:
    first = post_letter(**letter_to(dedupe_key="greeting:1"))
    second = post_letter(**letter_to("karl@example.org", dedupe_key="greeting:1"))
    other = post_letter(**letter_to(dedupe_key="greeting:2"))

    assert first == second
    assert {letter.pk for letter in Letter.objects.all()} == {first.pk, other.pk}


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "rosa@example.org\nBcc: all@example.org"},
        {"to": "rosa"},
        {"to": f"{'r' * 250}@example.org"},
        {"to_name": "Rosa\r\nBcc: all@example.org"},
        {"to_name": "Rosa\u2028Winter"},
        {"context": {"name": "Rosa\nBcc: all@example.org", "link": ""}},
        {"unsubscribe_url": "https://example.org/\r\nBcc: all@example.org"},
    ],
)
def test_line_breaks_and_bad_addresses_are_refused(wrong: dict) -> None:
    with pytest.raises(LetterError) as refused:
        post_letter(**letter_to() | wrong)

    assert "rosa" not in str(refused.value).lower()
    assert not Letter.objects.exists()


def test_message_id_is_stable_and_names_the_publication() -> None:
    letter = post_letter(**letter_to())

    assert letter.message_id == Letter.objects.get().message_id
    assert letter.message_id.startswith(f"<{letter.pk}.")
    assert letter.message_id.endswith("@testserver>")
