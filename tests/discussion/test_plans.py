"""What readers and the desk ask of the database: as many statements in a long discussion as in a short one, and no
statement that walks through a whole table."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions import approve_comment, open_thread
from freiblatt.discussion.models import Comment, CommentState, DiscussionSettings, FirstComment, Slot, Thread
from freiblatt.lib import limits
from tests.discussion.at_the_desk import QUEUE
from tests.factories import make_article

pytestmark = pytest.mark.django_db

ARTICLE = "/europa/ein-hafen-wird-verkauft/"
THREAD = f"{ARTICLE}diskussion/"
WRITE = f"{THREAD}schreiben/"
SIZES = [9, 1_500]
CHUNK = 2_000

#: Tables that grow with what readers do. The others hold what the newsroom makes, or are small.
GROWING = (
    *("discussion_comment", "discussion_commentversion", "discussion_thread", "discussion_vote", "discussion_ballot"),
    *("discussion_report", "discussion_decision", "discussion_objection", "discussion_anchor", "discussion_news"),
    *("discussion_topslice", "discussion_question", "discussion_correctionanswer", "letters_letter", "jobs_job"),
    *("letters_subscription", "readers_reader", "readers_consent", "articles_articlepage", "wagtailcore_page"),
    *("jobs_scheduledrun", "pagestore_liveevent", "pagestore_stalemark"),
)

#: Statements of each door, all of them: settings, pages, session and signing in of the desk included.
STATEMENTS = {
    "article": 32,
    "first slice": 12,
    "later slice": 12,
    "newest": 12,
    "comment": 11,
    "feed": 3,
    "own page": 14,
    "form": 10,
    "posting": 17,
    "answering": 22,
    "voting": 24,
    "voting by the module": 16,
    "desk queue": 32,
}
#: The same outside of a test's own transaction, in which nothing is remembered: the journal's row is taken away, too.
STATEMENTS_WHEN_KNOWN = {
    "own page": 7,
    "form": 2,
    "posting": 17,
    "answering": 22,
    "voting": 16,
    "voting by the module": 16,
}


def fill(thread: Thread, count: int) -> list[int]:
    """Add `count` public comments, one root and two answers in turn, and return the roots, the oldest first."""
    now = timezone.now()
    common: dict[str, Any] = {
        "thread": thread,
        "state": CommentState.PUBLIC,
        "html": "<p>Wer haftet?</p>",
        "source_text": "Wer haftet?",
    }

    def made(number: int, **more: Any) -> Comment:
        return Comment(
            guest_name=f"Leser {number}",
            folded_name=f"leser{number}",
            network=f"203.0.{number % 200}.0/24",
            writer_key=f"{number:032x}",
            fingerprint=(number + 1) * 0x9E3779B97F4A7C15 % 2**63,
            created_on=now - timedelta(minutes=count - number),
            **{**common, **more},
        )

    roots = Comment.objects.bulk_create(
        [made(number, slot=Slot.ROOT, n_replies=2) for number in range(count // 3)], batch_size=CHUNK
    )
    answers = (
        made(number, slot=Slot.ANSWER, parent=root, root=root, depth=1)
        for number, root in enumerate([one for root in roots for one in (root, root)], start=len(roots))
    )
    Comment.objects.bulk_create(answers, batch_size=CHUNK)
    Thread.objects.filter(pk=thread.pk).update(n_public=len(roots) * 3)
    return [root.pk for root in roots]


def hold(thread: Thread, count: int) -> None:
    """Add `count` comments that wait for the desk, each an answer to a public one."""
    root = Comment.objects.bulk_create(
        [Comment(thread=thread, state=CommentState.PUBLIC, slot=Slot.ROOT, guest_name="Otto", html="<p>x</p>")]
    )[0]
    Comment.objects.bulk_create(
        [
            Comment(
                thread=thread,
                parent=root,
                root=root,
                depth=1,
                state=CommentState.WAITING,
                source_text="Wer haftet?",
                html="<p>Wer haftet?</p>",
                guest_name=f"Leser {number}",
                writer_key=f"f{number:031x}",
                hold_reasons=[{"rule": "unknown", "detail": ""}],
            )
            for number in range(count)
        ],
        batch_size=CHUNK,
    )
    Thread.objects.filter(pk=thread.pk).update(n_public=1, n_held=count)


class Asked:
    """The statements of one request, with the plan of each; none of those that only begin, end or lock something."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, list[str]]] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if re.match(r"(SELECT(?! pg_)|INSERT|UPDATE|DELETE|WITH)\b", sql.lstrip("( ")):
            self.statements.append((sql, [] if many else self._plan(sql, params, context["connection"])))
        return execute(sql, params, many, context)

    def _plan(self, sql: str, params: Any, database: Any) -> list[str]:
        with database.connection.cursor() if database.vendor == "postgresql" else _sqlite(database) as cursor:
            if database.vendor == "sqlite":
                cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%%", "%").replace("%s", "?"), tuple(params or ()))
                return [row[3] for row in cursor.fetchall()]
            # Few rows are read faster without an index; what counts is whether there is one.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}", params)
            return [row[0] for row in cursor.fetchall()]

    @property
    def walks(self) -> list[str]:
        """Statements that look at each row of a table that grows, or at each entry of one of its indexes."""
        found = []
        for sql, plan in self.statements:
            called = {table: table for table in GROWING}
            for table in GROWING:
                called |= dict.fromkeys(re.findall(rf'\b{table}"? (?:AS )?"?(\w+)"?', sql), table)
            for step in plan:
                walked = re.match(r"SCAN (\w+)", step) or re.search(r"Seq Scan on (\w+)", step)
                if walked and walked[1] in called:
                    found.append(f"{step}: {called[walked[1]]}\n{sql}")
        return found


@contextmanager
def _sqlite(database: Any) -> Iterator[Any]:
    cursor = database.connection.cursor()
    yield cursor
    cursor.close()


@contextmanager
def asked() -> Iterator[Asked]:
    """Give the statements that are sent until the context ends."""
    found = Asked()
    with connection.execute_wrapper(found):
        yield found


def nonce_of(client: Client, address: str) -> str:
    nonce: str = client.get(address).context["form"]["nonce"].value()
    return nonce


@pytest.fixture
def doors(
    request: pytest.FixtureRequest, thread: Thread, article: ArticlePage, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Callable[[], Any]]:
    """Requests to each door of a discussion with as many comments as the parameter says; each may be sent twice."""
    monkeypatch.setattr("freiblatt.discussion.rules.LEAST_SECONDS", 0)
    for seconds in ("ORDER_SECONDS", "LARGE_ORDER_SECONDS"):
        # The turn of a minute between two votes would be a row more.
        monkeypatch.setattr(f"freiblatt.discussion.actions.ordering.{seconds}", 10**9)
    settings = DiscussionSettings.load()
    settings.held = FirstComment.NOBODY
    settings.save()
    roots = fill(thread, request.param)
    other = make_article(section=article.section, title="Ein anderer")
    hold(open_thread(article=other), request.param)
    reader = Client(REMOTE_ADDR="198.51.100.7")
    answer_door = f"{THREAD}{roots[0]}/antworten/"
    own = reader.post(WRITE, {"text": "Mein Beitrag.", "name": "Helga", "nonce": nonce_of(reader, WRITE)})["Location"]
    mine = Comment.objects.latest("pk")
    if mine.state == CommentState.WAITING:
        approve_comment(comment=mine, by=None)
    # Numbers of sendings, so that no text and no vote comes twice.
    count = iter(range(1_000))
    nonces = {address: [nonce_of(reader, address) for _number in range(2)] for address in (WRITE, answer_door)}

    def send(address: str) -> Any:
        # Long enough to be compared with what others wrote, and like nothing of it.
        text = hashlib.sha256(f"{next(count)}".encode()).hexdigest()
        return reader.post(address, {"text": text, "name": "Helga", "nonce": nonces[address].pop()})

    def vote(**headers: str) -> Any:
        return reader.post(f"{THREAD}stimme/", {("up", "down")[next(count) % 2]: roots[1]}, **headers)

    return {
        "article": lambda: reader.get(ARTICLE),
        "first slice": lambda: reader.get(THREAD),
        "later slice": lambda: reader.get(f"{THREAD}nach/{roots[0]}/"),
        "newest": lambda: reader.get(f"{THREAD}neueste/"),
        "comment": lambda: reader.get(f"{THREAD}{roots[0]}/"),
        "feed": lambda: reader.get(f"{THREAD}feed.atom"),
        "own page": lambda: reader.get(own),
        "form": lambda: reader.get(WRITE),
        "posting": lambda: send(WRITE),
        "answering": lambda: send(answer_door),
        "voting": vote,
        "voting by the module": lambda: vote(HTTP_ACCEPT="application/json"),
        "desk queue": lambda: desk.get(QUEUE),
    }


@pytest.mark.parametrize("doors", SIZES, indirect=True)
def test_every_door_costs_the_same_and_walks_through_nothing(doors: dict[str, Callable[[], Any]]) -> None:
    counts, walks = {}, {}
    for name, ask in doors.items():
        limits.start_over()
        assert ask().status_code in (200, 303), name  # what is kept from then on is asked for
        with asked() as found:
            assert ask().status_code in (200, 303), name
        counts[name] = len(found.statements)
        if found.walks:
            walks[name] = found.walks
    assert walks == {}
    assert counts == STATEMENTS


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("doors", [9], indirect=True)
def test_doors_ask_for_nothing_that_they_know(doors: dict[str, Callable[[], Any]]) -> None:
    counts = {}
    for name in STATEMENTS_WHEN_KNOWN:
        limits.start_over()
        assert doors[name]().status_code in (200, 303), name
        with asked() as found:
            assert doors[name]().status_code in (200, 303), name
        counts[name] = len(found.statements)
    assert counts == STATEMENTS_WHEN_KNOWN


def test_reading_of_plans_sees_a_walk(thread: Thread) -> None:
    assert set(GROWING) <= set(connection.introspection.table_names())
    fill(thread, 9)
    with asked() as found:
        list(Comment.objects.filter(pick_reason="x").order_by())
        list(Comment.objects.raw("SELECT * FROM discussion_comment AS c WHERE c.pick_reason = %s", ["x"]))
        list(Comment.objects.filter(thread=thread, slot=Slot.ROOT).order_by("pk"))
    assert len(found.walks) == 2
