"""Readers see the thread below the article, at the same cost however long it is."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from freiblatt.articles.models import ArticlePage, Author
from freiblatt.articles.parts import render_fragments
from freiblatt.discussion.actions import (
    add_comment,
    add_placeholder,
    arrange_thread,
    note_lost,
    open_thread,
    order_by_votes,
    remove_comment,
    vote,
    withdraw_comment,
)
from freiblatt.discussion.models import (
    Comment,
    CommentState,
    DatePrecision,
    DiscussionSettings,
    Slot,
    Thread,
    ThreadState,
)
from freiblatt.discussion.reading import show_thread
from freiblatt.discussion.senders import Sender
from tests.discussion.test_comments import say
from tests.factories import house_rule


@pytest.fixture(autouse=True)
def _english() -> None:
    with translation.override("en"):
        yield


def thread_below(article: ArticlePage) -> str:
    """Return the first slice of the thread as the article's page prints it."""
    argument = f"page/discussion/{article.pk}"
    return render_fragments([argument])[argument][0]


def count_of(article: ArticlePage) -> str:
    """Return the count as a page prints it beside the byline."""
    argument = f"page/comment_count/{article.pk}"
    return render_fragments([argument])[argument][0]


def test_article_without_comments_offers_the_form_and_once_closed_says_nothing(article: ArticlePage) -> None:
    html = thread_below(article)
    assert "<h2" in html
    assert "data-comment" in html
    assert "<article" not in html
    assert count_of(article) == ""
    arrange_thread(thread=open_thread(article=article), state=ThreadState.CLOSED)
    assert thread_below(article) == ""
    Thread.objects.all().delete()
    assert thread_below(article) == ""


def test_silence_leaves_no_empty_element_beside_the_byline(article: ArticlePage, client: Client) -> None:
    open_thread(article=article)
    for address in ("/", article.url):
        assert "<span></span>" not in client.get(address).content.decode()


def test_answers_stand_inside_what_they_answer(thread: Thread, article: ArticlePage) -> None:
    root = say(thread)
    answer = say(thread, "Ingo", root)
    second = say(thread, "Ela")
    html = thread_below(article)
    positions = [html.index(f'id="comment-{comment.pk}"') for comment in (root, answer, second)]
    assert positions == sorted(positions)
    assert html[positions[0] : positions[1]].count("</article>") == 0
    assert html[positions[1] : positions[2]].count("</article>") == 2
    assert html.count("<article") == html.count("</article>") == 3
    assert "3 comments" in html
    assert count_of(article) == '<span><a href="/europa/ein-hafen-wird-verkauft/#discussion">3 comments</a></span>'


def test_way_to_all_answers_stands_below_the_first_ones(thread: Thread, article: ArticlePage) -> None:
    root = say(thread)
    answers = [say(thread, f"Leser {number}", root) for number in range(4)]
    following = say(thread, "Ela")
    html = thread_below(article)
    assert f'id="comment-{answers[3].pk}"' not in html
    third, way, after = (
        html.index(part)
        for part in (f'id="comment-{answers[2].pk}"', "View all 4 answers", f'id="comment-{following.pk}"')
    )
    assert third < way < after


def test_one_comment_is_one_comment(thread: Thread, article: ArticlePage) -> None:
    say(thread)
    assert count_of(article) == '<span><a href="/europa/ein-hafen-wird-verkauft/#discussion">1 comment</a></span>'


def test_order_is_offered_from_the_third_comment_on_and_wherever_another_one_is_chosen(
    thread: Thread, article: ArticlePage
) -> None:
    first = say(thread, "Einer")
    for number in range(3):
        add_comment(thread=thread, text=f"Antwort {number}", guest_name="Rosa", parent=first)
    say(thread, "Zwei")
    vote(comment=first, sender=Sender("203.0.113.7", "203.0.113.0/24"), value=1)
    order_by_votes.call(thread.pk)
    thread.refresh_from_db()
    assert "discussion-order" not in thread_below(article)
    newest = show_thread(thread, article=article, settings=DiscussionSettings(), order="newest")
    assert newest.has_orders
    say(thread, "Drei")
    offered = thread_below(article).split("discussion-order")[1].split("</p>")[0]
    assert [offered.count(way) for way in ("<a ", "/newest/", "/top/", "aria-current")] == [3, 1, 1, 1]


def test_only_the_newsroom_wears_the_badge(thread: Thread, article: ArticlePage) -> None:
    say(thread, "Rosa Winter")
    assert "badge" not in thread_below(article)
    add_comment(thread=thread, text="Gern.", author=Author.objects.get())
    html = thread_below(article)
    assert html.count('class="badge"') == 1
    assert 'href="/en/authors/rosa-winter/"' in html


def test_stranger_cannot_put_markup_into_name_or_text(thread: Thread, article: ArticlePage) -> None:
    add_comment(thread=thread, guest_name="<b>x</b>", text="<img src=x onerror=alert(1)>")
    html = thread_below(article)
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<img" not in html


@pytest.mark.parametrize(
    ("precision", "is_approximate", "shown", "machine"),
    [
        (DatePrecision.MINUTE, False, "13 August 2025, 14:05", "2025-08-13T14:05+02:00"),
        (DatePrecision.DAY, True, "about 13 August 2025", "2025-08-13"),
        (DatePrecision.MONTH, True, "about August 2025", "2025-08"),
        (DatePrecision.YEAR, True, "about 2025", "2025"),
    ],
)
def test_date_is_as_exact_as_it_is_known(
    thread: Thread, article: ArticlePage, precision: DatePrecision, is_approximate: bool, shown: str, machine: str
) -> None:
    say(
        thread,
        created_on=datetime(2025, 8, 13, 12, 5, tzinfo=UTC),
        created_precision=precision,
        created_is_approximate=is_approximate,
    )
    mark = " data-relative" if precision == DatePrecision.MINUTE else ""
    assert f'<time datetime="{machine}"{mark}>{shown}</time>' in thread_below(article)


def test_what_is_gone_says_so(thread: Thread, article: ArticlePage) -> None:
    withdrawn, removed = say(thread, "Helga"), say(thread, "Ingo")
    lost = add_placeholder(thread=thread, guest_name="Rainer Hofmann")
    for parent in (withdrawn, removed, lost):
        say(thread, "Irene", parent)
    withdraw_comment(comment=withdrawn)
    remove_comment(comment=removed, by=None, rule=house_rule())
    html = thread_below(article)
    assert "withdrawn by its writer" in html
    assert "removed by the newsroom" in html
    assert "A comment by Rainer Hofmann stood here; the copy this page was taken from had lost it." in html
    assert "Helga" not in html
    assert "Ingo" not in html


def test_lost_comments_are_said_and_not_counted(thread: Thread, article: ArticlePage) -> None:
    say(thread)
    note_lost(thread=thread, n_lost=4)
    html = thread_below(article)
    assert "1 comment<" in html
    assert "counted 4 more comments" in html


def test_waiting_and_refused_are_not_shown(thread: Thread, article: ArticlePage) -> None:
    say(thread, "Helga", state=CommentState.WAITING)
    assert "Helga" not in thread_below(article)


def _fill(thread: Thread, n_roots: int, n_answers: int) -> None:
    """Store a long thread at once, in the shape that the actions leave behind."""
    common = {
        "thread": thread,
        "state": CommentState.PUBLIC,
        "guest_name": "Helga",
        "source_text": "Ja.",
        "html": "Ja.",
    }
    Comment.objects.bulk_create(
        [Comment(slot=Slot.ROOT, n_replies=n_answers, **common) for _number in range(n_roots)], batch_size=500
    )
    roots = list(Comment.objects.filter(thread=thread, slot=Slot.ROOT, n_replies=n_answers))
    Comment.objects.bulk_create(
        [
            Comment(slot=Slot.ANSWER, parent=root, root=root, depth=1, **common)
            for root in roots
            for _number in range(n_answers)
        ],
        batch_size=500,
    )
    Thread.objects.filter(pk=thread.pk).update(n_public=n_roots * (n_answers + 1))


def _statements(work: Callable[[], object]) -> list[dict]:
    with CaptureQueriesContext(connection) as captured:
        work()
    return captured.captured_queries


def test_first_slice_costs_five_statements_with_one_comment_and_with_ten_thousand(
    thread: Thread, article: ArticlePage
) -> None:
    add_comment(thread=thread, text="Danke.", author=Author.objects.get(), parent=say(thread))
    # The article, the thread, what the desk decided, roots, answers; writers from the newsroom come along.
    assert len(_statements(lambda: thread_below(article))) == 5
    _fill(thread, 2000, 4)
    statements = _statements(lambda: thread_below(article))
    assert len(statements) == 5
    html = thread_below(article)
    assert html.count("<article") == 1 + 1 + 19 * 4
    assert html.count("View all 4 answers") == 19
    assert "10000 comments" in html


def test_thread_and_its_count_ask_for_the_thread_once(thread: Thread, article: ArticlePage) -> None:
    say(thread, "Ingo", say(thread))
    both = [f"page/{part}/{article.pk}" for part in ("comment_count", "discussion")]
    assert len(_statements(lambda: render_fragments(both))) == 5


def test_comment_that_was_shown_before_shows_what_changed_since(thread: Thread, article: ArticlePage) -> None:
    author = Author.objects.get()
    root = say(thread)
    answer = add_comment(thread=thread, text="Gern.", author=author, parent=root)
    before = thread_below(article)
    assert f">{author.name}</a>" in before
    author.name = "Rosa Sommer"
    author.save()
    assert ">Rosa Sommer</a>" in thread_below(article)
    with translation.override("de"):
        assert 'href="/autoren/rosa-winter/"' in thread_below(article)
    withdraw_comment(comment=answer)
    withdraw_comment(comment=root)
    assert "<article" not in thread_below(article)


def test_long_comment_is_shown_like_a_short_one(thread: Thread, article: ArticlePage) -> None:
    add_comment(thread=thread, guest_name="Helga", text="Ein langer Gedanke. " * 500)
    assert thread_below(article).count("Ein langer Gedanke.") == 500


def test_plans_use_the_indexes_with_bound_values(thread: Thread, article: ArticlePage) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Reads SQLite's plans.")
    _fill(thread, 200, 4)
    plans: list[str] = []

    def explain(execute, sql, params, many, context):
        if "discussion_comment" in sql and sql.startswith("SELECT"):
            explained = "EXPLAIN QUERY PLAN " + sql.replace("%s", "?")
            plans.append("\n".join(row[3] for row in context["connection"].connection.execute(explained, params)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        show_thread(thread, article=article, settings=DiscussionSettings())
        show_thread(thread, article=article, settings=DiscussionSettings(), order="newest", key=150)
    roots, answers, newest, _below = plans
    assert "comment_by_age (thread_id=? AND slot=?)" in roots
    assert "TEMP B-TREE" not in roots
    assert answers.count("comment_below_root (root_id=? AND slot=?)") == 20
    assert "SCAN discussion_comment" not in answers
    assert "comment_by_age (thread_id=? AND slot=? AND id<?)" in newest
    assert "TEMP B-TREE" not in newest


def test_reader_walks_through_all_slices_both_ways(thread: Thread, article: ArticlePage) -> None:
    _fill(thread, 45, 0)
    expected = list(Comment.objects.order_by("pk").values_list("pk", flat=True))
    seen: list[int] = []
    shown = show_thread(thread, article=article, settings=DiscussionSettings())
    while True:
        seen += [comment.pk for comment in shown.comments]
        if not shown.more_url:
            break
        assert shown.more_url.endswith(f"/{seen[-1]}/")
        shown = show_thread(thread, article=article, settings=DiscussionSettings(), key=seen[-1])
    assert seen == expected
    backwards: list[int] = []
    shown = show_thread(thread, article=article, settings=DiscussionSettings(), order="newest")
    while True:
        backwards += [comment.pk for comment in shown.comments]
        if not shown.more_url:
            break
        shown = show_thread(thread, article=article, settings=DiscussionSettings(), order="newest", key=backwards[-1])
    assert backwards == expected[::-1]
