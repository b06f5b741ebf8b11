"""Slices of a thread.

The first slice of a thread costs three statements however long it is: the thread, its first roots, and the first
answers below each of them in one statement. Every comment in a busy discussion makes a reader wait for it, so it also
takes few CPU: only the columns that are shown are fetched, and a comment that was shown before is not shown anew.
"""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.models import (
    ANSWERS_IN_SLICE,
    ROOTS_IN_SLICE,
    Comment,
    CommentState,
    DiscussionSettings,
    Slot,
    Thread,
    TopSlice,
)
from freiblatt.discussion.reading.addresses import Addresses
from freiblatt.discussion.reading.fetching import fetched, first_answers, parents_of
from freiblatt.discussion.reading.placing import Doors, as_tree, shown_comments
from freiblatt.discussion.reading.shown import Order, ShownComment, ShownConversation, ShownThread
from freiblatt.discussion.reading.words import closed_text, count_text, lost_text

#: From so many comments on, answers not counted, readers can choose in which order they stand.
ROOTS_TO_ORDER = 3


def show_thread(
    thread: Thread,
    *,
    article: ArticlePage,
    settings: DiscussionSettings,
    order: Order = "oldest",
    key: int = 0,
    token: str = "",
) -> ShownThread:
    """Return one slice of `thread`: the first one, or the one behind the root with the id `key`. Two statements.

    `token` is that of a reader with a confirmed address, on whose own page of votes the slice stands.
    """
    side, direction = ("<", "DESC") if order == "newest" else (">", "ASC")
    beyond, values = (f"AND c.id {side} %s", [key]) if key else ("", [])
    page = fetched(
        f"WHERE c.thread_id = %s AND c.slot = %s {beyond} ORDER BY c.id {direction} LIMIT {ROOTS_IN_SLICE + 1}",
        [thread.pk, Slot.ROOT.value, *values],
    )
    has_more = len(page) > ROOTS_IN_SLICE
    page = page[:ROOTS_IN_SLICE]
    addresses = Addresses(article)
    doors = Doors.of(thread, settings)
    if token:
        doors = replace(doors, is_vote_of_readers=False)
    shown = _slice(thread, addresses, doors, page, order, has_pinned=not key)
    more_url = ""
    if has_more:
        last = page[-1].pk
        more_url = addresses.votes_of(token, last) if token else addresses.slice(order, last)
    return replace(
        shown,
        more_url=more_url,
        # Two comments are read in any order; whoever is in another one already needs the way back.
        has_orders=bool(key) or order == "newest" or has_more or len(page) >= ROOTS_TO_ORDER,
    )


def show_top(thread: Thread, *, article: ArticlePage, settings: DiscussionSettings, wanted: TopSlice) -> ShownThread:
    """Return one slice of an order by votes; comments that went since it was made are left out."""
    pks = wanted.root_ids
    places = ", ".join(["%s"] * len(pks))
    found = {one.pk: one for one in fetched(f"WHERE c.id IN ({places}) AND c.slot = %s", [*pks, Slot.ROOT.value])}
    page = [found[pk] for pk in pks if pk in found]
    addresses = Addresses(article)
    shown = _slice(thread, addresses, Doors.of(thread, settings), page, "top", has_pinned=wanted.number == 1)
    more_url = "" if wanted.is_last else addresses.top_slice(wanted.edition, wanted.number + 1)
    # An order has an end: at MOST_SLICES, and at what was written after it was made.
    rest_url = addresses.thread if wanted.is_last and wanted.number > 1 else ""
    return replace(shown, more_url=more_url, rest_url=rest_url, has_orders=True)


def _slice(
    thread: Thread,
    addresses: Addresses,
    doors: Doors,
    page: list[Comment],
    order: Order,
    *,
    has_pinned: bool,
) -> ShownThread:
    below = first_answers(page)
    ordered = [comment for root in page for comment in (root, *as_tree(root, below.get(root.pk, [])))]
    counts = {pk: len(found) for pk, found in below.items()}
    has_newsroom = any(one.author_id is not None or one.is_by_staff for one in ordered)
    return ShownThread(
        heading=count_text(thread.n_public) if thread.n_public or not doors.is_open else _("Discussion"),
        lost=lost_text(thread),
        comments=shown_comments(ordered, addresses, doors, shown_answers=counts),
        order=order,
        url=addresses.thread,
        oldest_url=addresses.thread,
        newest_url=addresses.newest(),
        more_url="",
        has_orders=False,
        top_url=addresses.top() if thread.top_edition else "",
        write_url=addresses.write if doors.is_open else "",
        vote_url=addresses.vote if doors.can_vote else "",
        reader_vote_url=addresses.reader_vote if doors.is_vote_of_readers else "",
        pinned=_pinned(thread, addresses) if has_pinned else None,
        rules_url=reverse("house_rules"),
        log_url=reverse("moderation_log"),
        closed=closed_text(thread),
        feed_url=addresses.feed,
        newsroom_url=addresses.newsroom() if has_newsroom else "",
    )


def _pinned(thread: Thread, addresses: Addresses) -> ShownComment | None:
    """Return the newsroom's question, while it is public. One statement where there is one, none otherwise."""
    if thread.pinned_id is None:
        return None
    found = fetched("WHERE c.id = %s AND c.state = %s", [thread.pinned_id, CommentState.PUBLIC.value])
    return show_alone(found[0], addresses) if found else None


def show_alone(comment: Comment, addresses: Addresses, *, is_for_writer: bool = False) -> ShownComment:
    """Return one comment as it stands outside its thread: on its writer's page, at the desk, on top.

    `is_for_writer` as in `shown_comments`.
    """
    (shown,) = shown_comments([comment], addresses, Doors(), shown_answers=None, is_for_writer=is_for_writer)
    return shown


def show_some(
    thread: Thread, addresses: Addresses, settings: DiscussionSettings, comments: list[Comment]
) -> ShownThread:
    """Return comments that stand beside each other without their answers, and what readers can do there."""
    doors = Doors.of(thread, settings)
    return ShownThread(
        heading="",
        lost="",
        comments=shown_comments(comments, addresses, doors, shown_answers={}),
        order="oldest",
        url=addresses.thread,
        oldest_url=addresses.thread,
        newest_url=addresses.newest(),
        more_url="",
        has_orders=False,
        write_url=addresses.write if doors.is_open else "",
        vote_url=addresses.vote if doors.can_vote else "",
        reader_vote_url=addresses.reader_vote if doors.is_vote_of_readers else "",
        closed=closed_text(thread),
    )


def show_conversation(
    comment: Comment, *, article: ArticlePage, settings: DiscussionSettings, after: int = 0
) -> ShownConversation:
    """Return `comment` below everything it answers, with a slice of the answers that follow.

    Below a root these are all its answers; below an answer its own ones.
    """
    addresses = Addresses(article)
    above = parents_of(comment)
    if comment.root_id is None:
        answers = Comment.objects.answers_below(comment)
    else:
        answers = Comment.objects.filter(parent=comment, slot=Slot.ANSWER)
    page = list(answers.select_related("author", "parent__author").oldest_first(after=after)[: ANSWERS_IN_SLICE + 1])
    has_more = len(page) > ANSWERS_IN_SLICE
    page = page[:ANSWERS_IN_SLICE]
    ordered = [*above, comment, *as_tree(comment, page)]
    doors = Doors.of(comment.thread, settings)
    shown = shown_comments(ordered, addresses, doors, shown_answers=None)
    return ShownConversation(
        comment=next(one for one in shown if one.pk == comment.pk),
        comments=shown,
        more_url=addresses.answers(comment.pk, page[-1].pk) if has_more else "",
        root_url=addresses.comment(comment.root_id) if comment.root_id else "",
        has_answers=bool(page),
        vote_url=addresses.vote if doors.can_vote else "",
        reader_vote_url=addresses.reader_vote if doors.is_vote_of_readers else "",
    )
