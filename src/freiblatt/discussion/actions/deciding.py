"""The desk decides: a comment that waits is approved or refused, a public one is taken back or picked."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.bookkeeping import announce, locked, move
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.models import Comment, CommentState, Thread


@transaction.atomic
def approve_comment(*, comment: Comment) -> Comment:
    """Return the comment, now public. Approving what is public already changes nothing; what was refused comes back."""
    thread, found = locked(comment)
    if found.state == CommentState.PUBLIC:
        return found
    if found.state not in (CommentState.WAITING, CommentState.REFUSED):
        raise DiscussionError(_("This comment is gone: %(state)s.") % {"state": found.get_state_display()})
    return move(thread, found, CommentState.PUBLIC)


@transaction.atomic
def refuse_comment(*, comment: Comment) -> Comment:
    """Return the comment, which readers will not see. Refusing twice changes nothing."""
    thread, found = locked(comment)
    if found.state == CommentState.REFUSED:
        return found
    if found.state != CommentState.WAITING:
        raise DiscussionError(_("Only a comment that waits can be refused; a public one is removed."))
    return move(thread, found, CommentState.REFUSED)


@transaction.atomic
def pick_comment(*, comment: Comment, reason: str) -> Comment:
    """Return the comment, which the newsroom recommends to readers for a reason that they see."""
    thread, found = locked(comment)
    if found.state != CommentState.PUBLIC:
        raise DiscussionError(_("Only a public comment can be picked."))
    plain = " ".join(reason.split())
    if not plain:
        raise DiscussionError(_("Say why in a few words; readers see them."))
    if len(plain) > 200:
        raise DiscussionError(_("The reason is too long; at most 200 characters are possible."))
    found.picked_on, found.pick_reason = found.picked_on or timezone.now(), plain
    found.save(update_fields=["picked_on", "pick_reason"])
    announce(thread)
    return found


@transaction.atomic
def unpick_comment(*, comment: Comment) -> Comment:
    """Return the comment, no longer picked."""
    thread, found = locked(comment)
    found.picked_on, found.pick_reason = None, ""
    found.save(update_fields=["picked_on", "pick_reason"])
    announce(thread)
    return found


@transaction.atomic
def pin_comment(*, thread: Thread, comment: Comment | None) -> Thread:
    """Return the thread, with a comment of the newsroom as the question on top, or with none."""
    found = Thread.objects.select_for_update().get(pk=thread.pk)
    if comment is not None and (
        comment.thread_id != found.pk
        or comment.state != CommentState.PUBLIC
        or not (comment.author_id or comment.is_by_staff)
    ):
        raise DiscussionError(_("On top stands a public comment by an author or by the newsroom."))
    found.pinned = comment
    found.save(update_fields=["pinned"])
    announce(found)
    return found
