"""Threads: opened below articles, and what is known of those that moved in."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.models import Thread, ThreadState
from freiblatt.pagestore.actions import mark_stale


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
    mark_stale([thread.key])
    return thread


@transaction.atomic
def note_lost(*, thread: Thread, n_lost: int) -> Thread:
    """Say that `n_lost` comments were lost before the thread moved in; return the thread."""
    Thread.objects.filter(pk=thread.pk).update(n_lost=n_lost, seq=F("seq") + 1)
    mark_stale([thread.key])
    thread.refresh_from_db()
    return thread
