"""Readers vote, without an account and without being known for longer than the voting lasts."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings as django_settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tasks import task

from freiblatt.discussion.actions.bookkeeping import announce, locked, locked_thread
from freiblatt.discussion.actions.bounds import take
from freiblatt.discussion.actions.errors import DiscussionError, TooManyError
from freiblatt.discussion.actions.knowing import confirmed_reader, of_token
from freiblatt.discussion.actions.ordering import ORDER_HOURS, ask_for_order
from freiblatt.discussion.current import current_settings
from freiblatt.discussion.following import about_article
from freiblatt.discussion.models import (
    Ballot,
    Comment,
    CommentState,
    DiscussionSettings,
    Thread,
    ThreadState,
    TopSlice,
    Vote,
    WriterRecord,
)
from freiblatt.discussion.reading.addresses import Addresses
from freiblatt.discussion.senders import NETWORK_HOURS, Sender
from freiblatt.discussion.tokens import reader_token
from freiblatt.jobs import schedules
from freiblatt.letters import actions as letters
from freiblatt.lib.addresses import absolute
from freiblatt.lib.rows import row
from freiblatt.readers import actions as readers
from freiblatt.readers.models import Reader, ReaderState

#: Votes of one connection, and of all behind one neighbourhood, in VOTE_SECONDS.
VOTES_OF_ONE = 60
VOTES_OF_NEIGHBOURHOOD = 600
VOTE_SECONDS = 600
#: For so long a voter's address can be told from others in one thread; then its secret is deleted.
BALLOT_DAYS = 14
#: `rank` is the difference of votes times this, plus the id: one number to sort and page by.
RANK_STEP = 2**40
#: How the key of a confirmed reader begins; those of addresses are hex digits alone.
READERS_MARK = "r"


def vote(*, comment: Comment, sender: Sender, value: int, known_by: str = "") -> Comment:
    """Return the comment with this sender's vote: 1 for it, -1 against it, 0 takes the vote back.

    The last vote of a sender counts. `known_by` is the token of an own page that the device kept: whoever is a
    confirmed reader by it votes with a key of the own, for as long as the thread is open. That vote takes the place of
    the one that guests have behind the same connection; other confirmed readers there keep theirs. Once the voting of
    guests is over they vote anew only on what was written, or could first be voted on, after they confirmed. Raises
    TooManyError, and DiscussionError where voting is closed, for the own comment, for one that is not public.
    """
    rules = current_settings()
    if value not in (1, 0, -1) or (value == -1 and not rules.has_down_votes):
        raise DiscussionError(_("This vote does not exist here."))
    take(
        sender,
        "discussion_vote",
        most=VOTES_OF_ONE,
        most_near=VOTES_OF_NEIGHBOURHOOD,
        per_seconds=VOTE_SECONDS,
        says=_("That was a lot of votes at once. Please wait a few minutes."),
    )
    return _vote(comment, sender, value, of_token(known_by), rules)


@transaction.atomic
def _vote(comment: Comment, sender: Sender, value: int, known: Comment | None, rules: DiscussionSettings) -> Comment:
    reader = confirmed_reader(known)
    thread, found = locked(comment)
    if found.state != CommentState.PUBLIC:
        raise DiscussionError(_("This comment is no longer there."))
    guest_key = key = voter_key(thread=thread, sender=sender, settings=rules)
    if reader is not None:
        key = reader_key(reader) if rules.has_votes and thread.is_open() else ""
    if not key and reader is None and rules.has_votes and thread.is_open():
        raise DiscussionError(_("Only readers with a confirmed address can still vote here."))
    if not key:
        raise DiscussionError(_("Voting has ended here."))
    # A device that hides its token is still the one that wrote; readers behind its address are others.
    is_of_guest = guest_key != "" and found.voter_key == guest_key and (reader is None or found.reader_id is None)
    if is_of_guest or (known is not None and _have_one_writer(found, known, reader)):
        raise DiscussionError(_("This is your own comment; others vote on it."))
    replaced: list[Vote] = []
    if reader is not None:
        replaced = _take_back(Vote.objects.filter(comment=found, voter_key=guest_key).exclude(voter_key=""))
    elif Vote.objects.filter(comment=found, sender_key=key).exists():
        raise DiscussionError(_("A reader with a confirmed address has already voted from your connection."))
    earlier = row(Vote, "comment_id = %s AND voter_key = %s", [found.pk, key])
    if reader is not None and earlier is None and not guest_key and _may_have_voted_as_guest(thread, found, reader):
        raise DiscussionError(
            _(
                "This comment is older than the confirmation of your address; until then you could vote as a guest. "
                "Here you can still vote on comments that were written after it."
            )
        )
    before = earlier.value if earlier else 0
    if before == value and not replaced:
        return found
    sender_key = guest_key if reader is not None else ""
    if before == value:
        pass
    elif earlier is None:
        Vote.objects.create(comment=found, voter_key=key, sender_key=sender_key, value=value)
    elif value == 0:
        earlier.delete()
    else:
        Vote.objects.filter(pk=earlier.pk).update(value=value, sender_key=sender_key)
    up = (value == 1) - (before == 1)
    down = (value == -1) - (before == -1)
    Comment.objects.filter(pk=found.pk).update(
        up=F("up") + up, down=F("down") + down, rank=F("rank") + (up - down) * RANK_STEP
    )
    announce(thread, "vote", found)
    if not thread.top_edition:
        ask_for_order(thread)
    if replaced:
        found.refresh_from_db()
    else:
        # Nobody else counts before the commit.
        found.up, found.down, found.rank = found.up + up, found.down + down, found.rank + (up - down) * RANK_STEP
    return found


def _have_one_writer(comment: Comment, known: Comment, reader: Reader | None) -> bool:
    """Return whether whoever wrote `known`, and is `reader` by it, wrote `comment` too, as far as we know."""
    if comment.pk == known.pk or (comment.writer_key != "" and comment.writer_key == known.writer_key):
        return True
    if reader is None or comment.reader_id is not None or not comment.writer_key:
        return reader is not None and comment.reader_id == reader.pk
    return Comment.objects.filter(reader=reader, writer_key=comment.writer_key).exists()


def _may_have_voted_as_guest(thread: Thread, comment: Comment, reader: Reader) -> bool:
    """Return whether a reader could have voted on a comment before being one, in a ballot that is over.

    Nobody can tell any more who did. Whoever was confirmed before the comment could be voted on votes with the own key
    from the first moment on.
    """
    ballot = row(Ballot, "thread_id = %s", [thread.pk])
    if ballot is None or ballot.is_open():
        return False
    end = min(filter(None, (thread.voting_ended_on, ballot.closes_on)))
    since = max(filter(None, (ballot.opened_on, comment.created_on)))
    return since < end and (reader.confirmed_at is None or since < reader.confirmed_at)


def voter_key(*, thread: Thread, sender: Sender, settings: DiscussionSettings) -> str:
    """Return what `sender` is known as among the voters of `thread`; "" where voting is off or over.

    The first one who needs it opens the ballot. Call it inside a transaction.
    """
    if not settings.has_votes or not thread.is_open() or thread.voting_ended_on is not None:
        return ""
    now = timezone.now()
    if (known := row(Ballot, "thread_id = %s", [thread.pk])) is not None:
        return sender.keyed_by(known.secret) if known.is_open(now) else ""
    end = min(filter(None, (now + timedelta(days=BALLOT_DAYS), thread.closes_on)))
    ballot, is_new = Ballot.objects.get_or_create(
        thread=thread, defaults={"secret": secrets.token_hex(32), "opened_on": now, "closes_on": end}
    )
    if is_new:
        schedules.at(name=f"discussion_ballot:{thread.pk}", due=end, job=end_voting, kwargs={"thread_pk": thread.pk})
    return sender.keyed_by(ballot.secret) if ballot.is_open(now) else ""


def reader_key(reader: Reader) -> str:
    """Return what a confirmed reader is known as among voters, in every thread and for good: 32 characters."""
    digest = hmac.new(django_settings.SECRET_KEY.encode(), f"voter {reader.pk}".encode(), hashlib.sha256).hexdigest()
    return f"{READERS_MARK}{digest[:31]}"


def send_voting_link(*, thread: Thread, address: str, who: str) -> None:
    """Send a letter with the link to the own page of votes in `thread`, if `address` is confirmed for a comment.

    Nothing is sent to others, and whoever asks is not told. `who` is the neighbourhood that asks, as in
    `readers.actions.send_link`. Raises TooManyError, and DiscussionError for what is no address.
    """

    def post(reader: Reader, language: str) -> None:
        comment = Comment.objects.filter(reader=reader).select_related("reader").order_by("-pk").first()
        if comment is None or reader.state != ReaderState.CONFIRMED:
            return
        letters.post_letter(
            to=reader.address,
            template="discussion/letters/voting",
            context={
                "headline": thread.article.title,
                "link": absolute(Addresses(thread.article).votes_of(reader_token(comment))),
            },
            language=language,
            kind="discussion_voting",
            about=about_article(thread.article_id),
            is_urgent=True,
        )

    try:
        readers.send_link(address=address, language=get_language() or "", who=who, post=post)
    except readers.TooManyError as error:
        raise TooManyError(str(error), wait_seconds=error.wait_seconds) from error
    except readers.ReaderError as error:
        raise DiscussionError(str(error)) from error


@transaction.atomic
def take_votes_back(*, reader: Reader) -> int:
    """Take back every vote of a confirmed reader; return how many."""
    found = Vote.objects.filter(voter_key=reader_key(reader))
    # A vote in one of these threads that is on its way is stored before we read it, or waits for our end.
    for pk in sorted(set(found.values_list("comment__thread", flat=True))):
        locked_thread(pk)
    votes = _take_back(found)
    for thread in {one.comment.thread for one in votes}:
        announce(thread)
    return len(votes)


def _take_back(found: QuerySet[Vote]) -> list[Vote]:
    """Delete votes and count them no more; return them."""
    votes = list(found.select_related("comment__thread"))
    for one in votes:
        up, down = int(one.value == 1), int(one.value == -1)
        Comment.objects.filter(pk=one.comment_id).update(
            up=F("up") - up, down=F("down") - down, rank=F("rank") - (up - down) * RANK_STEP
        )
    Vote.objects.filter(pk__in=[one.pk for one in votes]).delete()
    return votes


@transaction.atomic
def close_ballot(*, thread: Thread) -> None:
    """End the voting in a thread for good: counts stay, and nothing is left that tells which guest voted.

    Votes of confirmed readers stay theirs, to take back or to take away.
    """
    Ballot.objects.filter(thread=thread).update(secret="")
    Thread.objects.filter(pk=thread.pk, voting_ended_on__isnull=True).update(voting_ended_on=timezone.now())
    Vote.objects.filter(comment__thread=thread).exclude(voter_key__startswith=READERS_MARK).delete()
    Vote.objects.filter(comment__thread=thread).exclude(sender_key="").update(sender_key="")
    Comment.objects.filter(thread=thread).exclude(voter_key="").update(voter_key="")
    announce(thread)


@task(queue_name="default")
def end_voting(thread_pk: int) -> bool:
    """Close the ballot of a thread whose time is over; return whether it was."""
    thread = Thread.objects.filter(pk=thread_pk, ballot__closes_on__lte=timezone.now()).first()
    if thread is not None:
        close_ballot(thread=thread)
    return thread is not None


@task(queue_name="default")
def forget_senders() -> dict[str, int]:
    """Delete what may be known of senders for a time only: cut addresses, secrets of ballots that are over, nonces."""
    now = timezone.now()
    is_over = Q(ballot__closes_on__lte=now) | Q(closes_on__lte=now) | Q(state=ThreadState.CLOSED)
    over = list(Thread.objects.filter(is_over, ballot__isnull=False).exclude(ballot__secret=""))
    for thread in over:
        close_ballot(thread=thread)
    old = now - timedelta(hours=NETWORK_HOURS - 1)
    networks = Comment.objects.filter(created_on__lt=old).exclude(network="").update(network="")
    nonces = Comment.objects.filter(created_on__lt=old, nonce__isnull=False).update(nonce=None)
    orders = TopSlice.objects.filter(made_on__lt=now - timedelta(hours=ORDER_HOURS)).exclude(
        edition=F("thread__top_edition")
    )
    slices, _kinds = orders.delete()
    # Nobody can be known by these any more.
    used = Comment.objects.filter(writer_key=OuterRef("writer_key"))
    WriterRecord.objects.filter(~Exists(used), reader__isnull=True).delete()
    return {"ballots": len(over), "networks": networks, "nonces": nonces, "slices": slices}
