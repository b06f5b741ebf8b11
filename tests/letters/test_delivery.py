"""Letters are handed to a real mail server, which takes them, puts them off, refuses them or goes away."""

import datetime
import logging
from itertools import pairwise
from pathlib import Path

import pytest
from django.utils import timezone

from freiblatt.jobs.models import Job
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.actions import LetterError, knock_now, post_letter, release, send_again, suppress
from freiblatt.letters.models import Letter, LetterState, Route, Suppression, SuppressionReason
from tests.letters.conftest import letter_to
from tests.letters.office import PASSWORD, USER, Office, certificate, free_port, tls

pytestmark = pytest.mark.django_db


def posted(address: str = "rosa@example.org", **other) -> Letter:
    """Return a letter after the first try to deliver it."""
    letter = post_letter(**letter_to(address, **other))
    run_waiting()
    letter.refresh_from_db()
    return letter


def after_next_try(letter: Letter) -> Letter:
    """Return a letter that waits for a later time, tried again now."""
    assert letter.state == LetterState.WAITING
    assert letter.due_at > timezone.now()
    assert run_waiting() == 0
    knock_now()
    run_waiting()
    letter.refresh_from_db()
    return letter


def test_letter_arrives_as_text_and_html(office: Office) -> None:
    letter = posted(to_name="Rosa Wintér", unsubscribe_url="https://example.org/-/out/abc/")

    (message,) = office.taken
    assert (letter.state, letter.attempts, letter.is_in_desk) == (LetterState.SENT, 1, False)
    assert message.envelope_to == ["rosa@example.org"]
    assert message["Message-ID"] == letter.message_id
    assert message["Subject"] == "Gruß an Rosa & Karl"
    assert message["From"].addresses[0].addr_spec == "redaktion@example.org"
    assert message["From"].addresses[0].display_name == "Täglich „Blatt“"
    assert message["To"].addresses[0].display_name == "Rosa Wintér"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<https://example.org/-/out/abc/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Date"].datetime == letter.created_at.replace(microsecond=0)
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.replace("\r\n", "\n") == letter.text
    assert html.replace("\r\n", "\n").strip() == letter.html.strip()


def test_letter_without_a_list_has_no_header_of_one(office: Office) -> None:
    posted()
    assert "List-Unsubscribe" not in office.taken[0]


def test_letter_that_is_put_off_arrives_later_and_once(office: Office) -> None:
    office.rcpt = ["451 4.7.1 <rosa@example.org>: Greylisted, try again"]
    letter = posted()

    assert (letter.state, letter.answer) == (LetterState.WAITING, "451 4.7.1 <…@…>: Greylisted, try again")
    assert letter.due_at - timezone.now() < datetime.timedelta(minutes=2)

    assert after_next_try(letter).state == LetterState.SENT
    assert (len(office.taken), letter.attempts) == (1, 2)
    assert not Job.objects.exists()


def test_waits_grow_and_end_after_five_days(office: Office) -> None:
    office.rcpt = ["450 4.2.0 later"] * 9
    letter = posted()
    waits = []
    for _ in range(5):
        waits.append(letter.due_at - timezone.now())
        letter = after_next_try(letter)
    assert waits == sorted(waits)
    assert waits[-1] > datetime.timedelta(minutes=25)

    Letter.objects.update(give_up_at=timezone.now())
    assert after_next_try(letter).state == LetterState.FAILED
    assert letter.answer == "450 4.2.0 later"


@pytest.mark.parametrize(
    ("answer", "is_suppressed"),
    [
        ("550 5.1.1 <rosa@example.org>: no such user", True),
        ("550 no such user here", True),
        ("553 5.1.3 bad address", True),
        ("550 5.7.1 your network is on a list", False),
        ("554 5.7.1 blocked", False),
        ("552 5.2.2 mailbox full", False),
    ],
)
def test_refused_address_fails_and_is_suppressed_only_where_it_does_not_exist(
    office: Office, answer: str, is_suppressed: bool
) -> None:
    office.rcpt = [answer]
    letter = posted()

    assert letter.state == LetterState.FAILED
    assert letter.answer == answer.replace("rosa@example.org", "…@…")
    assert Suppression.objects.exists() is is_suppressed
    assert posted("Rosa@EXAMPLE.org").state == (LetterState.SUPPRESSED if is_suppressed else LetterState.SENT)
    assert posted("karl@example.org").state == LetterState.SENT


def test_letter_that_is_refused_after_it_was_shown_fails_without_suppression(office: Office) -> None:
    office.data = ["554 5.6.0 we do not like it"]
    assert posted().state == LetterState.FAILED
    assert not Suppression.objects.exists()
    assert posted().state == LetterState.SENT


def test_suppression_holds_also_for_letters_that_wait_already(office: Office) -> None:
    office.rcpt = ["450 later"]
    letter = posted()
    row = suppress(address="ROSA@example.ORG", reason=SuppressionReason.COMPLAINT, source="test")

    assert after_next_try(letter).state == LetterState.SUPPRESSED
    assert "rosa" not in str(Suppression.objects.values().get()).lower()

    release(suppression=row)
    assert send_again(letter=letter).state == LetterState.WAITING
    run_waiting()
    assert len(office.taken) == 1


def test_server_that_is_away_is_waited_for_and_nothing_is_lost(office: Office, settings, caplog) -> None:
    port = settings.EMAIL_PORT
    office.close()
    letters = [post_letter(**letter_to(f"reader{number}@example.org")) for number in range(5)]
    with caplog.at_level(logging.DEBUG):
        run_waiting()

    assert {letter.state for letter in Letter.objects.all()} == {LetterState.WAITING}
    # The first one found the door shut; the others did not knock.
    assert sum(letter.attempts for letter in Letter.objects.all()) == 1
    route = Route.objects.get()
    assert "ConnectionRefusedError" in route.says
    assert [record.levelname for record in caplog.records if record.name.startswith("freiblatt")] == ["WARNING"]

    office.open(port)
    knock_now()
    run_waiting()

    assert sorted(message.envelope_to[0] for message in office.taken) == sorted(one.to_address for one in letters)
    assert set(Letter.objects.values_list("state", flat=True)) == {LetterState.SENT}
    route.refresh_from_db()
    assert (route.blocked_since, route.failures, route.says) == (None, 0, "")


def test_server_is_knocked_at_less_and_less_often(office: Office) -> None:
    office.close()
    posted()
    waits = []
    for _ in range(7):
        route = Route.objects.get()
        waits.append((route.blocked_until - timezone.now()).total_seconds())
        knock_now()
        run_waiting()
    assert waits[0] < 30
    # Each wait is as long as before or longer, give or take what keeps several machines from knocking together.
    assert all(later > 0.6 * earlier for earlier, later in pairwise(waits))
    assert waits[2] > 1.3 * waits[0]
    assert 15 * 60 * 0.7 < waits[-1] < 15 * 60 * 1.3


@pytest.mark.parametrize("is_repeatable", [True, False])
def test_connection_lost_after_the_letter_was_shown(office: Office, is_repeatable: bool) -> None:
    office.drops_after_data = 1
    letter = posted(is_repeatable=is_repeatable)

    assert office.shown == [letter.message_id]
    assert not office.taken
    if is_repeatable:
        assert after_next_try(letter).state == LetterState.SENT
        assert office.shown == [letter.message_id, letter.message_id]
    else:
        assert letter.state == LetterState.UNKNOWN
        assert run_waiting() == 0
        assert send_again(letter=letter).state == LetterState.WAITING
        run_waiting()
        assert [message["Message-ID"] for message in office.taken] == [letter.message_id]


@pytest.mark.parametrize("is_repeatable", [True, False])
def test_letter_left_in_the_middle_by_a_worker_that_died(office: Office, is_repeatable: bool) -> None:
    letter = post_letter(**letter_to(is_repeatable=is_repeatable))
    Letter.objects.update(
        state=LetterState.SENDING, sending_job="of a dead worker", sending_until=timezone.now(), attempts=1
    )
    run_waiting()

    letter.refresh_from_db()
    assert letter.state == (LetterState.SENT if is_repeatable else LetterState.UNKNOWN)
    assert len(office.taken) == is_repeatable


def test_letter_that_another_worker_is_at_is_left_alone(office: Office) -> None:
    letter = post_letter(**letter_to())
    until = timezone.now() + datetime.timedelta(minutes=5)
    Letter.objects.update(state=LetterState.SENDING, sending_job="of another worker", sending_until=until)

    assert run_waiting() == 1

    letter.refresh_from_db()
    assert (letter.state, letter.sending_until, office.shown) == (LetterState.SENDING, until, [])
    assert Job.objects.get().due_at == until


def test_one_connection_serves_letters_that_follow_each_other(office: Office) -> None:
    for number in range(10):
        post_letter(**letter_to(f"reader{number}@example.org"))
    run_waiting()
    assert (len(office.taken), office.connections) == (10, 1)


def test_connection_that_the_server_closed_meanwhile_is_opened_again(office: Office, settings) -> None:
    for number in range(2):
        post_letter(**letter_to(f"reader{number}@example.org"))
    run_waiting_one()
    port = settings.EMAIL_PORT
    office.close()
    office.open(port)
    run_waiting()
    assert (len(office.taken), office.connections) == (2, 2)


def run_waiting_one() -> None:
    assert run_waiting(limit=1) == 1


def test_no_minute_sees_more_than_the_configured_number(office: Office, settings) -> None:
    settings.MAIL_PER_MINUTE = 3
    letters = [post_letter(**letter_to(f"reader{number}@example.org")) for number in range(6)]
    run_waiting()

    assert len(office.taken) == 1
    due = sorted(letter.due_at for letter in Letter.objects.filter(state=LetterState.WAITING))
    assert [round((moment - due[0]).total_seconds()) for moment in due] == [0, 20, 40, 60, 80]

    # Whatever brings them forward: the third is the last one in this minute, an urgent one waits, too.
    knock_now()
    run_waiting()
    assert len(office.taken) <= 3
    post_letter(**letter_to("urgent@example.org", is_urgent=True))
    post_letter(**letter_to("urgent2@example.org", is_urgent=True))
    post_letter(**letter_to("urgent3@example.org", is_urgent=True))
    run_waiting()
    assert len(office.taken) == 3
    assert len(letters) == 6

    for _ in range(8):
        Letter.objects.filter(handed_over_at__isnull=False).update(
            handed_over_at=timezone.now() - datetime.timedelta(minutes=2)
        )
        before = len(office.taken)
        knock_now()
        Letter.objects.update(slot_at=None)
        Route.objects.update(next_slot_at=timezone.now())
        run_waiting()
        assert len(office.taken) - before <= 3
    assert len(office.taken) == 9


def test_urgent_letter_does_not_queue_behind_many(office: Office, settings) -> None:
    settings.MAIL_PER_MINUTE = 10
    for number in range(30):
        post_letter(**letter_to(f"reader{number}@example.org"))
    run_waiting()
    urgent = posted("urgent@example.org", is_urgent=True)
    assert urgent.state == LetterState.SENT


def test_what_a_clock_that_was_ahead_has_written_keeps_no_letter(office: Office, settings) -> None:
    settings.MAIL_PER_MINUTE = 2
    ahead = timezone.now() + datetime.timedelta(hours=5)
    for number in range(2):
        earlier = post_letter(**letter_to(f"reader{number}@example.org"))
        Letter.objects.filter(pk=earlier.pk).update(state=LetterState.SENT, handed_over_at=ahead, sent_at=ahead)
    Job.objects.all().delete()
    Route.objects.create(pk=1, next_slot_at=ahead, blocked_since=ahead, blocked_until=ahead, failures=3, says="away")

    assert posted("rosa@example.org").state == LetterState.SENT
    assert Route.objects.get().next_slot_at < timezone.now() + datetime.timedelta(minutes=2)

    # And where the server is away, it is knocked at as soon as ever.
    office.close()
    Route.objects.update(next_slot_at=ahead, blocked_since=ahead, blocked_until=ahead, failures=0)
    posted("karl@example.org", is_urgent=True)
    assert Route.objects.get().blocked_until < timezone.now() + datetime.timedelta(minutes=1)


def test_who_sends_by_a_clock_that_was_ahead_is_waited_for_as_long_as_ever(office: Office) -> None:
    letter = post_letter(**letter_to())
    ahead = timezone.now() + datetime.timedelta(hours=5)
    Letter.objects.filter(pk=letter.pk).update(
        state=LetterState.SENDING, sending_job="gone", sending_until=ahead, handed_over_at=ahead
    )
    run_waiting()
    assert office.taken == []
    assert Job.objects.get().due_at < timezone.now() + datetime.timedelta(minutes=6)


def test_password_is_shown_to_an_encrypted_server_only(office: Office, settings) -> None:
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    letter = posted()

    assert (letter.state, office.signed_in, office.taken) == (LetterState.WAITING, [], [])
    assert "STARTTLS" in letter.answer


@pytest.fixture
def encrypted(office: Office, settings, tmp_path: Path, monkeypatch) -> Office:
    """The office behind STARTTLS and a password, with a certificate that this machine trusts."""
    files = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    office.close()
    settings.EMAIL_PORT = office.open(
        tls_context=tls(*files), require_starttls=True, authenticator=office.sign_in, auth_required=True
    )
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    return office


def test_letter_goes_out_by_starttls_with_a_password(encrypted: Office) -> None:
    assert posted().state == LetterState.SENT
    assert encrypted.signed_in == [USER]


def test_wrong_password_makes_letters_wait(encrypted: Office, settings) -> None:
    settings.EMAIL_HOST_PASSWORD = "wrong"
    letter = posted()
    assert letter.state == LetterState.WAITING
    assert letter.answer.startswith("535 5.7.8")

    settings.EMAIL_HOST_PASSWORD = PASSWORD
    assert after_next_try(letter).state == LetterState.SENT


def test_certificate_that_nobody_vouches_for_is_refused(encrypted: Office, monkeypatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    letter = posted()
    assert (letter.state, encrypted.signed_in) == (LetterState.WAITING, [])
    assert "CERTIFICATE_VERIFY_FAILED" in letter.answer


def test_certificate_of_another_host_is_refused(encrypted: Office, settings, tmp_path: Path, monkeypatch) -> None:
    files = certificate(tmp_path, host="mail.example.net")
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    encrypted.close()
    settings.EMAIL_PORT = encrypted.open(tls_context=tls(*files), require_starttls=True)
    assert "IP address mismatch" in posted().answer


def test_hidden_fault_of_the_program_does_not_lose_the_letter(office: Office, settings) -> None:
    settings.MAIL_BACKEND = "no.such.backend"
    letter = posted()
    assert letter.state == LetterState.WAITING
    settings.MAIL_BACKEND = "freiblatt.letters.delivery.SmtpBackend"
    assert after_next_try(letter).state == LetterState.SENT


def test_nothing_is_said_of_the_address(office: Office, caplog) -> None:
    office.rcpt = ["550 5.1.1 <rosa@example.org> unknown", "450 4.2.0 <rosa@example.org> later"]
    with caplog.at_level(logging.DEBUG):
        posted()
        posted("karl@example.org")
        post_letter(**letter_to("ida@example.org"))
        office.close()
        run_waiting()
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    said = "".join([*ours, *Letter.objects.values_list("answer", flat=True)])
    assert "unknown" in said
    for name in ("rosa@", "karl@", "ida@"):
        assert name not in said


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.WAITING])
def test_only_what_has_failed_is_sent_again(office: Office, state: LetterState) -> None:
    office.rcpt = [] if state == LetterState.SENT else ["450 later"]
    letter = posted()
    assert letter.state == state
    with pytest.raises(LetterError):
        send_again(letter=letter)


def test_port_on_which_nobody_listens(office: Office, settings) -> None:
    settings.EMAIL_PORT = free_port()
    assert posted().state == LetterState.WAITING
