"""Comments that go: withdrawn by their writers, removed by the desk, erased."""

from django.db import transaction
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.bookkeeping import bury, locked
from freiblatt.discussion.actions.errors import DiscussionError
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
    return bury(thread, comment, CommentState.WITHDRAWN)


@transaction.atomic
def remove_comment(*, comment: Comment) -> Comment:
    """Remove a comment for the desk; return it.

    Readers no longer see text and name. The desk keeps both, because its decision may be objected to. While answers
    stand below it a tombstone stays. Removing what is gone already changes nothing.
    """
    thread, comment = locked(comment)
    if comment.is_tombstone:
        return comment
    return bury(thread, comment, CommentState.REMOVED)


@transaction.atomic
def erase_comment(*, comment: Comment) -> Comment:
    """Blank a comment for good, a lost one's name and a removed one's text included; return it."""
    thread, comment = locked(comment)
    return bury(thread, comment, CommentState.ERASED)
