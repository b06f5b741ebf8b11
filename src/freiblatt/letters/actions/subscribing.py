"""Who wants letters about what, and the one click that ends it.

That somebody may be written to at all was settled before, by whoever keeps consents; here stands what follows from it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from freiblatt.letters import signals
from freiblatt.letters.models import Subscription
from freiblatt.lib.addresses import absolute


def subscribe(*, kind: str, key: str, address_key: str, language: str, told_up_to: int = 0) -> Subscription:
    """Return the running subscription of an address to a subject; one that runs already stays as it is.

    `told_up_to` is the news from which on the subscriber is told, in the room's own counting.
    """
    salt = Subscription._meta.get_field("salt").get_default()
    subscription, _is_new = Subscription.objects.running().get_or_create(
        kind=kind,
        key=key,
        address_key=address_key,
        defaults={"language": language, "told_up_to": told_up_to, "salt": salt, "token_hash": _hash(_token(salt))},
    )
    return subscription


def unsubscribe(*, kind: str, key: str, address_key: str) -> int:
    """End the subscription of an address to a subject, if one runs, without announcing it; return how many ended."""
    running = Subscription.objects.running().to(kind, key).filter(address_key=address_key)
    return running.update(ended_at=timezone.now())


@transaction.atomic
def unsubscribe_by_token(*, token: str) -> Subscription | None:
    """Return the subscription that the token in a letter ends; None for a token of nothing. Twice is once."""
    found = of_token(token)
    if found is None:
        return None
    if Subscription.objects.running().filter(pk=found.pk).update(ended_at=timezone.now()):
        found.refresh_from_db()
        signals.subscription_ended.send(sender=Subscription, subscription=found)
    return found


def of_token(token: str) -> Subscription | None:
    """Return the subscription that a token belongs to, running or ended; None for a token of nothing."""
    return Subscription.objects.filter(token_hash=_hash(token)).first() if len(token) <= 64 else None


def unsubscribe_url(*, subscription: Subscription) -> str:
    """Return the address for `post_letter(unsubscribe_url=…)`: POST ends the subscription, GET shows a button."""
    token = _token(subscription.salt)
    if (fresh := _hash(token)) != subscription.token_hash:
        # The publication has a new secret: what letters carry from now on has to work.
        Subscription.objects.filter(pk=subscription.pk).update(token_hash=fresh)
    with translation.override(subscription.language):
        return absolute(reverse("letters_unsubscribe", args=[token]))


def note_told(*, subscription: Subscription, told_up_to: int) -> None:
    """Write down how far the subscriber has been told; never less far than before."""
    if told_up_to > subscription.told_up_to:
        subscription.told_up_to = told_up_to
        subscription.save(update_fields=["told_up_to"])


def subscriptions_of(*, key: str) -> list[dict[str, object]]:
    """Return the subscriptions of the address with this keyed hash, ready for JSON."""
    return [
        {
            "kind": one.kind,
            "key": one.key,
            "language": one.language,
            "since": one.created_at,
            "ended": one.ended_at,
        }
        for one in Subscription.objects.filter(address_key=key).order_by("pk")
    ]


def erase_subscriptions_of(*, key: str) -> int:
    """Return how many subscriptions of the address with this keyed hash were deleted."""
    count, _kinds = Subscription.objects.filter(address_key=key).delete()
    return count


def _token(salt: str) -> str:
    secret = hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"unsubscribe").digest()
    return urlsafe_b64encode(hmac.new(secret, salt.encode(), hashlib.sha256).digest()[:24]).decode("ascii")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
