"""Orders by votes, made now and then."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from freiblatt.discussion.models import ROOTS_IN_SLICE, Comment, Slot, Thread, TopSlice
from freiblatt.jobs import schedules
from freiblatt.pagestore.actions import mark_stale

#: A new order is made at most this often, and an old one stays while somebody may still be reading in it.
ORDER_SECONDS = 60
#: In a thread with more comments than LARGE an order costs more, and one vote changes it less.
LARGE = 500
LARGE_ORDER_SECONDS = 600
#: Nobody reads further by votes; what stands behind is read by time, and the last slice leads there.
MOST_SLICES = 50
ORDER_HOURS = 24


@task(queue_name="default")
def order_by_votes(thread_pk: int) -> int:
    """Make a new order of a thread's first roots by votes; return how many slices it has."""
    with transaction.atomic():
        thread = Thread.objects.select_for_update().filter(pk=thread_pk).first()
        if thread is None:
            return 0
        roots = list(
            Comment.objects.filter(thread=thread, slot=Slot.ROOT)
            .order_by("-rank")
            .values_list("pk", flat=True)[: MOST_SLICES * ROOTS_IN_SLICE]
        )
        edition = thread.top_edition + 1
        slices = [roots[start : start + ROOTS_IN_SLICE] for start in range(0, len(roots), ROOTS_IN_SLICE)]
        TopSlice.objects.bulk_create(
            TopSlice(
                thread=thread,
                edition=edition,
                number=number,
                roots=" ".join(map(str, pks)),
                is_last=number == len(slices),
            )
            for number, pks in enumerate(slices, start=1)
        )
        Thread.objects.filter(pk=thread.pk).update(top_edition=edition)
        mark_stale([thread.key])
    return len(slices)


def ask_for_order(thread: Thread) -> None:
    """Have a new order by votes made soon, once for everything that happens until then."""
    now = timezone.now()
    seconds = LARGE_ORDER_SECONDS if thread.n_public > LARGE else ORDER_SECONDS
    due = datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, tz=UTC)
    schedules.at(name=f"discussion_order:{thread.pk}", due=due, job=order_by_votes, kwargs={"thread_pk": thread.pk})
