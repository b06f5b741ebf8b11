"""Letters that nobody sends before an owner has decided: after a restore, and such as shall not go out at all."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.actions import (
    LetterError,
    discard,
    discard_held,
    erase_letters,
    hold_open_letters,
    post_letter,
    release_held,
)
from freiblatt.letters.doctor import look_at_letters
from freiblatt.letters.models import Letter, LetterState
from freiblatt.newsroom.roles import Role
from tests.letters.conftest import letter_to
from tests.letters.office import Office
from tests.letters.test_desk import MAILBOX, sign_in, text_of

pytestmark = pytest.mark.django_db


def test_held_letters_stay_until_they_are_released_and_then_go_out_once(office: Office) -> None:
    first, second = (post_letter(**letter_to(f"{name}@example.org")) for name in ("rosa", "karl"))
    until = timezone.now() + datetime.timedelta(minutes=1)
    Letter.objects.filter(pk=second.pk).update(state=LetterState.SENDING, sending_until=until, sending_job="gone")

    assert hold_open_letters() == 2
    run_waiting()
    assert office.taken == []
    third = post_letter(**letter_to("neu@example.org"))
    run_waiting()
    assert len(office.taken) == 1, "what is written afterwards goes out"

    Letter.objects.update(give_up_at=timezone.now() - datetime.timedelta(days=30))
    assert release_held() == 2
    run_waiting()
    assert len(office.taken) == 3
    assert {letter.state for letter in Letter.objects.all()} == {LetterState.SENT}
    assert release_held() == 0
    assert third.pk not in (first.pk, second.pk)


def test_discarded_letters_are_erased_and_never_go_out(office: Office) -> None:
    first, second = (post_letter(**letter_to(f"{name}@example.org")) for name in ("rosa", "karl"))
    discard(letter=first)
    hold_open_letters()
    assert discard_held() == 1
    run_waiting()

    assert office.taken == []
    for letter in Letter.objects.all():
        assert (letter.state, letter.to_address, letter.text, letter.subject) == (LetterState.DISCARDED, "", "", "")
        assert letter.erased_at is not None
    assert ModelLogEntry.objects.filter(action="letters.discard").count() == 2
    with pytest.raises(LetterError):
        discard(letter=second)


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.SUPPRESSED])
def test_what_is_over_cannot_be_discarded(state: LetterState) -> None:
    letter = post_letter(**letter_to())
    Letter.objects.filter(pk=letter.pk).update(state=state, sent_at=timezone.now())
    with pytest.raises(LetterError):
        discard(letter=letter)
    letter.refresh_from_db()
    assert letter.state == state


def test_held_letters_that_nobody_decides_about_are_erased_a_month_later() -> None:
    letter = post_letter(**letter_to())
    Letter.objects.update(created_at=timezone.now() - datetime.timedelta(days=90))
    hold_open_letters()
    erase_letters.func()
    letter.refresh_from_db()
    assert letter.text
    Letter.objects.update(due_at=timezone.now() - datetime.timedelta(days=31))
    erase_letters.func()
    letter.refresh_from_db()
    assert (letter.text, letter.to_address) == ("", "")


def test_owner_sees_held_letters_and_sends_or_discards_them_at_the_desk(office: Office) -> None:
    owner = sign_in(Role.OWNER)
    for name in ("rosa", "karl", "lena"):
        post_letter(**letter_to(f"{name}@example.org"))
    hold_open_letters()
    page = text_of(owner)
    assert "3 Briefe werden zurückgehalten" in page
    assert [finding.name for finding in look_at_letters()][-1] == "mail_held"

    one = Letter.objects.first()
    assert one
    assert "Verwerfen" in text_of(owner, f"{MAILBOX}{one.pk}/")
    answer = owner.post(f"{MAILBOX}{one.pk}/discard/", follow=True)
    assert "verworfen" in answer.content.decode()
    assert owner.get(f"{MAILBOX}held/").status_code == 405
    owner.post(f"{MAILBOX}held/", {"what": "nonsense"})
    assert Letter.objects.filter(state=LetterState.HELD).count() == 2
    owner.post(f"{MAILBOX}held/", {"what": "release"})
    run_waiting()
    assert len(office.taken) == 2
    assert "zurückgehalten:" not in text_of(owner)

    post_letter(**letter_to())
    hold_open_letters()
    owner.post(f"{MAILBOX}held/", {"what": "discard"})
    assert Letter.objects.filter(state=LetterState.DISCARDED).count() == 2
    assert {entry.action for entry in ModelLogEntry.objects.all()} >= {"letters.discard", "letters.release_held"}
    assert owner.post(f"{MAILBOX}999/discard/", follow=True).status_code == 200


def test_others_neither_discard_nor_send_what_is_held() -> None:
    editor: Client = sign_in(Role.EDITOR)
    letter = post_letter(**letter_to())
    hold_open_letters()
    assert editor.get(MAILBOX).status_code == 200
    for path, data in ((f"{letter.pk}/discard/", {}), ("held/", {"what": "release"}), (f"{letter.pk}/again/", {})):
        assert editor.post(f"{MAILBOX}{path}", data).status_code in (302, 403)
    letter.refresh_from_db()
    assert letter.state == LetterState.HELD
