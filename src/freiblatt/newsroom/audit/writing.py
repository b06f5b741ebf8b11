"""Writes what concerns no single thing, and removes what need not be kept."""

from datetime import timedelta
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.utils import timezone
from django_tasks import task
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

#: Who came in from where helps for a while, and says more of people than of the publication.
SHORT_LIVED = (
    *("newsroom.sign_in", "newsroom.sign_in_failed", "newsroom.locked_out", "newsroom.new_device"),
    *("newsroom.end_sessions", "newsroom.ask_for_password"),
)
SHORT_LIVED_DAYS = 365
BATCH = 500  # rows in one transaction: others may write in between


def log_about_publication(action: str, *, by: Any = None, **data: Any) -> None:
    """Note what was done to the publication as a whole: `action` is registered with Wagtail, `data` can be JSON.

    `by` is the staff member; None means whoever is signed in, and on the console nobody.
    """
    from freiblatt.newsroom.models import PublicationSettings

    log(instance=PublicationSettings.load(), action=action, user=by, data=data)


@task(queue_name="bulk")
def forget_visits() -> int:
    """Remove entries of coming in and of failing to, after a year; return how many."""
    old = ModelLogEntry.objects.filter(
        action__in=SHORT_LIVED, timestamp__lt=timezone.now() - timedelta(days=SHORT_LIVED_DAYS)
    )
    count = 0
    while keys := list(old.order_by().values_list("pk", flat=True)[:BATCH]):
        count += ModelLogEntry.objects.filter(pk__in=keys).delete()[0]
    return count


@task(queue_name="bulk")
def forget_failed_sign_ins() -> int:
    """Remove failed sign-ins, each with a whole network address, that lock nobody any more; return how many."""
    # `axes` leaves these out when it counts, but it removes them only when somebody signs in again.
    over = timezone.now() - (get_cool_off() or timedelta())
    return AccessAttempt.objects.filter(attempt_time__lte=over).delete()[0]
