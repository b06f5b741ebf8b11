"""What waited only for the desk to be staffed appears when it is."""

import logging

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from freiblatt.discussion.actions.bookkeeping import locked_as_seen
from freiblatt.discussion.actions.deciding import approve_comment
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.hours import is_staffed
from freiblatt.discussion.models import Comment, CommentState, DiscussionSettings
from freiblatt.discussion.rules import AFTER_HOURS

logger = logging.getLogger(__name__)

#: Of one run; the next one comes soon.
MOST_AT_ONCE = 200


@task(queue_name="default")
def open_the_desk() -> int:
    """Let comments appear that came after hours and that no other rule holds; return how many."""
    settings = DiscussionSettings.load()
    if not is_staffed(settings, timezone.now()):
        return 0
    waiting = Comment.objects.filter(state=CommentState.WAITING, hold_reasons=[{"rule": AFTER_HOURS, "detail": ""}])
    seen = list(waiting.order_by("pk")[:MOST_AT_ONCE])
    done = 0
    for comment in seen:
        try:
            with transaction.atomic():
                # What the desk has decided or its writer changed since is no longer ours to show.
                locked_as_seen(comment)
                approve_comment(comment=comment, by=None)
        except DiscussionError as error:
            logger.info("Comment %s does not appear by itself: %s", comment.pk, error)
        else:
            done += 1
    return done
