"""Nothing counts before the owner of an address has clicked, and everything can be taken back."""

import datetime

import pytest
from django.utils import timezone

from freiblatt.jobs.models import Job
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.actions import subscribe, suppress
from freiblatt.letters.models import Letter, LetterState, Subscription, Suppression, SuppressionReason
from freiblatt.lib import limits
from freiblatt.readers import signals
from freiblatt.readers.actions import (
    LETTERS_PER_ADDRESS,
    LETTERS_PER_NEIGHBOURHOOD,
    MOST_IN_ONE_LETTER,
    ReaderError,
    TooManyError,
    Wanted,
    ask_for_the_rest,
    ask_to_confirm,
    choose_language,
    confirm,
    erase,
    erase_left_over,
    export,
    give,
    send_link,
    withdraw,
    withdraw_all,
)
from freiblatt.readers.links import open_confirmation
from freiblatt.readers.models import Consent, Reader, ReaderState
from tests.readers.story import ROSA, WHO, WORDING, ask, confirmed, last_letter, link_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """What the room has announced, as pairs of a word and a purpose or a reader."""
    found: list[tuple[str, object]] = []

    def listen(word: str, signal, subject: str):
        def hear(sender, **said) -> None:
            found.append((word, str(said[subject])))

        signal.connect(hear, weak=False, dispatch_uid=word)

    listen("given", signals.consent_given, "consent")
    listen("withdrawn", signals.consent_withdrawn, "consent")
    listen("erased", signals.reader_erased, "reader")
    yield found
    for word, signal in (
        ("given", signals.consent_given),
        ("withdrawn", signals.consent_withdrawn),
        ("erased", signals.reader_erased),
    ):
        signal.disconnect(dispatch_uid=word)


def days_ago(days: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)


def test_asking_sends_one_letter_and_counts_for_nothing(heard) -> None:
    ask()
    letter = last_letter()

    assert (letter.kind, letter.to_address, letter.state) == ("readers_confirm", "Rosa.Winter@example.org", "sent")
    assert WORDING in letter.text
    assert letter.language == "de"
    assert Reader.objects.get().state == ReaderState.UNCONFIRMED
    assert not Consent.objects.standing().exists()
    assert heard == []


def test_click_gives_the_consent_and_leaves_a_proof(heard) -> None:
    ask()
    letter = last_letter()
    before = timezone.now()
    (consent,) = confirm(consents=[Consent.objects.get()])

    consent = Consent.objects.standing().get()
    assert (consent.wording, consent.wording_version, consent.language) == (WORDING, "2026-11", "de")
    assert consent.message_id == letter.message_id
    assert consent.asked_at < before < consent.given_at
    assert consent.label == "Antworten: Der Hafen"
    reader = Reader.objects.get()
    assert (reader.state, reader.confirmed_at) == (ReaderState.CONFIRMED, consent.given_at)
    assert heard == [("given", "story_answers 7")]

    confirm(consents=[consent])
    assert Consent.objects.get().given_at == consent.given_at
    assert len(heard) == 1


def test_same_address_in_other_case_is_the_same_reader() -> None:
    ask()
    ask(" rosa.winter@EXAMPLE.ORG ")
    assert Reader.objects.count() == Consent.objects.count() == 1


def test_asking_again_takes_the_words_of_the_last_time_until_they_are_confirmed() -> None:
    ask()
    ask(wording="Neuer Wortlaut", wording_version="2027-01")
    assert Consent.objects.get().wording_version == "2027-01"

    confirm(consents=[Consent.objects.get()])
    ask(wording="Noch neuer", wording_version="2028-01")
    consent = Consent.objects.get()
    assert (consent.wording_version, consent.given_at is not None) == ("2027-01", True)


def test_form_cannot_fill_a_mailbox() -> None:
    for number in range(LETTERS_PER_ADDRESS + 3):
        ask(who=f"198.51.{number}.0/24")
        send_link(address=ROSA, language="de", who=f"198.51.{number}.0/24")
    assert Letter.objects.count() == LETTERS_PER_ADDRESS


def test_one_network_cannot_have_letters_sent_to_everybody() -> None:
    for number in range(LETTERS_PER_NEIGHBOURHOOD):
        ask(f"reader{number}@example.org")
    with pytest.raises(TooManyError) as refused:
        ask("one.more@example.org")
    assert 0 < refused.value.wait_seconds <= 3600
    with pytest.raises(TooManyError):
        send_link(address="reader1@example.org", language="de", who=WHO)
    ask("one.more@example.org", who="198.51.100.0/24")
    assert Letter.objects.count() == LETTERS_PER_NEIGHBOURHOOD + 1


@pytest.mark.parametrize("address", ["", "rosa", "rosa@example.org\nBcc: x@example.org", "@", f"{'a' * 300}@b.example"])
def test_address_that_is_none_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(ReaderError) as refused:
        ask(address)
    assert "rosa" not in str(refused.value)
    assert not Reader.objects.exists()


def test_suppressed_address_gets_no_letter_and_the_asker_hears_nothing_of_it() -> None:
    suppress(address=ROSA, reason=SuppressionReason.BOUNCE)
    ask()
    assert last_letter().state == LetterState.SUPPRESSED


def test_link_goes_to_known_addresses_only() -> None:
    send_link(address="stranger@example.org", language="de", who=WHO)
    assert not Letter.objects.exists()
    confirmed()
    send_link(address=ROSA.lower(), language="en", who=WHO)
    letter = last_letter()
    assert (letter.kind, letter.language, letter.to_address) == ("readers_link", "en", "Rosa.Winter@example.org")


def test_withdrawing_one_leaves_the_other(heard) -> None:
    reader = confirmed()
    confirmed(subject_key="")
    withdraw(consent=Consent.objects.earliest("pk"))

    assert [str(consent) for consent in Consent.objects.standing()] == ["story_answers"]
    reader.refresh_from_db()
    assert reader.state == ReaderState.CONFIRMED
    assert heard[-1] == ("withdrawn", "story_answers 7")

    withdraw_all(reader=reader)
    withdraw_all(reader=reader)
    reader.refresh_from_db()
    assert (reader.state, Consent.objects.standing().count()) == (ReaderState.RESTING, 0)
    assert len(heard) == 4


def test_withdrawn_consent_can_be_given_again_with_a_proof_of_its_own() -> None:
    reader = confirmed()
    withdraw_all(reader=reader)
    again = confirmed()
    assert again.state == ReaderState.CONFIRMED
    assert Consent.objects.count() == 2
    assert Consent.objects.standing().count() == 1


def test_withdrawn_consent_is_not_confirmed_by_an_old_letter() -> None:
    ask()
    withdraw_all(reader=Reader.objects.get())
    with pytest.raises(ReaderError, match="Diese Einwilligung wurde widerrufen"):
        confirm(consents=[Consent.objects.get()])
    assert not Consent.objects.standing().exists()


def test_reader_chooses_the_language_and_gets_letters_in_it() -> None:
    reader = choose_language(reader=confirmed(), language="en")
    assert Reader.objects.get().page_language == reader.page_language == "en"


def test_export_is_complete_and_rooms_add_theirs() -> None:
    reader = confirmed()

    def add(sender, reader, **said) -> dict[str, object]:
        return {"story": {"of": reader.pk}}

    signals.reader_export_asked.connect(add)
    try:
        found = export(reader=reader)
    finally:
        signals.reader_export_asked.disconnect(add)

    assert found["reader"]["address"] == "Rosa.Winter@example.org"
    assert [consent["wording"] for consent in found["consents"]] == [WORDING]
    assert [letter["kind"] for letter in found["letters"]] == ["readers_confirm"]
    assert found["story"] == {"of": reader.pk}


def test_erasing_leaves_nothing_but_the_hash_of_a_suppression(heard) -> None:
    reader = confirmed()
    ask(subject_key="")  # a letter that still waits
    confirmed("karl@example.org")
    suppress(address=ROSA, reason=SuppressionReason.REQUEST, source="story")

    erase(reader=reader)

    assert ("erased", f"reader {reader.pk}") in heard
    assert [str(left.address) for left in Reader.objects.all()] == ["karl@example.org"]
    assert Consent.objects.count() == 1
    assert {letter.to_address for letter in Letter.objects.all()} == {"karl@example.org"}
    row = Suppression.objects.values().get()
    assert "rosa" not in str(row).lower()
    run_waiting()
    assert Letter.objects.count() == 1


def test_unconfirmed_address_is_erased_after_a_week() -> None:
    ask("old@example.org")
    ask("young@example.org")
    confirmed("confirmed@example.org")
    old = Reader.objects.get(address="old@example.org")
    for reader in (old, Reader.objects.get(address="confirmed@example.org")):
        Reader.objects.filter(pk=reader.pk).update(created_at=days_ago(8))
        Consent.objects.filter(reader=reader).update(asked_at=days_ago(8))

    assert erase_left_over.func() == {"unanswered": 1, "unconfirmed": 1, "rested": 0, "proofs": 0}

    assert set(Reader.objects.values_list("address", flat=True)) == {"young@example.org", "confirmed@example.org"}
    assert set(Letter.objects.values_list("to_address", flat=True)) == {"young@example.org", "confirmed@example.org"}


def test_address_asked_again_in_time_is_not_erased() -> None:
    ask()
    Reader.objects.update(created_at=days_ago(8))
    assert erase_left_over.func()["unconfirmed"] == 0


def test_address_goes_a_month_after_everything_was_withdrawn_and_the_proof_after_three_years() -> None:
    reader = confirmed()
    withdraw_all(reader=reader)
    assert erase_left_over.func()["rested"] == 0

    Reader.objects.update(resting_since=days_ago(31))
    assert erase_left_over.func()["rested"] == 1
    assert (Reader.objects.get().address, Consent.objects.get().wording) == ("", WORDING)
    send_link(address=ROSA, language="de", who=WHO)
    assert not Letter.objects.exists()
    assert erase_left_over.func()["rested"] == 0

    Reader.objects.update(resting_since=days_ago(3 * 365 + 1))
    assert erase_left_over.func()["proofs"] == 1
    assert not Reader.objects.exists()
    assert not Consent.objects.exists()


def test_who_comes_back_after_the_address_went_is_the_same_reader() -> None:
    withdraw_all(reader=confirmed())
    Reader.objects.update(resting_since=days_ago(31))
    erase_left_over.func()

    reader = confirmed()

    assert (reader.address, reader.state) == ("Rosa.Winter@example.org", ReaderState.CONFIRMED)
    assert Reader.objects.count() == 1
    assert erase_left_over.func()["rested"] == 0


def test_one_letter_asks_for_several_things_and_one_click_gives_them_all(heard) -> None:
    wanted = [
        Wanted(purpose="story_answers", subject_key="7", wording=WORDING, wording_version="2026-11"),
        Wanted(purpose="story_thread", wording="Alles Neue", wording_version="2026-11"),
    ]
    ask_to_confirm(address=ROSA, language="de", wanted=wanted, who=WHO)
    letter = last_letter()
    assert Letter.objects.count() == 1
    assert WORDING in letter.text
    assert "Alles Neue" in letter.text
    assert "Alles Neue" in letter.html
    assert not Consent.objects.standing().exists()

    confirm(consents=list(Consent.objects.all()))
    assert Consent.objects.standing().count() == 2
    assert {consent.message_id for consent in Consent.objects.all()} == {letter.message_id}
    assert heard == [("given", "story_answers 7"), ("given", "story_thread")]


def test_what_one_letter_asked_for_is_not_given_by_another() -> None:
    ask()
    mine = open_confirmation(link_in(last_letter()).rstrip("/").rpartition("/")[2])
    ask(subject_key="8", wording="Nicht von mir")
    confirm(consents=mine)
    assert Consent.objects.standing().get().subject_key == "7"


def test_long_day_loses_nothing_and_ends_with_one_letter_for_the_rest() -> None:
    for number in range(LETTERS_PER_ADDRESS + 4):
        ask(subject_key=str(number), wording=f"Wunsch {number}", who=f"198.51.{number}.0/24")
    run_waiting()
    assert Letter.objects.count() == LETTERS_PER_ADDRESS
    assert Consent.objects.asked().filter(message_id="").count() == 4
    assert Job.objects.filter(dedupe_key__startswith="readers_ask:").count() == 1

    limits.start_over()
    assert ask_for_the_rest.call(Reader.objects.get().pk) == 4
    last = Letter.objects.latest("pk")
    assert [f"Wunsch {number}" in last.text for number in range(LETTERS_PER_ADDRESS + 4)] == [False] * 3 + [True] * 4
    assert not Consent.objects.filter(message_id="").exists()
    assert ask_for_the_rest.call(Reader.objects.get().pk) == 0


def test_more_wishes_than_one_letter_holds_are_asked_for_by_the_next() -> None:
    for number in range(LETTERS_PER_ADDRESS + MOST_IN_ONE_LETTER + 2):
        ask(subject_key=str(number), wording=f"Wunsch {number}", who=f"198.51.{number}.0/24")
    Job.objects.all().delete()
    for asked, waiting in ((MOST_IN_ONE_LETTER, 1), (2, 0)):
        limits.start_over()
        assert ask_for_the_rest.call(Reader.objects.get().pk) == asked
        assert Job.objects.filter(dedupe_key__startswith="readers_ask:").count() == waiting
        Job.objects.filter(dedupe_key__startswith="readers_ask:").delete()
    assert not Consent.objects.filter(message_id="").exists()


def test_whoever_has_shown_to_own_the_address_need_not_click_again(heard) -> None:
    reader = confirmed()
    wanted = [Wanted(purpose="story_answers", subject_key="9", wording=WORDING, wording_version="2026-11")]
    give(reader=reader, language="de", wanted=wanted)
    assert Consent.objects.standing().count() == 2
    assert Letter.objects.count() == 1
    assert heard[-1] == ("given", "story_answers 9")
    stranger = Reader.objects.create(address_key="1" * 64, address="eve@example.org", language="de")
    with pytest.raises(ReaderError):
        give(reader=stranger, language="de", wanted=wanted)


def test_subscriptions_are_handed_out_and_go_with_the_reader() -> None:
    reader = confirmed()
    subscribe(kind="story", key="7", address_key=reader.address_key, language="de")
    assert [one["key"] for one in export(reader=reader)["subscriptions"]] == ["7"]
    erase(reader=reader)
    assert not Subscription.objects.exists()
