"""Threads: opened below articles, and what is known of those that moved in."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions.bookkeeping import announce
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.voting import close_ballot
from freiblatt.discussion.models import Ballot, Thread, ThreadState, passages_key
from freiblatt.jobs import schedules
from freiblatt.pagestore.actions import mark_stale

MOST_SLOW_MINUTES = 24 * 60


@transaction.atomic
def open_thread(
    *,
    article: ArticlePage,
    state: ThreadState = ThreadState.OPEN,
    opens_on: datetime | None = None,
    closes_on: datetime | None = None,
    n_lost: int = 0,
) -> Thread:
    """Return the thread under `article`, made if there is none; one that exists is left as it is.

    `n_lost` is how many comments an older site had counted and its copy did not contain.
    """
    thread, _created = Thread.objects.get_or_create(
        article=article, defaults={"state": state, "opens_on": opens_on, "closes_on": closes_on, "n_lost": n_lost}
    )
    mark_stale([thread.key, passages_key(thread.article_id)])
    _watch_the_clock(thread)
    return thread


@transaction.atomic
def arrange_thread(
    *,
    thread: Thread,
    state: ThreadState,
    opens_on: datetime | None = None,
    closes_on: datetime | None = None,
    slow_minutes: int | None = None,
) -> Thread:
    """Return the thread, open, held or closed from now on, between these moments where they are given.

    `slow_minutes` is the pause between two comments from one network, 0 for none; None leaves it as it is. Raises
    DiscussionError where it would close before it opens, or for a pause of more than a day.
    """
    if opens_on and closes_on and closes_on <= opens_on:
        raise DiscussionError(_("A discussion closes after it opens."))
    if slow_minutes is not None and not 0 <= slow_minutes <= MOST_SLOW_MINUTES:
        raise DiscussionError(_("The pause between two comments is a day at most."))
    found = Thread.objects.select_for_update().get(pk=thread.pk)
    found.state, found.opens_on, found.closes_on = state, opens_on, closes_on
    if slow_minutes is not None:
        found.slow_minutes = slow_minutes
    found.save(update_fields=["state", "opens_on", "closes_on", "slow_minutes"])
    announce(found)
    # Paragraphs offer to be commented on only while somebody can.
    mark_stale([passages_key(found.article_id)])
    _watch_the_clock(found)
    return found


@transaction.atomic
def hold_new_comments(*, thread: Thread, is_held: bool) -> Thread:
    """Return the thread, whose new comments all wait for the desk from now on, or no longer.

    What holds already stays so. Raises DiscussionError where the thread is closed, which this neither opens nor ends.
    """
    found = Thread.objects.select_for_update().get(pk=thread.pk)
    if found.state == ThreadState.CLOSED:
        raise DiscussionError(_("This discussion is closed. Open it first."))
    state = ThreadState.HELD if is_held else ThreadState.OPEN
    if found.state == state:
        return found
    return arrange_thread(thread=found, state=state, opens_on=found.opens_on, closes_on=found.closes_on)


@task(queue_name="urgent")
def show_turn(thread_pk: int) -> bool:
    """Show that a thread has opened or closed by the clock, voting with it; return whether it still exists."""
    with transaction.atomic():
        thread = Thread.objects.select_for_update().filter(pk=thread_pk).first()
        if thread is not None:
            is_over = thread.closes_on is not None and thread.closes_on <= timezone.now()
            if is_over and Ballot.objects.filter(thread=thread).exclude(secret="").exists():
                close_ballot(thread=thread)
            announce(thread)
            mark_stale([passages_key(thread.article_id)])
    return thread is not None


def _watch_the_clock(thread: Thread) -> None:
    """Have pages say it when the clock opens or closes the thread."""
    name = f"discussion_turn:{thread.pk}"
    schedules.cancel(name=name)
    now = timezone.now()
    for due in {moment for moment in (thread.opens_on, thread.closes_on) if moment and moment > now}:
        schedules.at(name=name, due=due, job=show_turn, kwargs={"thread_pk": thread.pk})


@transaction.atomic
def note_lost(*, thread: Thread, n_lost: int) -> Thread:
    """Say that `n_lost` comments were lost before the thread moved in; return the thread."""
    Thread.objects.filter(pk=thread.pk).update(n_lost=n_lost, seq=F("seq") + 1)
    mark_stale([thread.key])
    thread.refresh_from_db()
    return thread
