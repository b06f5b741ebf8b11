"""The hub in this process: who gets a stream, what it carries, what is left of it."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from freiblatt.pagestore.counts import STREAMS
from freiblatt.pagestore.live import channels, hub
from freiblatt.pagestore.live.channels import KEPT_MS, MOST_EVENTS, Subject, Told
from freiblatt.pagestore.live.streams import Channel
from tests.pagestore.asker import Answer, AskedHeaders, Asker, Scope, asker

#: Private addresses are counted for no neighbourhood.
NEIGHBOUR, SOMEBODY, SOMEBODY_ELSE = "10.0.0.7:40000", "8.8.8.8:40000", "9.9.9.9:40000"


class Reader(Answer):
    """A reader's end of a stream."""

    def __init__(self) -> None:
        super().__init__([])
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def client_disconnect(self) -> asyncio.Future[None]:
        return self.gone

    async def send_bytes(self, data: bytes) -> None:
        if self.gone.done() and not self.gone.cancelled():
            raise RuntimeError("the reader has left")
        self.body += data

    def leave(self) -> None:
        self.gone.set_result(None)

    @property
    def events(self) -> list[tuple[str, str, Any]]:
        """Number, kind and data of what came."""
        found = []
        for block in self.text.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if "event" in fields:
                found.append((fields.get("id", ""), fields["event"], json.loads(fields["data"])))
        return found


class Public:
    """What everybody may follow in these tests, and how often that was asked."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {"red": 3}
        self.asked: list[list[str]] = []
        self.fails = False

    def look(self, keys: list[str]) -> dict[str, Subject]:
        self.asked.append(list(keys))
        if self.fails:
            raise RuntimeError("on purpose")
        return {key: Subject([f"shade:{key}"], {"shades": count}) for key, count in self.counts.items()}


@pytest.fixture
def public() -> Iterator[Public]:
    found = Public()
    channels.register("colour", found.look)
    yield found
    del channels._looks["colour"]


@pytest.fixture
def live(public: Public, world: Any, transactional_db: None) -> Iterator[Asker]:
    with asker(live_streams=200) as made:
        yield made
        made.run(close(made))


async def close(made: Asker) -> None:
    await made.store.live.stop()
    for task in made.store.live._tasks.copy():
        task.cancel()
    await asyncio.gather(*made.store.live._tasks, return_exceptions=True)


async def come(
    made: Asker, path: str = "/-/live/colour:red", *, client: str = NEIGHBOUR, method: str = "GET", **named: str
) -> Reader:
    path, _, query = path.partition("?")
    headers = [("host", "testserver"), *((name.replace("_", "-"), value) for name, value in named.items())]
    reader = Reader()
    await made.store.__rsgi__(Scope(method, path, query, AskedHeaders(headers), client=client), reader)
    return reader


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.005)


def announce(kind: str = "shade", ref: str = "1", shades: int = 4) -> int:
    from freiblatt.pagestore.actions import announce

    return announce(channel="colour:red", kind=kind, ref=ref, counts={"shades": shades}).seq


async def aside(work: Callable[[], Any]) -> Any:
    def run() -> Any:
        from django.db import connection

        try:
            return work()
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(None, run)


def test_reader_hears_how_it_stands_and_then_what_happens(live: Asker, public: Public) -> None:
    async def story() -> None:
        reader = await come(live)
        assert reader.status == 200
        assert reader.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert reader.headers["cache-control"] == "no-store"
        assert reader.text.startswith("retry: ")
        assert reader.events == [("0", "state", {"counts": {"shades": 3}})]
        seq = await aside(announce)
        await until(lambda: len(reader.events) == 2)
        assert reader.events[1] == (str(seq), "shade", {"ref": "1", "counts": {"shades": 4}})

    live.run(story())


def test_one_question_serves_all_who_listen(live: Asker, public: Public) -> None:
    async def story() -> None:
        readers = await asyncio.gather(*(come(live) for _ in range(50)))
        assert public.asked == [["red"]]
        await aside(announce)
        await until(lambda: all(len(reader.events) == 2 for reader in readers))
        assert public.asked == [["red"], ["red"]]
        assert len({reader.text.partition("\n")[0] for reader in readers}) > 10, "they come back at different times"

    live.run(story())


def test_who_comes_back_gets_what_was_missed_and_nothing_twice(live: Asker) -> None:
    async def story() -> None:
        first, second, third = [await aside(lambda ref=ref: announce(ref=ref)) for ref in "123"]
        by_header = await come(live, last_event_id=str(first))
        by_query = await come(live, f"/-/live/colour:red?after={first}")
        assert [number for number, *_ in by_header.events] == [str(second), str(third)]
        assert by_query.events == by_header.events
        up_to_date = await come(live, last_event_id=str(third))
        assert up_to_date.events == []
        # The header is the browser's, and newer than the address that it asks again.
        both = await come(live, f"/-/live/colour:red?after={first}", last_event_id=str(second))
        assert [number for number, *_ in both.events] == [str(third)]

    live.run(story())


@pytest.mark.parametrize("known", ["1", "0", "-1", "", "one", "9" * 18, "9" * 5000, "٣", "1e3"])
def test_who_knows_an_impossible_number_hears_how_it_stands(live: Asker, known: str) -> None:
    async def story() -> None:
        seq = await aside(announce)
        assert (await come(live, last_event_id=known)).events == [(str(seq), "state", {"counts": {"shades": 3}})]

    live.run(story())


def test_what_happens_meanwhile_comes_together(live: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "PAUSE_SECONDS", 0.2)

    async def story() -> None:
        reader = await come(live)
        pieces: list[bytes] = []
        send = reader.send_bytes

        async def note(data: bytes) -> None:
            pieces.append(data)
            await send(data)

        reader.send_bytes = note  # type: ignore[method-assign]
        await aside(announce)
        await until(lambda: pieces)
        await aside(lambda: [announce(ref=str(number)) for number in range(2, 8)])
        await until(lambda: len(reader.events) == 8)
        assert [event[2]["ref"] for event in reader.events[1:]] == [str(number) for number in range(1, 8)]
        assert len(pieces) < 7

    live.run(story())


@pytest.mark.parametrize(
    "path",
    ["colour:blue", "sound:red", "colour", "", "colour:", "colour:red/", "colour:../red", "colour:" + "r" * 41],
)
def test_what_is_unknown_or_not_public_is_not_found_and_costs_nothing(live: Asker, path: str) -> None:
    async def story() -> None:
        reader = await come(live, f"/-/live/{path}")
        assert (reader.status, reader.body) == (404, b"")
        assert (live.store.live.channels, live.store.live.n_streams) == ({}, 0)

    live.run(story())


def test_reader_who_leaves_frees_everything_at_once(live: Asker) -> None:
    async def story() -> None:
        readers = [await come(live) for _ in range(3)]
        assert live.store.counts.values[STREAMS] == 3
        for reader in readers:
            reader.leave()
        await asyncio.sleep(0)
        assert (live.store.live.channels, live.store.live.n_streams) == ({}, 0)
        assert live.store.counts.values[STREAMS] == 0
        await until(lambda: not live.store.live._tasks)

    live.run(story())


def test_withdrawn_subject_ends_its_channel(live: Asker, public: Public) -> None:
    async def story() -> None:
        reader = await come(live)
        del public.counts["red"]
        live.store.words.mark(["shade:red"])
        await until(reader.gone.cancelled)
        assert reader.events[-1] == ("", "end", {})
        assert (live.store.live.channels, live.store.live.n_streams) == ({}, 0)
        assert (await come(live)).status == 404

    live.run(story())


def test_streams_are_limited(live: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.store.live, "limit", 3)

    async def story() -> None:
        readers = [await come(live) for _ in range(3)]
        refused = await come(live)
        assert (refused.status, refused.headers["retry-after"]) == (503, "30")
        readers[0].leave()
        await asyncio.sleep(0)
        assert (await come(live)).status == 200

    live.run(story())


def test_no_neighbourhood_takes_all_streams(live: Asker) -> None:
    async def story() -> None:
        for number in range(20):
            assert (await come(live, client=f"8.8.8.{number}:1")).status == 200
        refused = await come(live, client="8.8.8.200:1")
        assert (refused.status, refused.headers["retry-after"]) == (429, "30")
        other = await come(live, client=SOMEBODY_ELSE)
        assert (other.status, set(live.store.live.networks)) == (200, {"8.8.8.0/24", "9.9.9.0/24"})
        other.leave()
        await asyncio.sleep(0)
        assert set(live.store.live.networks) == {"8.8.8.0/24"}
        # A proxy that nobody told us to trust speaks for all readers.
        for _ in range(30):
            assert (await come(live, client="127.0.0.1:1")).status == 200

    live.run(story())


def test_nobody_follows_where_the_operator_wants_none(public: Public, world: Any, transactional_db: None) -> None:
    with asker(live_streams=0) as made:
        assert made.run(come(made)).status == 404


def test_other_sites_take_no_places(live: Asker) -> None:
    async def story() -> None:
        assert (await come(live, sec_fetch_site="cross-site")).status == 403
        assert (await come(live, sec_fetch_site="same-origin")).status == 200

    live.run(story())


def test_other_methods(live: Asker) -> None:
    async def story() -> None:
        head = await come(live, method="HEAD")
        assert (head.status, head.body, live.store.live.channels) == (200, b"", {})
        assert (await come(live, method="POST")).status == 405

    live.run(story())


def test_database_that_fails_costs_delay_and_no_event(live: Asker, public: Public, monkeypatch: Any) -> None:
    monkeypatch.setattr(hub, "FAILURE_SECONDS", 0.01)

    async def story() -> None:
        public.fails = True
        assert (await come(live)).status == 503
        public.fails = False
        reader = await come(live)
        public.fails = True
        n_asked = len(public.asked)
        await aside(announce)
        await until(lambda: len(public.asked) > n_asked + 1)
        assert len(reader.events) == 1
        public.fails = False
        await until(lambda: len(reader.events) == 2)
        assert reader.events[1][1] == "shade"

    live.run(story())


def test_stop_ends_streams_and_says_when_to_come_back(live: Asker) -> None:
    async def story() -> None:
        reader = await come(live)
        await live.store.live.stop()
        assert reader.gone.cancelled()
        assert reader.text.rstrip().rpartition("\n")[2].startswith("retry: ")
        assert (await come(live)).status == 503

    live.run(story())


def test_connections_are_kept_from_looking_dead(live: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.01)

    async def story() -> None:
        reader = await come(live)
        await until(lambda: reader.text.count("\n:\n") > 1)

    live.run(story())


def test_reader_who_fetches_nothing_twice_in_a_row_is_dropped(live: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr(hub, "SLOW_SECONDS", 0)
    looks: list[dict[str, int]] = []
    hung_up: list[dict[str, int]] = []
    # What the kernel says of connections that do not exist here; `test_live_slow` asks the real one.
    monkeypatch.setattr(hub.slow, "unfetched", lambda port: looks.append({}) or {"8.8.8.8:40000": 17})
    monkeypatch.setattr(hub.slow, "hang_up", lambda peers: hung_up.append(peers) or 1)

    async def story() -> None:
        stuck, quick = await come(live, client=SOMEBODY), await come(live, client=SOMEBODY_ELSE)
        await until(stuck.gone.cancelled)
        assert len(looks) == 2
        assert not quick.gone.done()
        assert live.store.live.n_streams == 1
        await until(lambda: hung_up)
        assert hung_up == [{"8.8.8.8:40000": 17}]

    live.run(story())


def test_reader_who_missed_too_much_hears_how_it_stands() -> None:
    now = time.time_ns() // 10**6
    channel = Channel("colour:red")
    channel.take([Told(now + number, "shade", "", {}) for number in range(MOST_EVENTS)], is_whole=True)
    channel.counts = {"shades": 7}
    assert channel.since(now, now).count(b"event: shade") == MOST_EVENTS - 1
    channel.take([Told(now + 1000, "shade", "", {})], is_whole=True)
    assert channel.since(now, now).count(b"event: shade") == MOST_EVENTS
    channel.take([Told(now + 1001, "shade", "", {})], is_whole=True)
    assert channel.since(now, now) == channel.state()
    assert channel.since(now + 1000, now).count(b"event: shade") == 1
    # What is older than a day's work may have been swept.
    assert channel.since(now + 1000, now + KEPT_MS + 2000) == channel.state()
    assert channel.since(now + 1001, now + KEPT_MS + 2000) == b""
    assert b"event: shade" not in channel.since(None, now)
    # More at once than are told.
    channel.take([Told(now + 5000 + number, "shade", "", {}) for number in range(MOST_EVENTS)], is_whole=False)
    assert channel.since(now + 1001, now) == channel.state()
    assert channel.since(now + 5000, now).count(b"event: shade") == MOST_EVENTS - 1


def test_files_that_the_system_allows_limit_the_streams(monkeypatch: Any, caplog: pytest.LogCaptureFixture) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(hub.resource, "getrlimit", lambda which: (1024, 4096))
    monkeypatch.setattr(hub.resource, "setrlimit", lambda which, limits: asked.append(limits))
    assert hub._allowed(2000) == 2000
    assert hub._allowed(10_000) == 4096 - hub.OTHER_DESCRIPTORS
    assert asked == [(3024, 4096), (4096, 4096)]
    assert "live_streams: seen 10000, but this process may open 4096 files" in caplog.text
