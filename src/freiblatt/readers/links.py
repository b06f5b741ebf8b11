"""Signed links, the only key that a reader has. They name a row by its number, never an address, and they run out.

A restored database counts from where the backup was, while links that were made since are still out there. Therefore
a row has a salt, and the link names it too: the same number given once more is another row.
"""

import datetime
from dataclasses import dataclass

from django.core import signing

from freiblatt.readers.models import Consent, Reader

#: How long the link in a letter opens a reader's page. An older one offers to send a new one.
PAGE_DAYS = 7
#: How long an address waits for being confirmed; then it is erased.
CONFIRM_DAYS = 7


class LinkError(Exception):
    """The link is not one of ours, or what it named is gone."""


@dataclass(frozen=True)
class Opened:
    """What a link to a reader's page leads to."""

    reader: Reader
    is_expired: bool


def page_token(reader: Reader) -> str:
    """Return what the address of this reader's page ends with, for the next seven days."""
    return _page_signer().sign("-".join(filter(None, (str(reader.pk), str(reader.link_number), reader.salt))))


def open_page(token: str) -> Opened:
    """Return whose page `token` opens. Raises LinkError; a link that has only run out is returned as such."""
    value, is_expired = _read(_page_signer(), token, days=PAGE_DAYS)
    pk, number, *salt = value.split("-")
    reader = Reader.objects.filter(pk=pk, link_number=number, salt="".join(salt)).exclude(address="").first()
    if reader is None:
        raise LinkError
    return Opened(reader, is_expired)


def confirm_token(*consents: Consent) -> str:
    """Return what the address ends with at which these consents of one reader are confirmed."""
    return _confirm_signer().sign("-".join(_named(one) for one in consents))


def open_confirmation(token: str) -> list[Consent]:
    """Return the consents that `token` asks about, those that were withdrawn left out.

    Raises LinkError where none is left, and for a link that has run out.
    """
    value, is_expired = _read(_confirm_signer(), token, days=CONFIRM_DAYS)
    names = value.split("-")
    found = Consent.objects.select_related("reader").filter(
        pk__in=[name.partition("_")[0] for name in names], withdrawn_at__isnull=True
    )
    consents = [] if is_expired else [one for one in found.order_by("pk") if _named(one) in names]
    if not consents:
        raise LinkError
    return consents


def _named(consent: Consent) -> str:
    return f"{consent.pk}_{consent.salt}" if consent.salt else str(consent.pk)


def _page_signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="freiblatt.readers.page", sep=".")


def _confirm_signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="freiblatt.readers.confirm", sep=".")


def _read(signer: signing.TimestampSigner, token: str, *, days: int) -> tuple[str, bool]:
    try:
        return signer.unsign(token, max_age=datetime.timedelta(days=days)), False
    except signing.SignatureExpired:
        return signer.unsign(token), True
    except signing.BadSignature as error:
        raise LinkError from error
