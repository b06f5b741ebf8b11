"""Comments that go for good: withdrawn by their writers, or erased."""

from django.db import transaction
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.bookkeeping import bury, locked
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.judging import settle_gone
from freiblatt.discussion.actions.standing import remember_refusal
from freiblatt.discussion.models import Comment, CommentState


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
    """Blank a comment for good, a lost one's name and a removed one's text included; return it."""
    thread, comment = locked(comment)
    settle_gone(comment)
    return bury(thread, comment, CommentState.ERASED)
