"""What waited only for the desk to be staffed appears when it is."""

from django.utils import timezone
from django_tasks import task

from freiblatt.discussion.actions.deciding import approve_comment
from freiblatt.discussion.hours import is_staffed
from freiblatt.discussion.models import Comment, CommentState, DiscussionSettings
from freiblatt.discussion.rules import AFTER_HOURS

#: Of one run; the next one comes soon.
MOST_AT_ONCE = 200


@task(queue_name="default")
def open_the_desk() -> int:
    """Let comments appear that came after hours and that no other rule holds; return how many."""
    settings = DiscussionSettings.load()
    if not is_staffed(settings, timezone.now()):
        return 0
    waiting = Comment.objects.filter(state=CommentState.WAITING, hold_reasons=[{"rule": AFTER_HOURS, "detail": ""}])
    found = list(waiting.order_by("pk")[:MOST_AT_ONCE])
    for comment in found:
        approve_comment(comment=comment, by=None)
    return len(found)
