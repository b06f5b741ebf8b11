"""Comments that go for good: withdrawn by their writers, or erased; and what is kept only for a time."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from freiblatt.discussion.actions.bookkeeping import bury, locked
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.judging import record, settle_gone
from freiblatt.discussion.actions.standing import remember_refusal
from freiblatt.discussion.models import (
    OBJECTION_OPEN_DAYS,
    Anchor,
    Comment,
    CommentState,
    CorrectionAnswer,
    Decision,
    DecisionKind,
    HouseRule,
    Objection,
    ObjectionState,
    Question,
    Report,
)
from freiblatt.newsroom.models import StaffMember

#: What the desk keeps only as long as its decision can be objected to.
DECIDED = (CommentState.REFUSED, CommentState.REMOVED)
#: Emptied in one run; the next one goes on.
FORGOTTEN_AT_ONCE = 500
#: Stands where a name stood; every comment that the desk decided about has one.
NO_NAME = "–"
EMPTIED = (
    *("source_text", "html", "guest_name", "folded_name", "fingerprint", "hold_reasons", "doubt"),
    *("picked_on", "pick_reason"),
)


@transaction.atomic
def withdraw_comment(*, comment: Comment) -> Comment:
    """Take back a comment for its writer: text and name are blanked at once; return it.

    While answers stand below it a tombstone stays. Withdrawing twice changes nothing.
    """
    thread, comment = locked(comment)
    if comment.state in (CommentState.WITHDRAWN, CommentState.ERASED):
        return comment
    if comment.state == CommentState.LOST:
        raise DiscussionError(_("This comment was lost before it moved here; there is no text to withdraw."))
    settle_gone(comment)
    remember_refusal(comment)
    return bury(thread, comment, CommentState.WITHDRAWN)


@transaction.atomic
def erase_comment(*, comment: Comment) -> Comment:
    """Blank a comment for good because its writer wants it, a lost one's name and a removed one's text included.

    Return it. Nobody decides about it any more, and it is nobody's.
    """
    thread, comment = locked(comment)
    settle_gone(comment)
    remember_refusal(comment)
    return bury(thread, comment, CommentState.ERASED)


@transaction.atomic
def erase_by_rule(
    *, comment: Comment, by: StaffMember | None, rule: HouseRule, words: str = "", legal_basis: str = ""
) -> Comment:
    """Remove a comment for the desk and delete its text, name and earlier versions for good; return it.

    This is a decision as `remove_comment` is: both sides are told, and the writer keeps the own page, may object, and
    is trusted less. Only the text cannot come back. Raises DiscussionError where it is gone already.
    """
    thread, comment = locked(comment)
    if comment.state in (CommentState.WITHDRAWN, CommentState.ERASED, CommentState.LOST) or not comment.source_text:
        raise DiscussionError(_("The text of this comment is deleted already."))
    settle_gone(comment, is_decided=True)
    comment = bury(thread, comment, CommentState.REMOVED)
    _empty(comment)
    record(comment, DecisionKind.REMOVED, by=by, rule=rule, words=words, legal_basis=legal_basis)
    return comment


@task(queue_name="default")
def forget_refused() -> int:
    """Empty what the desk refused or removed, once nobody can object any more; return how many comments.

    State, writer's key and decisions stay, for the log and for the writer's standing.
    """
    old = timezone.now() - timedelta(days=OBJECTION_OPEN_DAYS)
    decisions = Decision.objects.filter(comment=OuterRef("pk"))
    objections = Objection.objects.filter(decision__comment=OuterRef("pk"))
    is_still_read = objections.filter(Q(state=ObjectionState.OPEN) | Q(decided_on__gte=old))
    over = Comment.objects.filter(
        ~Q(source_text="") | Q(own_key__isnull=False) | Exists(decisions.exclude(words="", legal_basis="")),
        Exists(decisions),
        ~Exists(decisions.filter(made_on__gte=old)),
        ~Exists(is_still_read),
        ~Exists(Report.objects.open().filter(comment=OuterRef("pk"))),
        state__in=DECIDED,
    )
    count = 0
    for found in over.order_by("pk")[:FORGOTTEN_AT_ONCE]:
        with transaction.atomic():
            _thread, comment = locked(found)
            # Somebody may have brought it back, or decided anew, since it was found.
            if not over.filter(pk=comment.pk).exists():
                continue
            _empty(comment)
            comment.own_key = None
            comment.save(update_fields=["own_key"])
            Decision.objects.filter(comment=comment).update(words="", legal_basis="")
            count += 1
    return count


def _empty(comment: Comment) -> None:
    """Empty text, name, earlier versions and all that repeats them; who wrote it stays, for the own page."""
    comment.source_text = comment.html = comment.folded_name = ""
    comment.fingerprint, comment.hold_reasons, comment.doubt = 0, [], None
    comment.picked_on, comment.pick_reason = None, ""
    if comment.author_id is None:
        comment.guest_name = NO_NAME
    comment.save(update_fields=EMPTIED)
    comment.versions.all().delete()
    Anchor.objects.filter(comment=comment).delete()
    CorrectionAnswer.objects.filter(comment=comment).delete()
    Question.objects.filter(comment=comment).delete()
