"""Readers who want letters: they ask for them, show that an address is theirs, and are known by it from then on."""

import uuid

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.bookkeeping import announce, locked, move
from freiblatt.discussion.actions.errors import DiscussionError, NameTakenError, TooManyError
from freiblatt.discussion.actions.names import check_name
from freiblatt.discussion.actions.standing import standing_of
from freiblatt.discussion.following import (
    ANSWERS,
    COMMENT,
    KINDS,
    OWN_COMMENTS,
    THREAD,
    WORDING_VERSION,
    WORDINGS,
    Wishes,
)
from freiblatt.discussion.models import Comment, CommentState, DiscussionSettings, News, WriterRecord
from freiblatt.letters import actions as letters
from freiblatt.lib.mail_addresses import address_key
from freiblatt.readers import actions as readers
from freiblatt.readers.models import Consent, Reader, ReaderState


def follow(*, comment: Comment, wishes: Wishes, who: str) -> bool:
    """Have the writer of a comment told what they wish to be told; return whether a letter asks for a click first.

    A writer who is known by a confirmed address needs neither type it nor click again. `who` is the neighbourhood that
    asks, as in `readers.actions.ask_to_confirm`. Raises DiscussionError where an address is missing or is none,
    TooManyError where too many letters were asked for from one neighbourhood.
    """
    if not wishes:
        return False
    wanted = _wanted(comment, wishes)
    language = get_language() or ""
    reader = comment.reader
    if reader is not None and is_known_by(reader, wishes.address):
        readers.give(reader=reader, language=language, wanted=wanted)
        return False
    if not wishes.address:
        raise DiscussionError(_("Enter an e-mail address that we can write to."))
    try:
        readers.ask_to_confirm(
            address=wishes.address,
            language=language,
            wanted=wanted,
            who=who,
            # Whoever has another device than the owner of the address may be somebody else.
            origin=comment.writer_key or f"comment {comment.pk}",
        )
    except readers.TooManyError as error:
        raise TooManyError(str(error), wait_seconds=error.wait_seconds) from error
    except readers.ReaderError as error:
        raise DiscussionError(str(error)) from error
    return True


def is_known_by(reader: Reader | None, address: str) -> bool:
    """Return whether a reader, who came with a key of the own, has confirmed this address; "" stands for their own."""
    if reader is None or reader.state != ReaderState.CONFIRMED:
        return False
    return not address or address_key(address) == reader.address_key


def _wanted(comment: Comment, wishes: Wishes) -> list[readers.Wanted]:
    asked = {
        COMMENT: str(comment.pk),
        **({ANSWERS: str(comment.pk)} if wishes.answers else {}),
        **({THREAD: str(comment.thread.article_id)} if wishes.thread else {}),
    }
    return [
        readers.Wanted(
            purpose=purpose, subject_key=key, wording=str(WORDINGS[purpose]), wording_version=WORDING_VERSION
        )
        for purpose, key in asked.items()
    ]


@transaction.atomic
def claim_comment(*, comment: Comment, reader: Reader) -> Comment:
    """Return the comment, which a reader has shown to have written; its name is now reserved for this reader.

    A name that another reader has confirmed before stays that one's, and the comment that of a guest. One that waited
    only because its writer was unknown, and whose writer turns out to be known, becomes public.
    """
    thread, found = locked(comment)
    standing_states = (CommentState.PUBLIC, CommentState.WAITING, CommentState.REFUSED, CommentState.REMOVED)
    if found.state not in standing_states or found.reader_id or found.author_id or found.is_by_staff:
        return found
    try:
        check_name(found.guest_name, reader=reader)
    except NameTakenError:
        return found
    earlier = Comment.objects.filter(reader=reader).exclude(writer_key="").order_by("pk").first()
    found.reader = reader
    found.writer_key = earlier.writer_key if earlier is not None else found.writer_key
    fields = ["reader", "writer_key"]
    if found.state == CommentState.WAITING and [one.get("rule") for one in found.hold_reasons] == ["unknown"]:
        standing = standing_of(found.writer_key, reader=reader, without=found.pk)
        if standing.is_known(DiscussionSettings.load().approvals_needed):
            found.hold_reasons = []
            return move(thread, found, CommentState.PUBLIC, *fields, "hold_reasons")
    found.save(update_fields=fields)
    if found.slot:
        announce(thread, "change", found)
    return found


@transaction.atomic
def disclaim_comments(*, reader: Reader, comment_pk: int | None = None) -> int:
    """Make comments of a reader a guest's again, all or one; return how many. The names are free from then on.

    Each is somebody else's by its key too: whoever holds a token of it has none of the reader's trust any more.
    """
    if comment_pk is None:
        WriterRecord.objects.filter(reader=reader).update(reader=None)
    own = Comment.objects.filter(reader=reader)
    count = 0
    for comment in own.filter(pk=comment_pk) if comment_pk else own:
        thread, found = locked(comment)
        if found.reader_id == reader.pk:
            found.reader, found.writer_key = None, uuid.uuid4().hex
            found.save(update_fields=["reader", "writer_key"])
            count += 1
            if found.slot:
                announce(thread, "change", found)
    return count


def begin_letters(*, consent: Consent) -> None:
    """Do what a reader has just agreed to, inside that transaction."""
    reader, key = consent.reader, consent.subject_key
    address, language = reader.address_key, reader.page_language
    if consent.purpose == COMMENT:
        comment = Comment.objects.filter(pk=key).first()
        if comment is not None:
            claim_comment(comment=comment, reader=reader)
        letters.subscribe(kind=OWN_COMMENTS, key="", address_key=address, language=language)
    elif (kind := KINDS.get(consent.purpose)) is not None:
        thread = {"thread__article": key} if consent.purpose == THREAD else {"thread__comments": key}
        last = News.objects.filter(**thread).order_by("-pk").values_list("pk", flat=True).first()
        letters.subscribe(kind=kind, key=key, address_key=address, language=language, told_up_to=last or 0)


def end_letters(*, consent: Consent) -> None:
    """Undo what a reader no longer agrees to, inside that transaction."""
    reader, key = consent.reader, consent.subject_key
    if consent.purpose == COMMENT:
        if reader.consents.standing().filter(purpose=COMMENT).exists():
            disclaim_comments(reader=reader, comment_pk=int(key))
        else:
            disclaim_comments(reader=reader)
            letters.unsubscribe(kind=OWN_COMMENTS, key="", address_key=reader.address_key)
    elif (kind := KINDS.get(consent.purpose)) is not None:
        letters.unsubscribe(kind=kind, key=key, address_key=reader.address_key)
