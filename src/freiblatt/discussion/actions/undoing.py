"""The desk takes back its own last decision, as when a key was hit by mistake."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.bookkeeping import locked, move, unbury
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.models import (
    LOG_KEY,
    Comment,
    CommentState,
    Decision,
    DecisionKind,
    DecisionOrigin,
    Objection,
    Report,
)
from freiblatt.newsroom.models import StaffMember
from freiblatt.pagestore.actions import mark_stale

#: Later, a decision is reversed by another one, which stands in the public log beside it.
UNDO_MINUTES = 60


@transaction.atomic
def undo_decision(*, comment: Comment, by: StaffMember) -> Comment:
    """Return the comment as it was before `by` decided about it, within UNDO_MINUTES; it stands in the queue again.

    The decision is deleted, for it was none. Raises DiscussionError where somebody has answered or objected since,
    where readers who reported the comment have been told, where it answers an objection, where others decided, where
    nothing can be taken back.
    """
    thread, found = locked(comment)
    since = timezone.now() - timedelta(minutes=UNDO_MINUTES)
    last = Decision.objects.filter(comment=found).order_by("-pk").first()
    is_own = last is not None and last.by_id == by.pk and last.made_on >= since
    if last is not None and is_own and Objection.objects.filter(decision=last).exists():
        raise DiscussionError(_("The writer has objected by now; answer the objection instead."))
    if last is not None and is_own and Report.objects.filter(decision=last).exists():
        raise DiscussionError(_("Readers who reported it have been told by now; decide anew instead."))
    if last is not None and is_own and _answers_objection(last):
        raise DiscussionError(_("It answers an objection, once and for all; decide anew instead."))
    if found.state == CommentState.PUBLIC and found.approved_by_id == by.pk and not (last and is_own):
        approved_on = found.approved_on
        if approved_on is None or approved_on < since or (last is not None and last.made_on >= approved_on):
            raise DiscussionError(_("There is nothing of yours to take back here."))
        if found.answers.exists():
            raise DiscussionError(_("Somebody has answered by now. Remove the comment under a rule instead."))
        found.approved_by = found.approved_on = found.picked_on = None
        found.pick_reason = ""
        fields = ("approved_by", "approved_on", "picked_on", "pick_reason")
        return move(thread, found, CommentState.WAITING, *fields)
    if last is None or not is_own:
        raise DiscussionError(_("There is nothing of yours to take back here."))
    match (found.state, last.kind):
        case (CommentState.REFUSED, DecisionKind.REFUSED):
            found = move(thread, found, CommentState.WAITING)
        case (CommentState.REMOVED, DecisionKind.REMOVED):
            found = unbury(thread, found)
        case _:
            raise DiscussionError(_("There is nothing of yours to take back here."))
    last.delete()
    mark_stale([LOG_KEY])
    return found


def _answers_objection(decision: Decision) -> bool:
    """Whether somebody who objected to an earlier decision about the comment was answered by this one."""
    answered = Objection.objects.filter(decision__comment=decision.comment_id, decided_on__gte=decision.made_on)
    return decision.origin == DecisionOrigin.OBJECTION or answered.exists()
