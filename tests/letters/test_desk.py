"""Owners see what became of letters; what stands in them is for owners alone, and only where letters end here."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.actions import post_letter, suppress
from freiblatt.letters.models import Letter, LetterState, Suppression, SuppressionReason
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, sync
from tests.cast import PASSWORD, make_owner
from tests.letters.conftest import letter_to
from tests.letters.office import Office

pytestmark = pytest.mark.django_db

MAILBOX = "/admin/post/"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(role: Role) -> Client:
    """Return the browser of somebody with this role."""
    sync()
    if role == Role.OWNER:
        member = make_owner()
    else:
        member = StaffMember.objects.create_user(f"{role}@example.org", PASSWORD)
        member.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(member, backend=BACKEND)
    return client


@pytest.fixture
def owner() -> Client:
    return sign_in(Role.OWNER)


@pytest.fixture
def editor() -> Client:
    return sign_in(Role.EDITOR)


def delivered(address: str = "rosa@example.org", **other) -> Letter:
    letter = post_letter(**letter_to(address, **other))
    run_waiting()
    letter.refresh_from_db()
    return letter


def text_of(client: Client, path: str = MAILBOX, **query) -> str:
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def test_owner_reads_a_letter_that_ended_here(owner: Client) -> None:
    letter = delivered()
    assert "Gruß an Rosa &amp; Karl" in text_of(owner)
    page = text_of(owner, f"{MAILBOX}{letter.pk}/")
    assert "hier ist der Link" in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page

    frame = owner.get(f"{MAILBOX}{letter.pk}/html/")
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy
    assert "no-store" in frame["Cache-Control"]
    assert '<base target="_blank">' in frame.content.decode()


def test_letter_left_in_the_middle_says_so_in_the_language_of_the_desk(owner: Client) -> None:
    letter = post_letter(**letter_to("rosa@example.org", is_repeatable=False))
    Letter.objects.update(
        state=LetterState.SENDING, sending_job="of a dead worker", sending_until=timezone.now(), attempts=1
    )
    run_waiting()

    for page in (text_of(owner), text_of(owner, f"{MAILBOX}{letter.pk}/")):
        assert "Das Programm wurde angehalten, während der Brief unterwegs war." in page
        assert "The program was stopped" not in page


def test_editor_sees_that_it_arrived_and_nothing_that_opens_a_door(editor: Client) -> None:
    letter = delivered()
    listed, page = text_of(editor), text_of(editor, f"{MAILBOX}{letter.pk}/")
    for text in (listed, page):
        assert "story_greeting" in text
        assert "r…@example.org" in text
        for hidden in ("rosa@", "Gruß an", "hier ist der Link", "example.org/?a=1"):
            assert hidden not in text
    assert editor.get(f"{MAILBOX}{letter.pk}/html/").status_code in (302, 403)
    assert editor.get(f"{MAILBOX}suppressed/").status_code in (302, 403)


def test_letter_that_left_the_house_is_shown_to_nobody(owner: Client, office: Office) -> None:
    letter = delivered()
    assert letter.state == LetterState.SENT
    assert "hier ist der Link" not in text_of(owner, f"{MAILBOX}{letter.pk}/")
    assert owner.get(f"{MAILBOX}{letter.pk}/html/").status_code in (302, 403)


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.MODERATOR, Role.ACCOUNTANT])
def test_others_see_nothing(role: Role) -> None:
    letter = delivered()
    client = sign_in(role)
    for path in (MAILBOX, f"{MAILBOX}{letter.pk}/", f"{MAILBOX}{letter.pk}/html/", f"{MAILBOX}suppressed/"):
        assert client.get(path).status_code in (302, 403)
    assert client.post(f"{MAILBOX}{letter.pk}/again/").status_code in (302, 403)
    assert "/admin/post/" not in client.get("/admin/").content.decode()


def test_stranger_is_sent_to_the_door(client: Client) -> None:
    assert client.get(MAILBOX).status_code == 302


def test_letters_are_chosen_by_state_and_paged_by_key(owner: Client) -> None:
    for number in range(53):
        post_letter(**letter_to(f"reader{number}@example.org"))
    Letter.objects.filter(pk__in=Letter.objects.values("pk")[:2]).update(state=LetterState.FAILED)

    first = owner.get(MAILBOX, {"state": "waiting"}).context
    second = owner.get(MAILBOX, {"state": "waiting", "before": first["older"]}).context
    assert (len(first["rows"]), len(second["rows"])) == (50, 1)
    assert second["older"] is None
    assert len(owner.get(MAILBOX, {"state": "failed"}).context["rows"]) == 2
    assert len(owner.get(MAILBOX).context["rows"]) == 50
    for before in ("x", "", "-1", "9" * 40):
        assert owner.get(MAILBOX, {"before": before, "state": "nonsense"}).status_code == 200


def test_editor_sends_a_failed_letter_again(editor: Client, office: Office) -> None:
    office.rcpt = ["554 5.7.1 not today"]
    letter = delivered()
    page = text_of(editor, f"{MAILBOX}{letter.pk}/")
    assert "not today" in page

    assert editor.get(f"{MAILBOX}{letter.pk}/again/").status_code == 405
    assert editor.post(f"{MAILBOX}{letter.pk}/again/").status_code == 302
    run_waiting()
    assert len(office.taken) == 1
    assert "nicht noch einmal" in editor.post(f"{MAILBOX}{letter.pk}/again/", follow=True).content.decode()
    assert editor.post(f"{MAILBOX}999/again/", follow=True).status_code == 200


def test_desk_says_that_the_mail_server_is_away(editor: Client, office: Office, settings) -> None:
    port = settings.EMAIL_PORT
    office.close()
    delivered()
    assert "ConnectionRefusedError" in text_of(editor)
    office.open(port)
    editor.post(f"{MAILBOX}knock/")
    run_waiting()
    assert len(office.taken) == 1
    assert "ConnectionRefusedError" not in text_of(editor)


def test_owner_looks_up_enters_and_takes_out_an_address(owner: Client) -> None:
    decide = reverse("letters:decide")
    assert "bekommt Briefe" in owner.post(decide, {"address": "rosa@example.org"}, follow=True).content.decode()
    assert not Suppression.objects.exists()
    owner.post(decide, {"address": "rosa@example.org", "add": "1"})
    row = Suppression.objects.get()
    assert row.reason == SuppressionReason.DESK
    page = text_of(owner, f"{MAILBOX}suppressed/")
    assert str(row) in page
    assert "rosa@" not in page
    assert "keine Briefe" in owner.post(decide, {"address": "ROSA@example.org"}, follow=True).content.decode()
    owner.post(f"{MAILBOX}suppressed/{row.pk}/release/")
    assert not Suppression.objects.exists()
    assert owner.post(f"{MAILBOX}suppressed/{row.pk}/release/", follow=True).status_code == 200
    assert owner.post(decide, {"address": "nonsense"}, follow=True).status_code == 200


def test_number_of_queries_does_not_grow_with_the_letters(owner: Client, django_assert_max_num_queries) -> None:
    delivered()
    text_of(owner)
    for number in range(5):
        delivered(f"reader{number}@example.org")
        suppress(address=f"other{number}@example.org", reason=SuppressionReason.DESK)
    with django_assert_max_num_queries(20):
        text_of(owner)
