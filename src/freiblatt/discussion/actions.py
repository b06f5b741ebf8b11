"""Verbs of the room. Each is one transaction that also keeps the thread's counters and marks its pages stale."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from freiblatt.articles.models import ArticlePage, Author
from freiblatt.discussion.models import (
    DEEPEST,
    NAME_LENGTH,
    TOMBSTONES,
    Comment,
    CommentState,
    DatePrecision,
    Slot,
    Thread,
    ThreadState,
)
from freiblatt.discussion.text import RULES_VERSION, tidy, tidy_name, to_html
from freiblatt.pagestore.actions import mark_stale


class DiscussionError(Exception):
    """What was asked for cannot be done; the message is a sentence for the person who asked."""


@transaction.atomic
def open_thread(
    *,
    article: ArticlePage,
    state: ThreadState = ThreadState.OPEN,
    opens_on: datetime | None = None,
    closes_on: datetime | None = None,
    n_lost: int = 0,
) -> Thread:
    """Return the thread under `article`, made if there is none; one that exists is left as it is.

    `n_lost` is how many comments an older site had counted and its copy did not contain.
    """
    thread, _created = Thread.objects.get_or_create(
        article=article, defaults={"state": state, "opens_on": opens_on, "closes_on": closes_on, "n_lost": n_lost}
    )
    mark_stale([thread.key])
    return thread


@transaction.atomic
def note_lost(*, thread: Thread, n_lost: int) -> Thread:
    """Say that `n_lost` comments were lost before the thread moved in; return the thread."""
    Thread.objects.filter(pk=thread.pk).update(n_lost=n_lost, seq=F("seq") + 1)
    mark_stale([thread.key])
    thread.refresh_from_db()
    return thread


@transaction.atomic
def add_comment(
    *,
    thread: Thread,
    text: str,
    guest_name: str = "",
    author: Author | None = None,
    parent: Comment | None = None,
    state: CommentState = CommentState.PUBLIC,
    created_on: datetime | None = None,
    created_precision: DatePrecision = DatePrecision.MINUTE,
    created_is_approximate: bool = False,
) -> Comment:
    """Return a new comment by a guest (`guest_name`) or by the newsroom (`author`), never both.

    `state` is public or waiting. `created_on` is now unless given. Raises DiscussionError for an empty text, a missing
    or overlong name, a parent of another thread.
    """
    source = tidy(text)
    if not source.strip():
        raise DiscussionError(_("A comment needs a text."))
    if state not in (CommentState.PUBLIC, CommentState.WAITING):
        raise DiscussionError(_("A new comment is public or waits for the desk."))
    name = tidy_name(guest_name)
    if (author is None) == (name == ""):
        raise DiscussionError(_("A comment has either a name or an author."))
    return _insert(
        Comment(
            thread=thread,
            parent=parent,
            state=state,
            source_text=source,
            html=to_html(source),
            html_rules_version=RULES_VERSION,
            author=author,
            guest_name=name,
            created_on=created_on or timezone.now(),
            created_precision=created_precision,
            created_is_approximate=created_is_approximate,
        )
    )


@transaction.atomic
def add_placeholder(*, thread: Thread, guest_name: str, parent: Comment | None = None) -> Comment:
    """Return a placeholder for a comment that a copy had lost while an answer to it names its writer.

    Readers see it as soon as an answer stands below it. Raises DiscussionError without a name.
    """
    name = tidy_name(guest_name)
    if not name:
        raise DiscussionError(_("A placeholder names the writer of the lost comment."))
    return _insert(Comment(thread=thread, parent=parent, state=CommentState.LOST, guest_name=name, created_on=None))


@transaction.atomic
def correct_date(
    *, comment: Comment, created_on: datetime, created_precision: DatePrecision, created_is_approximate: bool
) -> Comment:
    """Give `comment` a better date, as when the day of a copy became known; return it."""
    thread, comment = _locked(comment)
    comment.created_on = created_on
    comment.created_precision = created_precision
    comment.created_is_approximate = created_is_approximate
    comment.save(update_fields=["created_on", "created_precision", "created_is_approximate"])
    _announce(thread)
    return comment


@transaction.atomic
def withdraw_comment(*, comment: Comment) -> Comment:
    """Take back a comment for its writer: text and name are blanked at once; return it.

    While answers stand below it a tombstone stays. Withdrawing twice changes nothing.
    """
    thread, comment = _locked(comment)
    if comment.state in (CommentState.WITHDRAWN, CommentState.ERASED):
        return comment
    if comment.state == CommentState.LOST:
        raise DiscussionError(_("This comment was lost before it moved here; there is no text to withdraw."))
    return _bury(thread, comment, CommentState.WITHDRAWN)


@transaction.atomic
def remove_comment(*, comment: Comment) -> Comment:
    """Remove a comment for the desk; return it.

    Readers no longer see text and name. The desk keeps both, because its decision may be objected to. While answers
    stand below it a tombstone stays. Removing what is gone already changes nothing.
    """
    thread, comment = _locked(comment)
    if comment.is_tombstone:
        return comment
    return _bury(thread, comment, CommentState.REMOVED)


@transaction.atomic
def erase_comment(*, comment: Comment) -> Comment:
    """Blank a comment for good, a lost one's name and a removed one's text included; return it."""
    thread, comment = _locked(comment)
    return _bury(thread, comment, CommentState.ERASED)


def _locked(comment: Comment) -> tuple[Thread, Comment]:
    """Return thread and comment as they are now; others who would change the thread wait until we are done."""
    thread = Thread.objects.select_for_update().get(pk=comment.thread_id)
    return thread, Comment.objects.get(pk=comment.pk)


def _insert(comment: Comment) -> Comment:
    """Store a new comment, list it where it belongs, count it."""
    if len(comment.guest_name) > NAME_LENGTH:
        raise DiscussionError(
            _("The name has %(length)d characters; at most %(most)d are possible.")
            % {"length": len(comment.guest_name), "most": NAME_LENGTH}
        )
    thread = Thread.objects.select_for_update().get(pk=comment.thread_id)
    parent = comment.parent
    if parent is not None:
        if parent.thread_id != thread.pk:
            raise DiscussionError(_("An answer belongs to the thread of the comment it answers."))
        comment.root_id = parent.root_id or parent.pk
        comment.depth = parent.depth + 1
        if comment.depth > DEEPEST:
            raise DiscussionError(_("Answers cannot stand deeper than %(levels)d levels.") % {"levels": DEEPEST})
    comment.slot = _slot_of(comment, has_listed_answers=False)
    comment.save(force_insert=True)
    comment.rank = comment.pk
    Comment.objects.filter(pk=comment.pk).update(rank=F("id"))
    if comment.slot:
        _count_listed(comment, +1)
        if parent is not None and parent.is_tombstone:
            _settle(Comment.objects.get(pk=parent.pk))
    if comment.state == CommentState.PUBLIC:
        Thread.objects.filter(pk=thread.pk).update(n_public=F("n_public") + 1)
    elif comment.state == CommentState.WAITING:
        Thread.objects.filter(pk=thread.pk).update(n_held=F("n_held") + 1)
    _announce(thread)
    return comment


def _bury(thread: Thread, comment: Comment, state: CommentState) -> Comment:
    """Turn a comment into a tombstone, and sweep it away where nothing stands below it."""
    if comment.state == CommentState.PUBLIC:
        Thread.objects.filter(pk=thread.pk).update(n_public=F("n_public") - 1)
    elif comment.state == CommentState.WAITING:
        Thread.objects.filter(pk=thread.pk).update(n_held=F("n_held") - 1)
    comment.state = state
    comment.html = ""
    if state in (CommentState.WITHDRAWN, CommentState.ERASED):
        comment.source_text = ""
        comment.guest_name = ""
        comment.author = None
    comment.save(update_fields=["state", "html", "source_text", "guest_name", "author"])
    _settle(comment)
    _announce(thread)
    comment.refresh_from_db()
    return comment


def _slot_of(comment: Comment, *, has_listed_answers: bool) -> Slot:
    """Return where a comment in this state is listed."""
    is_listed = comment.state == CommentState.PUBLIC or (comment.state in TOMBSTONES and has_listed_answers)
    if not is_listed:
        return Slot.NOT_LISTED
    return Slot.ROOT if comment.parent_id is None else Slot.ANSWER


def _settle(comment: Comment | None) -> None:
    """List or unlist a comment as its state and its answers demand; then its parent, where that is a tombstone."""
    while comment is not None:
        has_listed_answers = Comment.objects.listed().filter(parent_id=comment.pk).exists()
        slot = _slot_of(comment, has_listed_answers=has_listed_answers)
        if slot == comment.slot:
            return
        step = +1 if slot else -1
        Comment.objects.filter(pk=comment.pk).update(slot=slot)
        comment.slot = slot
        _count_listed(comment, step)
        # A comment at the top has no parent, and no comment has the key None.
        comment = Comment.objects.filter(pk=comment.parent_id, state__in=TOMBSTONES).first()  # type: ignore[misc]


def _count_listed(comment: Comment, step: int) -> None:
    """Keep the root's number of listed comments below it."""
    if comment.root_id is not None:
        Comment.objects.filter(pk=comment.root_id).update(n_replies=F("n_replies") + step)


def _announce(thread: Thread) -> None:
    """Say that readers see something else now."""
    Thread.objects.filter(pk=thread.pk).update(seq=F("seq") + 1)
    mark_stale([thread.key])
