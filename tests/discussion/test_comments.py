"""Comments are added, withdrawn, removed; tombstones stand as long as something stands below them."""

import pytest
from django.db import IntegrityError, transaction

from freiblatt.articles.models import ArticlePage, Author
from freiblatt.discussion.actions import (
    DiscussionError,
    add_comment,
    add_placeholder,
    erase_comment,
    open_thread,
    remove_comment,
    withdraw_comment,
)
from freiblatt.discussion.models import Comment, CommentState, Slot, Thread
from tests.factories import house_rule, make_article, make_section


def say(thread: Thread, name: str = "Helga", parent: Comment | None = None, **fields: object) -> Comment:
    """Return a comment that says who wrote it."""
    return add_comment(thread=thread, guest_name=name, text=f"Das schreibt {name}.", parent=parent, **fields)  # type: ignore[arg-type]


def test_thread_is_made_once(article: ArticlePage) -> None:
    assert open_thread(article=article) == open_thread(article=article, n_lost=3)
    assert Thread.objects.get().n_lost == 0


def test_root_is_listed_and_counted(thread: Thread) -> None:
    comment = say(thread)
    comment.refresh_from_db()
    thread.refresh_from_db()
    assert (comment.slot, comment.depth, comment.root, comment.rank) == (Slot.ROOT, 0, None, comment.pk)
    assert (thread.n_public, thread.n_held, thread.seq) == (1, 0, 1)


def test_answer_knows_root_and_depth(thread: Thread) -> None:
    root = say(thread)
    answer = say(thread, "Ingo", root)
    deeper = say(thread, "Ela", answer)
    root.refresh_from_db()
    assert (deeper.root, deeper.parent, deeper.depth, deeper.slot) == (root, answer, 2, Slot.ANSWER)
    assert root.n_replies == 2


def test_waiting_comment_is_not_listed(thread: Thread) -> None:
    comment = say(thread, state=CommentState.WAITING)
    thread.refresh_from_db()
    assert comment.slot == Slot.NOT_LISTED
    assert (thread.n_public, thread.n_held) == (0, 1)


def test_withdrawn_comment_without_answers_is_gone_and_blank(thread: Thread) -> None:
    comment = withdraw_comment(comment=say(thread))
    thread.refresh_from_db()
    assert (comment.slot, comment.source_text, comment.html, comment.guest_name) == (Slot.NOT_LISTED, "", "", "")
    assert thread.n_public == 0


def test_withdrawing_twice_counts_once(thread: Thread) -> None:
    say(thread, "Ingo")
    comment = say(thread)
    withdraw_comment(comment=comment)
    withdraw_comment(comment=comment)
    remove_comment(comment=comment, by=None, rule=house_rule())
    thread.refresh_from_db()
    assert thread.n_public == 1


def test_tombstone_stands_while_an_answer_stands(thread: Thread) -> None:
    root = say(thread)
    answer = say(thread, "Ingo", root)
    root = withdraw_comment(comment=root)
    assert (root.slot, root.html) == (Slot.ROOT, "")
    withdraw_comment(comment=answer)
    root.refresh_from_db()
    assert (root.slot, root.n_replies) == (Slot.NOT_LISTED, 0)


def test_sweep_goes_upward_through_tombstones_and_stops_at_what_is_public(thread: Thread) -> None:
    root = say(thread)
    first = say(thread, "Ingo", root)
    second = say(thread, "Ela", first)
    third = say(thread, "Irene", second)
    remove_comment(comment=first, by=None, rule=house_rule())
    remove_comment(comment=second, by=None, rule=house_rule())
    remove_comment(comment=third, by=None, rule=house_rule())
    slots = {comment.pk: comment.slot for comment in Comment.objects.all()}
    assert slots == {root.pk: Slot.ROOT, first.pk: 0, second.pk: 0, third.pk: 0}
    root.refresh_from_db()
    assert root.n_replies == 0


def test_removed_comment_is_kept_for_the_desk_and_hidden_from_readers(thread: Thread) -> None:
    comment = remove_comment(comment=say(thread), by=None, rule=house_rule())
    assert (comment.html, comment.source_text, comment.name) == ("", "Das schreibt Helga.", "Helga")
    assert erase_comment(comment=comment).source_text == ""


def test_placeholder_is_listed_with_its_first_answer(thread: Thread) -> None:
    lost = add_placeholder(thread=thread, guest_name="Rainer")
    assert lost.slot == Slot.NOT_LISTED
    answer = say(thread, "Irene", lost)
    lost.refresh_from_db()
    thread.refresh_from_db()
    assert (lost.slot, lost.n_replies, thread.n_public) == (Slot.ROOT, 1, 1)
    withdraw_comment(comment=answer)
    lost.refresh_from_db()
    assert lost.slot == Slot.NOT_LISTED


def test_answer_below_a_swept_tombstone_brings_it_back(thread: Thread) -> None:
    root = say(thread)
    middle = say(thread, "Ingo", root)
    remove_comment(comment=middle, by=None, rule=house_rule())
    remove_comment(comment=root, by=None, rule=house_rule())
    middle.refresh_from_db()
    say(thread, "Ela", middle)
    slots = list(Comment.objects.order_by("pk").values_list("slot", flat=True))
    assert slots == [Slot.ROOT, Slot.ANSWER, Slot.ANSWER]
    assert Comment.objects.get(pk=root.pk).n_replies == 2


def test_name_of_somebody_named_in_a_lost_comment_can_be_erased(thread: Thread) -> None:
    lost = add_placeholder(thread=thread, guest_name="Rainer")
    say(thread, "Irene", lost)
    erased = erase_comment(comment=lost)
    assert (erased.guest_name, erased.slot) == ("", Slot.ROOT)
    with pytest.raises(DiscussionError):
        withdraw_comment(comment=add_placeholder(thread=thread, guest_name="Rainer"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": " \n\u200b"}, "text"),
        ({"text": "Ja", "guest_name": " "}, "name or an author"),
        ({"text": "Ja", "guest_name": "x" * 81}, "81 characters"),
        ({"text": "Ja", "guest_name": "Helga", "state": CommentState.REMOVED}, "public or waits"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_refusals(thread: Thread, fields: dict, sentence: str) -> None:
    with pytest.raises(DiscussionError) as refused:
        add_comment(thread=thread, **fields)
    assert sentence in str(refused.value)
    assert not Comment.objects.exists()


def test_answer_stays_in_its_thread(thread: Thread) -> None:
    other = open_thread(article=make_article(section=make_section(title="Wirtschaft"), title="Anderswo"))
    with pytest.raises(DiscussionError):
        say(other, "Ingo", say(thread))


def test_name_and_author_at_once_are_refused_by_the_database_too(thread: Thread) -> None:
    comment = add_comment(thread=thread, text="Gern.", author=Author.objects.get())
    assert comment.name == "Rosa Winter"
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(guest_name="Rosa Winter")


def test_database_refuses_a_public_comment_that_is_not_listed(thread: Thread) -> None:
    comment = say(thread)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(slot=Slot.NOT_LISTED)


def test_article_takes_its_thread_along(thread: Thread, article: ArticlePage) -> None:
    say(thread, "Ingo", say(thread))
    article.delete()
    assert not Comment.objects.exists()
