"""Readers write: a comment is posted, edited while that is possible, and what was decided about its writer counts."""

import logging
import math
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freiblatt.discussion.actions.anchoring import check_passage, tie
from freiblatt.discussion.actions.bookkeeping import insert, locked, locked_thread, move
from freiblatt.discussion.actions.bounds import check_length, check_wait, take
from freiblatt.discussion.actions.errors import AddressMissingError, DiscussionError, ThreadClosedError, TooManyError
from freiblatt.discussion.actions.following import follow, is_known_by
from freiblatt.discussion.actions.knowing import of_token
from freiblatt.discussion.actions.names import check_name
from freiblatt.discussion.actions.news import note_news
from freiblatt.discussion.actions.standing import standing_of
from freiblatt.discussion.actions.voting import voter_key
from freiblatt.discussion.current import current_settings
from freiblatt.discussion.following import Wishes
from freiblatt.discussion.likeness import fingerprint
from freiblatt.discussion.models import (
    LONGEST_TEXT,
    Comment,
    CommentKind,
    CommentState,
    CommentVersion,
    CorrectionAnswer,
    DiscussionSettings,
    Thread,
)
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.discussion.rules import SENDING_RULES, Draft, Standing, reasons_to_hold
from freiblatt.discussion.senders import Sender
from freiblatt.discussion.text import RULES_VERSION, shows_something, tidy, to_html
from freiblatt.discussion.tokens import Nonce, own_key, own_token
from freiblatt.lib import limits
from freiblatt.lib.rows import row

logger = logging.getLogger(__name__)

#: What one connection may send, and what all behind one neighbourhood may: a university, a mobile network.
POSTS_OF_ONE = 6
POSTS_OF_NEIGHBOURHOOD = 40
POST_SECONDS = 600
#: Previews are looked at more often than sent, and each costs as much.
PREVIEWS_OF_ONE = 40
PREVIEWS_OF_NEIGHBOURHOOD = 200
#: How often one text may be changed within POST_SECONDS.
EDITS_OF_ONE = 10
NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a form."""

    comment: Comment
    #: Opens the writer's own page.
    token: str
    #: Whether the same form had been sent before.
    is_repeated: bool = False


def post_comment(
    *,
    thread: Thread,
    text: str,
    name: str,
    nonce: Nonce,
    sender: Sender,
    parent: Comment | None = None,
    kind: CommentKind = CommentKind.COMMENT,
    known_by: str = "",
    filled_hidden_field: bool = False,
    wishes: Wishes = NO_WISHES,
    chosen: Chosen | None = None,
) -> Posted:
    """Return the comment that a reader sent, public or waiting for the desk, with the token of its own page.

    `known_by` is the token of an earlier comment of the same writer, as the reader's device kept it; one that opens
    nothing counts as none. `wishes` is what the writer wants letters about, `chosen` are words of the article that it
    is about. The same form sent twice makes one comment. Raises ThreadClosedError, NameTakenError,
    AddressMissingError, PassageError, TooManyError, or DiscussionError for what is wrong
    with the text; nothing is stored then.
    """
    token = own_token(nonce.text)
    if (earlier := row(Comment, "nonce = %s AND thread_id = %s", [nonce.text, thread.pk])) is not None:
        return Posted(comment=earlier, token=token, is_repeated=True)
    check_open(thread)
    source = _check_source(text)
    earlier = of_token(known_by)
    reader = earlier.reader if earlier is not None else None
    shown_name = check_name(name, reader=reader)
    check_parent(thread, parent)
    if wishes and not wishes.address and not is_known_by(reader, ""):
        raise AddressMissingError(_("Enter an e-mail address that we can write to."))
    # Before the text is read closely, and whatever becomes of it.
    take(sender, "discussion_post", most=POSTS_OF_ONE, most_near=POSTS_OF_NEIGHBOURHOOD, per_seconds=POST_SECONDS)
    html = _check_html(to_html(source))
    if chosen is not None:
        check_passage(article_pk=thread.article_id, chosen=chosen)
    mark = fingerprint(source)
    writer = (earlier.writer_key if earlier is not None else "") or uuid.uuid4().hex
    draft = Draft(
        thread=thread,
        text=source,
        html=html,
        name=shown_name,
        settings=current_settings(),
        standing=standing_of(writer, reader=reader) if earlier is not None else Standing(),
        fingerprint=mark,
        # A text that was looked at as a preview was written before: one click is no hurry, and a program that reads our
        # previews could as well wait.
        seconds_in_form=None if nonce.is_of_preview else nonce.age_seconds,
        filled_hidden_field=filled_hidden_field,
        network=sender.network,
    )
    reasons = reasons_to_hold(draft)
    comment = Comment(
        thread=thread,
        parent=parent,
        kind=kind,
        has_passage=chosen is not None,
        state=CommentState.WAITING if reasons else CommentState.PUBLIC,
        source_text=source,
        html=html,
        html_rules_version=RULES_VERSION,
        guest_name=shown_name,
        reader=reader,
        own_key=own_key(token),
        nonce=nonce.text,
        writer_key=writer,
        network=sender.network,
        hold_reasons=reasons,
        fingerprint=mark,
        created_on=timezone.now(),
    )
    try:
        with transaction.atomic():
            # Nobody closes the thread, takes away what is answered, or publishes another text until the commit.
            now = locked_thread(thread.pk)
            check_open(now)
            check_parent(now, parent)
            if now.state != thread.state:
                comment.hold_reasons = reasons_to_hold(replace(draft, thread=now))
                comment.state = CommentState.WAITING if comment.hold_reasons else CommentState.PUBLIC
            comment.voter_key = voter_key(thread=thread, sender=sender, settings=draft.settings)
            found = check_passage(article_pk=now.article_id, chosen=chosen) if chosen is not None else None
            insert(comment, thread=now)
            if found is not None:
                tie(comment=comment, found=found)
            note_news(comment)
            # Last, so that only what is stored costs a turn: not what was closed meanwhile, not a busy database.
            _take_turn(now, sender)
    except IntegrityError:
        # The same form, sent twice at the same moment: the other one was first.
        first = Comment.objects.filter(nonce=nonce.text, thread=thread).first()
        if first is None:
            raise
        return Posted(comment=first, token=token, is_repeated=True)
    # Apart: whoever confirms an address at this moment holds the reader and waits for the thread.
    _follow(comment, wishes, sender)
    return Posted(comment=comment, token=token)


def edit_comment(*, comment: Comment, text: str) -> Comment:
    """Return the comment with a new text, given by its writer; the earlier one is kept for the desk.

    Raises DiscussionError when the time is over, somebody has answered, or the text is none; TooManyError after
    EDITS_OF_ONE tries in a row, whatever became of them. An edit goes past the same rules as a new comment, and may so
    wait for the desk again; one that waits keeps the reasons of SENDING_RULES.
    """
    source = _check_source(text)
    check_wait(limits.take("discussion_edit", str(comment.pk), most=EDITS_OF_ONE, per_seconds=POST_SECONDS))
    # Whoever else wants to write waits for the lock: nothing is read closely under it.
    return _edit(comment, source, _check_html(to_html(source)), fingerprint(source))


@transaction.atomic
def _edit(comment: Comment, source: str, html: str, mark: int) -> Comment:
    thread, found = locked(comment)
    settings = DiscussionSettings.load()
    if not can_be_edited(found, settings):
        raise DiscussionError(_("This comment can no longer be edited. You can withdraw it and write a new one."))
    if source == found.source_text:
        return found
    now = timezone.now()
    CommentVersion.objects.create(
        comment=found, source_text=found.source_text, written_on=found.edited_on or found.created_on or now
    )
    found.source_text, found.html, found.html_rules_version = source, html, RULES_VERSION
    found.edited_on = now
    found.fingerprint = mark
    draft = Draft(
        thread=thread,
        text=source,
        html=found.html,
        name=found.guest_name,
        settings=settings,
        standing=standing_of(found.writer_key, reader=found.reader, without=found.pk),
        fingerprint=found.fingerprint,
        comment_pk=found.pk,
    )
    reasons = reasons_to_hold(draft)
    if found.state == CommentState.WAITING:
        # Another text does not undo how it was sent, or that readers reported it.
        again = {reason["rule"] for reason in reasons}
        reasons = [one for one in found.hold_reasons if one["rule"] in SENDING_RULES - again] + reasons
    found.hold_reasons = reasons
    state = CommentState.WAITING if reasons else found.state
    fields = ("source_text", "html", "html_rules_version", "edited_on", "fingerprint", "hold_reasons")
    return move(thread, found, CommentState(state), *fields)


def can_be_edited(comment: Comment, settings: DiscussionSettings) -> bool:
    """Return whether its writer may still change a comment: soon after writing, before an answer or a pick."""
    if comment.state not in (CommentState.PUBLIC, CommentState.WAITING) or comment.created_on is None:
        return False
    if stands_as_it_is(comment):
        return False
    until = comment.created_on + timedelta(minutes=settings.edit_minutes)
    return timezone.now() < until and not comment.answers.exists()


def stands_as_it_is(comment: Comment) -> bool:
    """Return whether the newsroom has picked a comment or answered a correction: its word was for that very text."""
    is_correction = comment.kind == CommentKind.CORRECTION
    return comment.picked_on is not None or (
        is_correction and CorrectionAnswer.objects.filter(comment=comment).exists()
    )


def check_text(text: str) -> str:
    """Return the text as it is stored. Raises DiscussionError for an empty or a long one."""
    source = _check_source(text)
    _check_html(to_html(source))
    return source


def _check_source(text: str) -> str:
    """Return the text as it is stored, not yet read closely: what is too long costs nothing. Raises DiscussionError."""
    source = tidy(text)
    if not source.strip():
        raise DiscussionError(_("A comment needs a text."))
    check_length(source, LONGEST_TEXT)
    return source


def _check_html(html: str) -> str:
    """Return the HTML of a text of which readers see something. Raises DiscussionError."""
    if not shows_something(html):
        raise DiscussionError(_("A comment needs a text."))
    return html


def check_open(thread: Thread) -> None:
    """Raise ThreadClosedError unless readers can write in `thread` as it was read."""
    if not thread.is_open():
        raise ThreadClosedError(_("Comments are closed below this article. Your text was not stored."))


def check_parent(thread: Thread, parent: Comment | None) -> None:
    """Raise DiscussionError unless `parent` can be answered in `thread`."""
    if parent is None:
        return
    if parent.thread_id != thread.pk:
        raise DiscussionError(_("An answer belongs to the thread of the comment it answers."))
    # As it is now: the form, or whoever asks, has read it a while ago.
    if not Comment.objects.filter(pk=parent.pk, state=CommentState.PUBLIC).exists():
        raise DiscussionError(_("The comment that you answer is no longer there. Your text was not stored."))


def _follow(comment: Comment, wishes: Wishes, sender: Sender) -> None:
    try:
        follow(comment=comment, wishes=wishes, who=sender.neighbourhood)
    except TooManyError:
        # The comment is worth more than the letter: its own page offers to ask for that again.
        return
    except OperationalError as error:
        logger.warning("Comment %s stands, but the letter its writer asked for was not written: %s", comment.pk, error)


def _take_turn(thread: Thread, sender: Sender) -> None:
    """Count this comment where a thread is slow. Raises TooManyError."""
    if not thread.slow_minutes:
        return
    wait = limits.take(
        f"discussion_slow:{thread.pk}", sender.neighbourhood, most=1, per_seconds=60 * thread.slow_minutes
    )
    if wait:
        minutes = math.ceil(wait / 60)
        raise TooManyError(
            ngettext(
                "This discussion is slowed down. You can send your comment in %(minutes)d minute; your text stays.",
                "This discussion is slowed down. You can send your comment in %(minutes)d minutes; your text stays.",
                minutes,
            )
            % {"minutes": minutes},
            wait_seconds=wait,
        )


def take_preview(sender: Sender) -> None:
    """Count a look at what a comment will be like. Raises TooManyError."""
    take(
        sender,
        "discussion_preview",
        most=PREVIEWS_OF_ONE,
        most_near=PREVIEWS_OF_NEIGHBOURHOOD,
        per_seconds=POST_SECONDS,
    )
