"""Addresses that get no letters."""

from freiblatt.letters.actions.errors import checked_address
from freiblatt.letters.models import Suppression, SuppressionReason
from freiblatt.lib.mail_addresses import address_key


def suppress(*, address: str, reason: SuppressionReason, source: str = "") -> Suppression:
    """Return the row that keeps `address` from getting letters; the first reason stays. Raises LetterError."""
    return suppress_key(key=address_key(checked_address(address)), reason=reason, source=source)


def suppress_key(*, key: str, reason: SuppressionReason, source: str = "") -> Suppression:
    """Return the row that keeps the address with this keyed hash from getting letters; the first reason stays."""
    row, _is_new = Suppression.objects.get_or_create(address_key=key, defaults={"reason": reason, "source": source})
    return row


def release(*, suppression: Suppression) -> None:
    """Let the address get letters again. Letters that were not sent meanwhile stay unsent."""
    Suppression.objects.filter(pk=suppression.pk).delete()
