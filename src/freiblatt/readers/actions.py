"""Verbs of the room: ask an address, confirm, withdraw, send the link, hand out, erase.

No verb says whether an address is known: whoever types it is not yet known to own it.
"""

import datetime
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from freiblatt.jobs.actions import enqueue_once
from freiblatt.jobs.policies import policy
from freiblatt.letters import actions as letters
from freiblatt.lib import limits
from freiblatt.lib.addresses import absolute
from freiblatt.lib.mail_addresses import address_key, normalise
from freiblatt.readers import signals
from freiblatt.readers.links import CONFIRM_DAYS, PAGE_DAYS, confirm_token, page_token
from freiblatt.readers.models import Consent, Reader, ReaderState

logger = logging.getLogger(__name__)

#: Letters that strangers can make us send to one address in a day, and have sent from one neighbourhood in an hour.
LETTERS_PER_ADDRESS = 3
LETTERS_PER_NEIGHBOURHOOD = 20
#: More than this nobody reads before the click.
MOST_IN_ONE_LETTER = 20
DAY_SECONDS = 24 * 3600
HOUR_SECONDS = 3600
#: Whoever has withdrawn everything is written to no more; the address goes after this.
REST_DAYS = 30
#: The proof of a consent that was withdrawn stays as long as somebody may still ask for it (German Civil Code, 195).
PROOF_DAYS = 3 * 365


class ReaderError(Exception):
    """What was asked cannot be done; the message is for the reader and repeats no address."""


class TooManyError(ReaderError):
    """Too many letters were asked for from one neighbourhood; `wait_seconds` says until when."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(_("Too many e-mails were asked for from this network."))
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One thing that somebody is asked to agree to."""

    purpose: str
    """One of `purposes.py`."""

    wording: str
    """The sentence that was agreed to, exactly as it was shown."""

    wording_version: str
    """What names the sentence among its changes."""

    subject_key: str = ""


def ask_to_confirm(
    *, address: str, language: str, wanted: Sequence[Wanted], who: str, origin: str = ""
) -> list[Consent]:
    """Have a letter ask the owner of `address` to confirm all that is `wanted`; return what was asked.

    Nothing counts before the click in the letter. `who` is the neighbourhood that asks (`lib.network.cut_address`), for
    the limit; it is not kept. Nothing may be told of the answer to whoever asked: it is the same for an address that is
    new, known or suppressed. Where the address has had its letters of the day, what is asked now waits, and one later
    letter asks for all of it that has the same `origin`: at most 64 characters that tell one device from another, so
    that nobody confirms a stranger's wish with the own. Raises ReaderError on an address that is none, TooManyError
    when too much is asked from one neighbourhood.
    """
    found = _address(address)
    _take_from(who)
    with transaction.atomic():
        reader = _reader(found, language)
        # Others who ask in this reader's name wait: each thing is asked once.
        reader = Reader.objects.select_for_update().get(pk=reader.pk)
        consents = [_asked(reader, language, one, origin) for one in wanted]
        _ask_for(reader, [one for one in consents if one.given_at is None], language)
    return consents


@policy(moot_on=(Reader.DoesNotExist,))
@task(queue_name="default")
def ask_for_the_rest(reader_pk: int) -> int:
    """Ask in one letter for what no letter has asked for yet, of one origin; return how much that was."""
    with transaction.atomic():
        reader = Reader.objects.select_for_update().get(pk=reader_pk)
        unasked = reader.consents.asked().filter(message_id="").order_by("pk")
        first = unasked.first()
        consents = list(unasked.filter(origin=first.origin)[:MOST_IN_ONE_LETTER]) if first is not None else []
        if reader.address and _ask_for(reader, consents, reader.page_language) and unasked.exists():
            _ask_later(reader, 0)
    return len(consents)


def _ask_for(reader: Reader, consents: Sequence[Consent], language: str) -> bool:
    """Ask in one letter now, or have it asked later; return whether the letter is written."""
    if not consents:
        return False
    wait = _wait_before_writing_to(reader.address)
    if wait:
        # Nothing that a reader has asked for is lost because the day was a long one.
        _ask_later(reader, wait)
        return False
    letter = letters.post_letter(
        to=reader.address,
        template="readers/letters/confirm",
        context={
            "link": absolute(_path("readers:confirm", confirm_token(*consents), language)),
            "consents": list(consents),
            "has_quotes": any(one.quote for one in consents),
            "days": CONFIRM_DAYS,
        },
        language=language,
        kind="readers_confirm",
        is_urgent=True,
    )
    Consent.objects.filter(pk__in=[one.pk for one in consents]).update(message_id=letter.message_id)
    return True


def _ask_later(reader: Reader, wait_seconds: float) -> None:
    due = timezone.now() + datetime.timedelta(seconds=wait_seconds + 1)
    enqueue_once(
        ask_for_the_rest.using(run_after=due),
        key=f"readers_ask:{reader.pk}",
        kwargs={"reader_pk": reader.pk},
    )


def give(*, reader: Reader, language: str, wanted: Sequence[Wanted]) -> list[Consent]:
    """Return what is `wanted`, given at once: for a reader who has shown to be the owner of the address just now.

    Who comes with a key that only a letter to the address carries has shown that; who types the address has not.
    Raises ReaderError for a reader who has confirmed nothing yet.
    """
    with transaction.atomic():
        locked = Reader.objects.select_for_update().get(pk=reader.pk)
        if locked.confirmed_at is None or not locked.address:
            raise ReaderError(_("This address is not confirmed."))
        consents = [_asked(locked, language, one) for one in wanted]
        return _confirmed(locked, consents)


def confirm(*, consents: Sequence[Consent]) -> list[Consent]:
    """Return the consents, now given: the owner of the address has clicked. A second time changes nothing.

    All are one reader's; those that were withdrawn or erased meanwhile are left out. Raises ReaderError where none is
    left.
    """
    with transaction.atomic():
        reader = Reader.objects.select_for_update().filter(pk=consents[0].reader_id).first() if consents else None
        pks = [one.pk for one in consents]
        found = Consent.objects.select_for_update().filter(pk__in=pks, reader=reader, withdrawn_at__isnull=True)
        standing = list(found.order_by("pk")) if reader is not None else []
        if reader is None or not standing:
            raise ReaderError(_("This consent was withdrawn."))
        return _confirmed(reader, standing)


def _confirmed(reader: Reader, consents: Sequence[Consent]) -> list[Consent]:
    now = timezone.now()
    fresh = [one for one in consents if one.given_at is None]
    if fresh:
        reader.state = ReaderState.CONFIRMED
        reader.confirmed_at = reader.confirmed_at or now
        reader.resting_since = None
        reader.save(update_fields=["state", "confirmed_at", "resting_since"])
    for one in fresh:
        one.given_at, one.origin = now, ""
        one.save(update_fields=["given_at", "origin"])
    for one in fresh:
        one.reader = reader
        signals.consent_given.send(sender=Consent, consent=one)
    return list(consents)


def withdraw(*, consent: Consent) -> Consent:
    """Return the consent, now withdrawn; its proof stays for a while. A second time changes nothing."""
    with transaction.atomic():
        reader = Reader.objects.select_for_update().get(pk=consent.reader_id)
        found = Consent.objects.select_for_update().get(pk=consent.pk)
        if found.withdrawn_at:
            return found
        now = timezone.now()
        found.withdrawn_at = now
        found.save(update_fields=["withdrawn_at"])
        if reader.state == ReaderState.CONFIRMED and not reader.consents.standing().exists():
            reader.state = ReaderState.RESTING
            reader.resting_since = now
            reader.save(update_fields=["state", "resting_since"])
        found.reader = reader
        signals.consent_withdrawn.send(sender=Consent, consent=found)
    return found


def withdraw_all(*, reader: Reader) -> None:
    """Withdraw everything that the reader agreed to."""
    with transaction.atomic():
        for consent in reader.consents.filter(withdrawn_at__isnull=True):
            withdraw(consent=consent)


def choose_language(*, reader: Reader, language: str) -> Reader:
    """Return the reader, who gets letters in `language` from now on."""
    reader.language = language
    reader.save(update_fields=["language"])
    return reader


def send_link(*, address: str, language: str, who: str, post: Callable[[Reader, str], None] | None = None) -> None:
    """Send a letter with the link to the reader's page, if `address` is one that we know; else do nothing.

    `who` as in `ask_to_confirm`. `post` is how a room above writes a letter of its own instead, with reader and
    language. Raises ReaderError on an address that is none, TooManyError.
    """
    found = _address(address)
    _take_from(who)
    reader = Reader.objects.filter(address_key=address_key(found)).exclude(address="").first()
    if not _wait_before_writing_to(found) and reader is not None:
        (post or _post_link)(reader, language)


def send_link_again(*, reader: Reader, language: str, who: str) -> None:
    """Send a new link to whoever came with one that has run out."""
    _take_from(who)
    if not _wait_before_writing_to(reader.address):
        _post_link(reader, language)


def _post_link(reader: Reader, language: str) -> None:
    letters.post_letter(
        to=reader.address,
        template="readers/letters/link",
        context={"link": absolute(_path("readers:page", page_token(reader), language)), "days": PAGE_DAYS},
        language=language,
        kind="readers_link",
        is_urgent=True,
    )


def page_url(*, reader: Reader) -> str:
    """Return the full address of the reader's page, for a letter to this reader and for nothing else."""
    return absolute(_path("readers:page", page_token(reader), reader.page_language))


def export(*, reader: Reader) -> dict[str, object]:
    """Return everything that all rooms know of this reader, ready for JSON."""
    found: dict[str, object] = {
        "reader": {
            "address": reader.address,
            "language": reader.language,
            "state": reader.state,
            "since": reader.created_at,
            "confirmed": reader.confirmed_at,
        },
        "consents": [
            {
                "purpose": consent.purpose,
                "subject": consent.subject_key,
                "label": consent.label,
                "language": consent.language,
                "wording": consent.wording,
                "wording_version": consent.wording_version,
                "asked": consent.asked_at,
                "given": consent.given_at,
                "withdrawn": consent.withdrawn_at,
                "letter_that_asked": consent.message_id,
            }
            for consent in reader.consents.order_by("asked_at", "pk")
        ],
        "letters": letters.letters_of(key=reader.address_key),
        "subscriptions": letters.subscriptions_of(key=reader.address_key),
    }
    for _receiver, part in signals.reader_export_asked.send(sender=Reader, reader=reader):
        found.update(cast(dict[str, object], part))
    return found


def erase(*, reader: Reader) -> None:
    """Erase the reader from every room, proof included. Of a suppression the keyed hash stays, so that it holds."""
    with transaction.atomic():
        locked = Reader.objects.select_for_update().get(pk=reader.pk)
        signals.reader_erased.send(sender=Reader, reader=locked)
        letters.erase_subscriptions_of(key=locked.address_key)
        letters.erase_letters_of(key=locked.address_key)
        locked.delete()
    logger.info("A reader was erased on request.")


@task(queue_name="bulk")
def erase_left_over() -> dict[str, int]:
    """Erase addresses that nobody confirmed, those at rest, and proofs that nobody can ask for any more."""
    now = timezone.now()
    day = datetime.timedelta(days=1)
    asked_before = now - CONFIRM_DAYS * day
    unanswered, _kinds = Consent.objects.asked().filter(asked_at__lt=asked_before).delete()
    unconfirmed = _each(Reader.objects.never_confirmed(asked_before).values_list("pk", flat=True), _forget)
    resting = Reader.objects.filter(state=ReaderState.RESTING, resting_since__lt=now - REST_DAYS * day)
    rested = _each(resting.exclude(address="").values_list("pk", flat=True), _cut_address_off)
    old = Reader.objects.filter(state=ReaderState.RESTING, resting_since__lt=now - PROOF_DAYS * day)
    proofs = _each(old.values_list("pk", flat=True), _forget)
    return {"unanswered": unanswered, "unconfirmed": unconfirmed, "rested": rested, "proofs": proofs}


def _each(keys: QuerySet, verb: Callable[[Reader], None]) -> int:
    """Call `verb` with each reader of `keys`, one transaction each, and return how many those were."""
    count = 0
    for key in list(keys):
        with transaction.atomic():
            reader = Reader.objects.select_for_update().filter(pk=key).first()
            if reader is not None and not reader.consents.standing().exists():
                verb(reader)
                count += 1
    return count


def _forget(reader: Reader) -> None:
    signals.reader_erased.send(sender=Reader, reader=reader)
    letters.erase_subscriptions_of(key=reader.address_key)
    letters.erase_letters_of(key=reader.address_key)
    reader.delete()


def _cut_address_off(reader: Reader) -> None:
    reader.address = ""
    reader.link_number += 1
    reader.save(update_fields=["address", "link_number"])
    letters.erase_letters_of(key=reader.address_key)


def _address(text: str) -> str:
    try:
        return normalise(text)
    except ValidationError as error:
        raise ReaderError(" ".join(error.messages)) from error


def _take_from(who: str) -> None:
    wait = limits.take("readers_letters_from", who, most=LETTERS_PER_NEIGHBOURHOOD, per_seconds=HOUR_SECONDS)
    if wait:
        raise TooManyError(wait)


def _wait_before_writing_to(address: str) -> float:
    """Return 0.0 and count it if one more letter may go to this address today, else the seconds until one may.

    A form must not fill somebody's mailbox.
    """
    key = address_key(address)
    return limits.take("readers_letters_to", key, most=LETTERS_PER_ADDRESS, per_seconds=DAY_SECONDS)


def _reader(address: str, language: str) -> Reader:
    key = address_key(address)
    try:
        with transaction.atomic():
            reader, _is_new = Reader.objects.get_or_create(
                address_key=key, defaults={"address": address, "language": language}
            )
    except IntegrityError:
        reader = Reader.objects.get(address_key=key)
    if not reader.address:
        # Somebody who had withdrawn everything comes back.
        reader.address, reader.language = address, language
        reader.save(update_fields=["address", "language"])
    return reader


def _asked(reader: Reader, language: str, wanted: Wanted, origin: str = "") -> Consent:
    """Return the consent that stands or waits for this thing; one that waits takes the words of this time."""
    open_ones = Consent.objects.select_for_update().filter(withdrawn_at__isnull=True)
    words: dict[str, Any] = {
        "language": language,
        "wording": wanted.wording,
        "wording_version": wanted.wording_version,
        "asked_at": timezone.now(),
        "origin": origin,
    }
    consent, is_new = open_ones.get_or_create(
        reader=reader, purpose=wanted.purpose, subject_key=wanted.subject_key, defaults=words
    )
    if not is_new and consent.given_at is None:
        if consent.origin != origin and not consent.message_id:
            # Two want the same thing: a letter that asks for it later asks for nothing else.
            words["origin"] = ""
        if consent.wording != wanted.wording:
            # The letter that asked said something else.
            words["message_id"] = ""
        for field, value in words.items():
            setattr(consent, field, value)
        consent.save(update_fields=list(words))
    return consent


def _path(name: str, token: str, language: str) -> str:
    with translation.override(language):
        return reverse(name, args=[token])
