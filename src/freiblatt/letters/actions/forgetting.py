"""Handing out and erasing what is kept of letters."""

import datetime

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from freiblatt.letters.models import Letter, LetterQuerySet, LetterState

ERASE_BATCH = 500
KEEP_FAILED_DAYS = 30
KEEP_ROWS_DAYS = 180


def letters_of(*, key: str) -> list[dict[str, object]]:
    """Return what is kept of letters to the address with this keyed hash, ready for JSON."""
    return [
        {
            "kind": letter.kind,
            "state": letter.state,
            "written": letter.created_at,
            "sent": letter.sent_at,
            "subject": letter.subject,
            "message_id": letter.message_id,
        }
        for letter in Letter.objects.filter(address_key=key).order_by("pk")
    ]


def erase_letters_of(*, key: str) -> int:
    """Return how many letters to the address with this keyed hash were deleted, also such as still wait.

    A suppression stays: it is that hash alone, and whoever wants no letters still wants none.
    """
    count, _kinds = Letter.objects.filter(address_key=key).delete()
    return count


@task(queue_name="bulk")
def erase_letters() -> int:
    """Return how many letters lost text and address, which are kept no longer than needed; drop very old rows.

    Delivered letters after the configured days, others after a month; what lies in the desk's mailbox stays while
    there is no mail server.
    """
    now = timezone.now()
    day = datetime.timedelta(days=1)
    standing = Letter.objects.filter(erased_at__isnull=True)
    over = [LetterState.SENT, LetterState.SUPPRESSED]
    delivered = standing.filter(state__in=over, created_at__lte=now - settings.MAIL_KEEP_DAYS * day)
    if not settings.MAIL_HAS_SERVER:
        delivered = delivered.filter(is_in_desk=False)
    stuck = standing.filter(
        state__in=[LetterState.FAILED, LetterState.UNKNOWN], created_at__lte=now - KEEP_FAILED_DAYS * day
    )
    # Since they are held, whenever they were written: an owner has a month to decide.
    held = standing.filter(state=LetterState.HELD, due_at__lte=now - KEEP_FAILED_DAYS * day)
    count = _in_batches(delivered, now) + _in_batches(stuck, now) + _in_batches(held, now)
    old = Letter.objects.filter(erased_at__lte=now - KEEP_ROWS_DAYS * day)
    while keys := list(old.order_by().values_list("pk", flat=True)[:ERASE_BATCH]):
        Letter.objects.filter(pk__in=keys).delete()
    return count


def _in_batches(letters: LetterQuerySet, now: datetime.datetime) -> int:
    count = 0
    while keys := list(letters.order_by().values_list("pk", flat=True)[:ERASE_BATCH]):
        count += Letter.objects.filter(pk__in=keys, erased_at__isnull=True).update(**erased_fields(now))
    return count


def erased_fields(now: datetime.datetime) -> dict[str, object]:
    """Return what an erased letter has in its fields."""
    return {
        "to_address": "",
        "to_name": "",
        "subject": "",
        "text": "",
        "html": "",
        "unsubscribe_url": "",
        "erased_at": now,
    }
