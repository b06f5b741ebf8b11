"""What is written down for readers who look: `announce`, and what stands behind a channel."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from freiblatt.pagestore import marking
from freiblatt.pagestore.actions import announce, forget_events
from freiblatt.pagestore.live import channels
from freiblatt.pagestore.live.channels import KEPT_MS, Subject, register, subjects
from freiblatt.pagestore.models import LiveEvent, StaleMark
from freiblatt.pagestore.words import words_of


def told(channel: str = "thread:1") -> list[tuple[str, str, dict[str, int]]]:
    return [
        (event.kind, event.ref, event.counts) for event in LiveEvent.objects.filter(channel=channel).order_by("seq")
    ]


@pytest.mark.django_db
def test_event_is_a_row_of_the_change_and_marks_the_pages() -> None:
    begun = time.time_ns() // 10**6
    announce(channel="thread:1", kind="comment", ref=7, counts={"comments": 3})
    event = LiveEvent.objects.get()
    assert (event.channel, event.kind, event.ref, event.counts) == ("thread:1", "comment", "7", {"comments": 3})
    assert begun <= event.seq <= time.time_ns() // 10**6
    assert StaleMark.objects.get().keys == "thread:1"


@pytest.mark.django_db
def test_numbers_grow_though_the_clock_stands_still_or_goes_back() -> None:
    ahead = time.time_ns() // 10**6 + 3_600_000
    LiveEvent.objects.create(channel="thread:1", seq=ahead, kind="comment")
    assert [announce(channel="thread:1", kind="comment").seq for _ in range(3)] == [ahead + 1, ahead + 2, ahead + 3]
    assert announce(channel="thread:2", kind="comment").seq < ahead


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_told() -> None:
    words = marking.words()
    before = words.newest(words_of(["thread:1"]))
    with transaction.atomic():
        announce(channel="thread:1", kind="comment")
        transaction.set_rollback(True)
    assert told() == []
    assert words.newest(words_of(["thread:1"])) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "thread"},
        {"channel": "thread:"},
        {"channel": "thread:1\n2"},
        {"channel": "thread:" + "1" * 41},
        {"kind": "Karl Mohr"},
        {"kind": "state"},
        {"kind": "end"},
        {"ref": "a text of a reader"},
        {"counts": {"Rosa Winter": 1}},
        {"counts": {"comments": "many"}},
    ],
)
def test_nothing_but_words_ids_and_numbers_can_be_told(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"told to readers|own word|invalid literal"):
        announce(**{"channel": "thread:1", "kind": "comment", **wrong})
    assert not LiveEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_numbers_become_visible_in_their_order() -> None:
    """A slow transaction holds up others of its channel, so that no hub knows a number before all smaller ones."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time.")
    has_announced, may_commit = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def slow() -> None:
        try:
            with transaction.atomic():
                announce(channel="thread:1", kind="slow")
                has_announced.set()
                assert may_commit.wait(30)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    def quick(channel: str) -> None:
        try:
            announce(channel=channel, kind="quick")
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=slow)]
    threads[0].start()
    assert has_announced.wait(30)
    threads += [threading.Thread(target=quick, args=[channel]) for channel in ("thread:1", "thread:2")]
    for thread in threads[1:]:
        thread.start()
    # The other channel waits for nobody; ours does, and shows nothing until the slow one is there too.
    threads[2].join(30)
    assert [kind for kind, _ref, _counts in told("thread:2")] == ["quick"]
    with connection.cursor() as cursor:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        until = time.monotonic() + 30
        n_waiting = 0
        while n_waiting != 1:
            assert time.monotonic() < until
            cursor.execute(waiting)
            n_waiting = cursor.fetchone()[0]
    assert told() == []
    may_commit.set()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert [kind for kind, _ref, _counts in told()] == ["slow", "quick"]


@pytest.mark.django_db
def test_old_events_are_swept() -> None:
    now = time.time_ns() // 10**6
    for age_ms in (0, KEPT_MS, 2 * KEPT_MS + 60_000):
        LiveEvent.objects.create(channel="thread:1", seq=now - age_ms, kind="comment", ref=str(age_ms))
    assert forget_events() == 1
    assert [ref for _kind, ref, _counts in told()] == [str(KEPT_MS), "0"]


@pytest.fixture
def colours() -> Iterator[list[list[str]]]:
    """A kind of channel of which one key is public; which keys were asked for."""
    asked: list[list[str]] = []

    def look(keys: list[str]) -> dict[str, Subject]:
        asked.append(list(keys))
        return {"red": Subject(["colour:red"], {"shades": 3}), "secret": Subject([], {})}

    register("colour", look)
    yield asked
    del channels._looks["colour"]


def test_only_what_was_asked_for_and_is_public_is_found(colours: list[list[str]]) -> None:
    assert subjects(["colour:red", "colour:blue", "sound:red"]) == {
        "colour:red": Subject(["colour:red"], {"shades": 3})
    }
    assert colours == [["red", "blue"]]


def test_kind_is_registered_once(colours: list[list[str]]) -> None:
    for wrong in ("colour", "Colour", "", "co lour"):
        with pytest.raises(ValueError, match=r"colour|names no kind"):
            register(wrong, lambda keys: {})
