"""The newsroom answers readers who correct something."""

from django.db import transaction
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.bookkeeping import announce, locked
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.writers import tell_writer
from freiblatt.discussion.models import (
    LONGEST_REASON,
    Comment,
    CommentKind,
    CommentState,
    CorrectionAnswer,
    Thread,
    Verdict,
)
from freiblatt.discussion.signals import correction_accepted, correction_declined
from freiblatt.discussion.text import tidy_name
from freiblatt.newsroom.models import StaffMember


@transaction.atomic
def accept_correction(*, comment: Comment, by: StaffMember | None, reason: str = "") -> CorrectionAnswer:
    """Return the answer to a reader who corrected something and was right; `reason` may say what was done.

    Readers see it at the comment. Rooms above hear `correction_accepted`. Accepting twice changes nothing.
    """
    return _answer(comment, Verdict.ACCEPTED, by, reason)


@transaction.atomic
def decline_correction(*, comment: Comment, by: StaffMember | None, reason: str) -> CorrectionAnswer:
    """Return the answer to a reader who corrected something and was not right; readers see the reason.

    Raises DiscussionError without one.
    """
    return _answer(comment, Verdict.DECLINED, by, reason)


@transaction.atomic
def reopen_correction(*, comment: Comment) -> Comment:
    """Return the comment, with no answer any more: the newsroom looks again."""
    thread, found = locked(comment)
    if CorrectionAnswer.objects.filter(comment=found).delete()[0]:
        _tell_readers(thread, found)
    return found


def _answer(comment: Comment, verdict: Verdict, by: StaffMember | None, reason: str) -> CorrectionAnswer:
    thread, found = locked(comment)
    if found.kind != CommentKind.CORRECTION:
        raise DiscussionError(_("This comment does not say that it corrects something."))
    if found.state not in (CommentState.PUBLIC, CommentState.WAITING):
        raise DiscussionError(_("This comment is gone: %(state)s.") % {"state": found.get_state_display()})
    plain = tidy_name(reason)
    if verdict == Verdict.DECLINED and not plain:
        raise DiscussionError(_("Say why in a few words; readers see them."))
    if len(plain) > LONGEST_REASON:
        raise DiscussionError(
            _("The reason is too long; at most %(most)d characters are possible.") % {"most": LONGEST_REASON}
        )
    answer = CorrectionAnswer.objects.filter(comment=found).first()
    if answer is not None:
        if (answer.verdict, answer.reason) == (verdict, plain):
            return answer
        raise DiscussionError(_("Somebody has answered this correction meanwhile. Reopen it to answer anew."))
    answer = CorrectionAnswer.objects.create(comment=found, verdict=verdict, reason=plain, by=by)
    news = correction_accepted if verdict == Verdict.ACCEPTED else correction_declined
    news.send(sender=Comment, comment=found, by=by, reason=plain)
    tell_writer(found, f"correction_{verdict.value}", reason=plain)
    _tell_readers(thread, found)
    return answer


def _tell_readers(thread: Thread, comment: Comment) -> None:
    if comment.slot:
        announce(thread, "change", comment)
