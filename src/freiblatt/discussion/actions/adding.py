"""Comments that come from elsewhere or from the newsroom, as they are."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from freiblatt.articles.models import Author
from freiblatt.discussion.actions.anchoring import check_passage, tie
from freiblatt.discussion.actions.bookkeeping import announce, insert, locked
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.models import Comment, CommentKind, CommentState, DatePrecision, Thread
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.discussion.text import RULES_VERSION, tidy, tidy_name, to_html


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
    kind: CommentKind = CommentKind.COMMENT,
    chosen: Chosen | None = None,
) -> Comment:
    """Return a new comment by a guest (`guest_name`) or by the newsroom (`author`), never both.

    `state` is public or waiting. `created_on` is now unless given. `chosen` are words of the public article that it is
    about. Raises PassageError where they do not stand there; DiscussionError for an empty text, a missing or overlong
    name, a parent of another thread.
    """
    source = tidy(text)
    if not source.strip():
        raise DiscussionError(_("A comment needs a text."))
    if state not in (CommentState.PUBLIC, CommentState.WAITING):
        raise DiscussionError(_("A new comment is public or waits for the desk."))
    name = tidy_name(guest_name)
    if (author is None) == (name == ""):
        raise DiscussionError(_("A comment has either a name or an author."))
    found = None
    if chosen is not None:
        thread = Thread.objects.select_for_update().get(pk=thread.pk)
        found = check_passage(article_pk=thread.article_id, chosen=chosen)
    comment = insert(
        Comment(
            thread=thread,
            parent=parent,
            state=state,
            kind=kind,
            has_passage=found is not None,
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
    if found is not None:
        tie(comment=comment, found=found)
    return comment


@transaction.atomic
def add_placeholder(*, thread: Thread, guest_name: str, parent: Comment | None = None) -> Comment:
    """Return a placeholder for a comment that a copy had lost while an answer to it names its writer.

    Readers see it as soon as an answer stands below it. Raises DiscussionError without a name.
    """
    name = tidy_name(guest_name)
    if not name:
        raise DiscussionError(_("A placeholder names the writer of the lost comment."))
    return insert(Comment(thread=thread, parent=parent, state=CommentState.LOST, guest_name=name, created_on=None))


@transaction.atomic
def correct_date(
    *, comment: Comment, created_on: datetime, created_precision: DatePrecision, created_is_approximate: bool
) -> Comment:
    """Give `comment` a better date, as when the day of a copy became known; return it."""
    thread, comment = locked(comment)
    comment.created_on = created_on
    comment.created_precision = created_precision
    comment.created_is_approximate = created_is_approximate
    comment.save(update_fields=["created_on", "created_precision", "created_is_approximate"])
    announce(thread)
    return comment
