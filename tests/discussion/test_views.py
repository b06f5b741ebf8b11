"""Slices and comments have addresses of their own."""

import pytest
from django.test import Client
from django.urls import reverse

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions import remove_comment, withdraw_comment
from freiblatt.discussion.models import Comment, CommentState, Thread
from tests.discussion.test_comments import say
from tests.factories import house_rule


def at(name: str = "thread", *numbers: int) -> str:
    """Return an address of the discussion under the article of these stories."""
    return reverse(name, args=["europa", "ein-hafen-wird-verkauft", *numbers])


def _ids(response: object) -> list[int]:
    """Return the ids of the comments on a page, in reading order."""
    return [int(piece.split('"', 1)[0]) for piece in response.content.decode().split('id="comment-')[1:]]  # type: ignore[attr-defined]


def test_slices_follow_each_other(thread: Thread, client: Client) -> None:
    pks = [say(thread, f"Leser {number}").pk for number in range(25)]
    first = client.get(at())
    assert _ids(first) == pks[:20]
    more = at("thread_after", pks[19])
    assert f'href="{more}"' in first.content.decode()
    assert _ids(client.get(more)) == pks[20:]
    assert _ids(client.get(at("thread_newest"))) == pks[:4:-1]
    assert _ids(client.get(at("thread_before", pks[5]))) == pks[4::-1]
    assert client.get(at("thread_after", pks[-1])).status_code == 404


def test_comment_stands_below_what_it_answers_and_above_its_answers(thread: Thread, client: Client) -> None:
    root = say(thread)
    say(thread, "Anders", root)
    answer = say(thread, "Ingo", root)
    deeper = say(thread, "Ela", answer)
    assert _ids(client.get(at("comment", answer.pk))) == [root.pk, answer.pk, deeper.pk]


def test_root_shows_all_its_answers_in_slices(thread: Thread, client: Client) -> None:
    root = say(thread)
    answers = [say(thread, f"Leser {number}", root).pk for number in range(70)]
    first = client.get(at("comment", root.pk))
    assert _ids(first) == [root.pk, *answers[:60]]
    assert f'href="{at("comment_answers", root.pk, answers[59])}"' in first.content.decode()
    assert _ids(client.get(at("comment_answers", root.pk, answers[59]))) == [root.pk, *answers[60:]]


def test_answer_far_from_what_it_answers_names_it(thread: Thread, client: Client) -> None:
    root = say(thread)
    first = say(thread, "Ingo", root)
    for number in range(60):
        say(thread, f"Leser {number}", root)
    late = say(thread, "Ela", first)
    page = client.get(at("comment_answers", root.pk, late.pk - 1)).content.decode()
    assert f'<a href="{at("comment", first.pk)}">' in page
    assert "Ingo" in page


def test_answer_to_a_removed_comment_does_not_name_its_writer(thread: Thread, client: Client) -> None:
    root = say(thread)
    gone = say(thread, "Ingo", root)
    for number in range(60):
        say(thread, f"Leser {number}", root)
    late = say(thread, "Ela", gone)
    remove_comment(comment=gone, by=None, rule=house_rule())
    page = client.get(at("comment_answers", root.pk, late.pk - 1)).content.decode()
    assert f'<a href="{at("comment", gone.pk)}">' in page
    assert "Ingo" not in page


def test_tombstone_has_an_address_too(thread: Thread, client: Client) -> None:
    root = say(thread)
    say(thread, "Ingo", root)
    withdraw_comment(comment=root)
    assert client.get(at("comment", root.pk)).status_code == 200


@pytest.mark.parametrize("hide", ["waiting", "withdrawn", "foreign", "huge"])
def test_what_is_not_listed_is_not_found(thread: Thread, client: Client, hide: str) -> None:
    comment = say(thread, state=CommentState.WAITING if hide == "waiting" else CommentState.PUBLIC)
    pk = comment.pk
    if hide == "withdrawn":
        withdraw_comment(comment=comment)
    if hide == "foreign":
        pk += 1
    if hide == "huge":
        pk = 10**30
    assert client.get(at("comment", pk)).status_code == 404
    assert Comment.objects.count() == 1


def test_discussion_of_an_unpublished_article_is_gone(thread: Thread, article: ArticlePage, client: Client) -> None:
    comment = say(thread)
    article.unpublish()
    assert client.get(at()).status_code == 410
    assert client.get(at("comment", comment.pk)).status_code == 410


def test_pages_may_be_kept_until_thread_or_article_change(thread: Thread, article: ArticlePage, client: Client) -> None:
    comment = say(thread)
    wanted = {f"article:{article.pk}", f"thread:{article.pk}", "site"}
    assert wanted <= set(client.get(at()).store_keys)  # type: ignore[attr-defined]
    assert wanted <= set(client.get(at("comment", comment.pk)).store_keys)  # type: ignore[attr-defined]
