"""What every change of a thread shares: it is locked, counted, listed and announced in one transaction."""

import functools

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.news import note_news
from freiblatt.discussion.actions.ordering import ask_for_order
from freiblatt.discussion.models import (
    DEEPEST,
    HIDDEN,
    NAME_LENGTH,
    TOMBSTONES,
    Anchor,
    Comment,
    CommentState,
    CorrectionAnswer,
    Question,
    Slot,
    Thread,
    passages_key,
)
from freiblatt.discussion.text import RULES_VERSION, folded, to_html
from freiblatt.lib.rows import row
from freiblatt.pagestore.actions import announce as tell_readers
from freiblatt.pagestore.actions import mark_stale


def locked(comment: Comment) -> tuple[Thread, Comment]:
    """Return thread and comment as they are now; others who would change the thread wait until we are done."""
    thread = locked_thread(comment.thread_id)
    found = row(Comment, "id = %s", [comment.pk])
    if found is None:
        raise Comment.DoesNotExist
    return thread, found


def locked_thread(pk: int) -> Thread:
    """Return a thread as it is now; nobody else changes it, or what stands in it, until the transaction ends."""
    found = row(Thread, "id = %s", [pk], is_locked=True)
    if found is None:
        raise Thread.DoesNotExist
    return found


def locked_as_seen(comment: Comment) -> tuple[Thread, Comment]:
    """Return thread and comment, locked. Raises DiscussionError unless the comment is as `comment` was read before."""
    thread, found = locked(comment)
    if any(getattr(found, name) != getattr(comment, name) for name in ("state", "source_text", "hold_reasons")):
        raise DiscussionError(
            _(
                "The comment by %(name)s was changed or decided by somebody else meanwhile (now: %(state)s). "
                "Nothing was done; please look again."
            )
            % {"name": found.name or "–", "state": found.get_state_display()}
        )
    return thread, found


def insert(comment: Comment, *, thread: Thread | None = None) -> Comment:
    """Store a new comment, list it where it belongs, count it; `thread` is its own, where that is locked already."""
    if len(comment.guest_name) > NAME_LENGTH:
        raise DiscussionError(
            _("The name has %(length)d characters; at most %(most)d are possible.")
            % {"length": len(comment.guest_name), "most": NAME_LENGTH}
        )
    thread = thread or locked_thread(comment.thread_id)
    parent = None
    if comment.parent_id is not None:
        # As it is now that nobody else can change it: what is answered may have become a tombstone, or be gone.
        parent = Comment.objects.filter(pk=comment.parent_id).first()
        if parent is None:
            raise DiscussionError(_("The comment that you answer is no longer there. Your text was not stored."))
        if parent.thread_id != thread.pk:
            raise DiscussionError(_("An answer belongs to the thread of the comment it answers."))
        comment.root_id = parent.root_id or parent.pk
        comment.depth = parent.depth + 1
        if comment.depth > DEEPEST:
            raise DiscussionError(_("Answers cannot stand deeper than %(levels)d levels.") % {"levels": DEEPEST})
    comment.folded_name = folded(comment.guest_name)
    comment.slot = _slot_of(comment, has_listed_answers=False)
    comment.save(force_insert=True)
    comment.rank = comment.pk
    Comment.objects.filter(pk=comment.pk).update(rank=F("id"))
    if comment.slot:
        _count_listed(comment)
        if parent is not None and parent.state != CommentState.PUBLIC:
            settle(parent)
    if comment.state == CommentState.WAITING:
        Thread.objects.filter(pk=thread.pk).update(n_held=F("n_held") + 1)
        # Readers see nothing of it: whoever sends what is held cannot have pages made anew.
        return comment
    is_public = comment.state == CommentState.PUBLIC
    announce(thread, "comment" if is_public else "change", comment, more_public=int(is_public))
    return comment


def move(thread: Thread, comment: Comment, state: CommentState, *fields: str) -> Comment:
    """Give a comment another state, store `fields` with it, list and count it anew; return it as it is now."""
    if state == CommentState.PUBLIC and not (comment.source_text or comment.html):
        raise DiscussionError(_("The text of this comment is deleted; it cannot come back."))
    counts = {CommentState.PUBLIC.value: "n_public", CommentState.WAITING.value: "n_held"}
    steps = {counts[one]: step for one, step in ((str(comment.state), -1), (state.value, +1)) if one in counts}
    if comment.state != state and steps:
        Thread.objects.filter(pk=thread.pk).update(**{name: F(name) + step for name, step in steps.items()})
    slot_before, is_new = comment.slot, comment.state != state == CommentState.PUBLIC
    comment.state = state
    comment.slot = _slot_of(comment, has_listed_answers=_has_listed_answers(comment))
    comment.save(update_fields=["state", "slot", *fields])
    if comment.slot != slot_before:
        _count_listed(comment)
        settle(_placeholder_above(comment))
    if is_new:
        note_news(comment)
    if slot_before or comment.slot:
        announce(thread, "comment" if is_new else "change", comment)
    comment.refresh_from_db()
    return comment


def bury(thread: Thread, comment: Comment, state: CommentState) -> Comment:
    """Turn a comment into a tombstone, and sweep it away where nothing stands below it."""
    fields = ["html"]
    comment.html = ""
    if state in (CommentState.WITHDRAWN, CommentState.ERASED):
        blank(comment)
        fields += BLANKED
        comment.versions.all().delete()
        comment.votes.all().delete()
        Anchor.objects.filter(comment=comment).delete()
        CorrectionAnswer.objects.filter(comment=comment).delete()
        Question.objects.filter(comment=comment).delete()
    return move(thread, comment, state, *fields)


def unbury(thread: Thread, comment: Comment) -> Comment:
    """Make a comment public again whose text the desk had kept; return it as it is now."""
    comment.html, comment.html_rules_version = to_html(comment.source_text), RULES_VERSION
    return move(thread, comment, CommentState.PUBLIC, "html", "html_rules_version")


#: What goes with a text that its writer takes back.
BLANKED = [
    *("source_text", "guest_name", "folded_name", "author", "staff_member", "is_by_staff", "reader", "own_key"),
    *("writer_key", "network", "voter_key", "nonce", "hold_reasons", "fingerprint", "picked_on", "pick_reason"),
]


def blank(comment: Comment) -> None:
    """Empty all of a comment that tells what it said or who wrote it."""
    comment.source_text = comment.guest_name = comment.folded_name = ""
    comment.author = comment.staff_member = comment.reader = None
    comment.is_by_staff = False
    comment.own_key = comment.nonce = None
    comment.writer_key = comment.network = comment.voter_key = ""
    comment.hold_reasons = []
    comment.fingerprint = 0
    comment.picked_on, comment.pick_reason = None, ""


def _slot_of(comment: Comment, *, has_listed_answers: bool) -> Slot:
    """Return where a comment in this state is listed."""
    is_listed = comment.state == CommentState.PUBLIC or has_listed_answers
    if not is_listed:
        return Slot.NOT_LISTED
    return Slot.ROOT if comment.parent_id is None else Slot.ANSWER


def settle(comment: Comment | None) -> None:
    """List or unlist a comment as its state and its answers demand; then a hidden parent."""
    while comment is not None:
        slot = _slot_of(comment, has_listed_answers=_has_listed_answers(comment))
        if slot == comment.slot:
            return
        Comment.objects.filter(pk=comment.pk).update(slot=slot)
        comment.slot = slot
        _count_listed(comment)
        comment = _placeholder_above(comment)


def _placeholder_above(comment: Comment) -> Comment | None:
    # A comment at the top has no parent, and no comment has the key None.
    return Comment.objects.filter(pk=comment.parent_id, state__in=(*TOMBSTONES, *HIDDEN)).first()  # type: ignore[misc]


def _has_listed_answers(comment: Comment) -> bool:
    return Comment.objects.listed().filter(parent_id=comment.pk).exists()


def _count_listed(comment: Comment) -> None:
    """Keep the root's number of listed comments below it, after one was listed or unlisted."""
    if comment.root_id is not None:
        step = 1 if comment.slot else -1
        Comment.objects.filter(pk=comment.root_id).update(n_replies=F("n_replies") + step)


def announce(thread: Thread, kind: str = "change", comment: Comment | None = None, *, more_public: int = 0) -> None:
    """Say that readers see something else now; `kind` is "comment" for a new one, "vote" or "change".

    `more_public` comments are counted that were not yet. Call it last in a transaction: others who announce in this
    thread wait for its end.
    """
    with connection.cursor() as cursor:
        cursor.execute(_counting(), [more_public, thread.pk])
        n_public, top_edition = cursor.fetchone()
    if comment is not None and comment.has_passage and kind != "vote":
        mark_stale([passages_key(thread.article_id)])
    tell_readers(channel=thread.key, kind=kind, ref=comment.pk if comment else "", counts={"comments": n_public})
    if top_edition:
        ask_for_order(thread)


@functools.cache
def _counting() -> str:
    """Return the statement that counts a change of a thread, and says how many comments it has then.

    One where Django would send three: the more is done under the lock, the longer others wait.
    """
    table = connection.ops.quote_name(Thread._meta.db_table)
    return (
        f"UPDATE {table} SET seq = seq + 1, n_public = n_public + %s WHERE id = %s "  # noqa: S608 (our own table's name)
        "RETURNING n_public, top_edition"
    )
