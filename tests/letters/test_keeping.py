"""What libraries send goes through the outbox; what was delivered is forgotten soon; the sender is the publication."""

import datetime
import json

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from freiblatt.articles.models import PlainPage
from freiblatt.cli.console import run
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.actions import erase_letters, post_letter
from freiblatt.letters.models import Letter, LetterState
from freiblatt.letters.outbox import OutboxBackend
from freiblatt.newsroom.models import PublicationSettings, PublicationText
from tests.letters.conftest import letter_to
from tests.letters.office import Office

pytestmark = pytest.mark.django_db


def delivered_days_ago(days: float, **fields) -> Letter:
    letter = post_letter(**letter_to())
    run_waiting()
    Letter.objects.filter(pk=letter.pk).update(
        created_at=timezone.now() - datetime.timedelta(days=days, minutes=1), **fields
    )
    return letter


def is_erased(letter: Letter) -> bool:
    letter.refresh_from_db()
    gone = (letter.to_address, letter.to_name, letter.subject, letter.text, letter.html) == ("", "", "", "", "")
    assert gone is (letter.erased_at is not None)
    return gone


def test_delivered_letter_is_erased_after_the_configured_days(office: Office) -> None:
    old, young = delivered_days_ago(3), delivered_days_ago(2)
    assert erase_letters.func() == 1
    assert (is_erased(old), is_erased(young)) == (True, False)
    assert old.address_key == young.address_key


def test_letter_is_erased_at_once_where_none_is_kept(office: Office, settings) -> None:
    settings.MAIL_KEEP_DAYS = 0
    assert is_erased(delivered_days_ago(0))
    assert len(office.taken) == 1


def test_failed_letter_is_kept_for_a_month(office: Office) -> None:
    old, young = (delivered_days_ago(days, state=LetterState.FAILED) for days in (30, 29))
    erase_letters.func()
    assert (is_erased(old), is_erased(young)) == (True, False)


def test_mailbox_of_the_desk_keeps_its_letters_while_there_is_no_server(settings) -> None:
    letter = delivered_days_ago(100)
    assert erase_letters.func() == 0
    settings.MAIL_HAS_SERVER = True
    assert erase_letters.func() == 1
    assert is_erased(letter)


def test_row_of_an_erased_letter_goes_after_half_a_year(office: Office) -> None:
    letter = delivered_days_ago(3)
    erase_letters.func()
    Letter.objects.update(erased_at=timezone.now() - datetime.timedelta(days=181))
    erase_letters.func()
    assert not Letter.objects.filter(pk=letter.pk).exists()


def test_what_libraries_send_becomes_letters() -> None:
    message = EmailMultiAlternatives("Zur Prüfung", "Text", None, ["Rosa <rosa@example.org>", "karl@example.org"])
    message.attach_alternative("<p>Text</p>", "text/html")
    assert OutboxBackend().send_messages([message]) == 1
    found = {(letter.to_address, letter.subject, letter.text, letter.html) for letter in Letter.objects.all()}
    assert found == {
        (address, "Zur Prüfung", "Text", "<p>Text</p>") for address in ("rosa@example.org", "karl@example.org")
    }


def test_letter_carries_name_and_imprint_of_the_publication(front) -> None:
    imprint = PlainPage(title="Impressum", slug="impressum", locale=front.locale, text="<p>Wer hier schreibt.</p>")
    front.add_child(instance=imprint)
    publication = PublicationSettings.load()
    publication.name, publication.accent_light = "Das Blatt", "#004488"
    publication.texts = [
        PublicationText(locale=front.locale, sort_order=0, imprint="Das Blatt e. V.\nAm Kai 1", imprint_page=imprint)
    ]
    publication.save()

    german, english = (post_letter(**letter_to(language=language)) for language in ("de", "en"))

    assert german.text.endswith("Das Blatt e. V.\nAm Kai 1\nImpressum: http://testserver/impressum/\n")
    assert "Imprint: http://testserver/impressum/" in english.text
    assert "Das Blatt e. V.<br>Am Kai 1" in german.html
    assert "#004488" in german.html


def test_doctor_prints_findings_and_ends_with_their_status(capsys) -> None:
    assert run(["doctor", "mail", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (finding,) = told["findings"]
    assert told["status"] == 0
    assert (finding["name"], finding["level"]) == ("mail_server", "warning")
    assert run(["doctor", "mail", "--to", "rosa@example.org"]) == 0
    assert "test letter lies in the desk's mailbox" in capsys.readouterr().out
    assert run(["doctor", "mail", "--to", "nobody"]) == 1
    assert run(["doctor", "male"]) == 2
    assert run(["doctor", "--to", "rosa@example.org"]) == 2
