"""The desk decides: a comment that waits is approved or refused, a public one is removed, restored or picked."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.bookkeeping import announce, bury, locked, move, unbury
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.judging import record
from freiblatt.discussion.actions.writers import tell_writer
from freiblatt.discussion.models import (
    Comment,
    CommentState,
    DecisionKind,
    DecisionOrigin,
    HouseRule,
    Objection,
    Report,
    Thread,
)
from freiblatt.newsroom.models import StaffMember


@transaction.atomic
def approve_comment(*, comment: Comment, by: StaffMember | None, words: str = "") -> Comment:
    """Return the comment, now public. Approving what is public already keeps it, against what readers reported.

    What was refused comes back. A decision is recorded where it answers reports or reverses another one; `words` are
    then for those who reported it.
    """
    thread, found = locked(comment)
    if found.state not in (CommentState.WAITING, CommentState.REFUSED, CommentState.PUBLIC):
        raise DiscussionError(_("This comment is gone: %(state)s.") % {"state": found.get_state_display()})
    before = found.state
    if before != CommentState.PUBLIC:
        is_approval = before == CommentState.WAITING
        found.approved_by, found.approved_on = (by, timezone.now()) if is_approval else (None, None)
        found = move(thread, found, CommentState.PUBLIC, "approved_by", "approved_on")
    if before == CommentState.WAITING:
        tell_writer(found, "approved")
    if before == CommentState.REFUSED:
        record(found, DecisionKind.RESTORED, by=by, words=words)
    elif _is_asked_about(found):
        record(found, DecisionKind.KEPT, by=by, words=words)
    return found


def _is_asked_about(comment: Comment) -> bool:
    """Whether somebody waits to hear that a comment stays: who reported it, or its writer whom reports have hidden."""
    reports, objections = Report.objects.open(), Objection.objects.open()
    return reports.filter(comment=comment).exists() or objections.filter(decision__comment=comment).exists()


@transaction.atomic
def refuse_comment(
    *,
    comment: Comment,
    by: StaffMember | None,
    rule: HouseRule,
    words: str = "",
    legal_basis: str = "",
    origin: DecisionOrigin | None = None,
) -> Comment:
    """Return the comment, which readers will not see, because of a house rule. Refusing twice changes nothing.

    `words` and `legal_basis` are for its writer, who sees them with the rule on the own page; `origin` as in `record`.
    """
    thread, found = locked(comment)
    if found.state == CommentState.REFUSED:
        return found
    if found.state != CommentState.WAITING:
        raise DiscussionError(_("Only a comment that waits can be refused; a public one is removed."))
    found = move(thread, found, CommentState.REFUSED)
    record(found, DecisionKind.REFUSED, by=by, rule=rule, words=words, legal_basis=legal_basis, origin=origin)
    return found


@transaction.atomic
def remove_comment(
    *,
    comment: Comment,
    by: StaffMember | None,
    rule: HouseRule,
    words: str = "",
    legal_basis: str = "",
    origin: DecisionOrigin | None = None,
) -> Comment:
    """Remove a comment for the desk, because of a house rule; return it.

    Readers no longer see text and name. The desk keeps both, because its decision may be objected to. While answers
    stand below it a tombstone stays. Removing what is gone already changes nothing. `words` and `legal_basis` are for
    its writer, `origin` as in `record`.
    """
    thread, found = locked(comment)
    if found.is_tombstone:
        return found
    found = bury(thread, found, CommentState.REMOVED)
    record(found, DecisionKind.REMOVED, by=by, rule=rule, words=words, legal_basis=legal_basis, origin=origin)
    return found


@transaction.atomic
def restore_comment(
    *, comment: Comment, by: StaffMember | None, words: str = "", origin: DecisionOrigin | None = None
) -> Comment:
    """Return the comment that was refused or removed, now public again. Restoring a public one changes nothing."""
    thread, found = locked(comment)
    if found.state == CommentState.PUBLIC:
        return found
    if found.state not in (CommentState.REFUSED, CommentState.REMOVED):
        raise DiscussionError(_("Only a comment that the desk refused or removed can come back."))
    found = unbury(thread, found)
    record(found, DecisionKind.RESTORED, by=by, words=words, origin=origin)
    return found


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
    is_new = found.picked_on is None
    found.picked_on, found.pick_reason = found.picked_on or timezone.now(), plain
    found.save(update_fields=["picked_on", "pick_reason"])
    if is_new:
        tell_writer(found, "picked", reason=plain)
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
