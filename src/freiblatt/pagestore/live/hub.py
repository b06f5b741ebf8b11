"""The hub: holds the streams of this process's readers and tells them what happens. Nothing in here imports Django.

The event loop's thread alone touches channels and streams. It asks the database in Django's threads, once for each
channel in which something happened, however many listen.
"""

import asyncio
import logging
import os
import resource
import signal
import time
from collections import Counter
from collections.abc import Coroutine, Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from freiblatt.config import Config
from freiblatt.lib.proxies import Proxies, cut
from freiblatt.pagestore.bridge import Bridge, OverloadedError
from freiblatt.pagestore.counts import STREAMS, Counts
from freiblatt.pagestore.headers import common_headers
from freiblatt.pagestore.live import slow
from freiblatt.pagestore.live.channels import CHANNEL, KEPT_MS
from freiblatt.pagestore.live.streams import ENDED, HEARTBEAT, Channel, Stream, retry
from freiblatt.pagestore.pages import SERVER, Headers
from freiblatt.pagestore.requests import Request
from freiblatt.pagestore.words import Words

if TYPE_CHECKING:
    from freiblatt.pagestore.live.rows import News

logger = logging.getLogger(__name__)

PREFIX = "/-/live/"
#: How often the words are looked at while somebody listens. A look is one load from memory.
TICK_SECONDS = 0.05
#: Readers of a channel are told something at most this often; what happens meanwhile comes together.
PAUSE_SECONDS = 0.5
#: And telling them takes at most this share of the time: the same thread answers everybody else.
REST_FACTOR = 4
#: So many streams are written to before others have their turn.
AT_ONCE = 100
HEARTBEAT_SECONDS = 20.0
#: How often we look who does not fetch what he is sent; who did not twice in a row is dropped.
SLOW_SECONDS = 60.0
#: How often the rows of all channels are looked at, where another machine may have changed something.
POLL_SECONDS = 5.0
#: A row may be seen that much later than its number says: transactions take time, clocks differ.
LATE_MS = 60_000
#: After the database could not be asked.
FAILURE_SECONDS = 1.0
SWEEP_SECONDS = 3600.0
#: Descriptors for all else: finished pages, the database, files.
OTHER_DESCRIPTORS = 1024
#: No neighbourhood takes more than this share of the streams, and each may have a few.
NETWORK_SHARE, NETWORK_LEAST = 10, 20
RETRY_AFTER_SECONDS = 30


class LiveHub:
    """Answers `/-/live/<channel>`."""

    def __init__(self, config: Config, *, words: Words, bridge: Bridge, proxies: Proxies, counts: Counts) -> None:
        self._config = config
        self._words = words
        self._bridge = bridge
        self._proxies = proxies
        self._counts = counts
        self.channels: dict[str, Channel] = {}
        self._opening: dict[str, asyncio.Task[Channel | None]] = {}
        self._dirty: set[Channel] = set()
        self.networks: Counter[str] = Counter()
        #: Streams that are open or about to be.
        self.n_streams = 0
        self.limit = _allowed(config.live_streams)
        self._tasks: set[asyncio.Task[Any]] = set()
        #: What goes on while somebody listens.
        self._tending: list[asyncio.Task[Any]] = []
        self.is_stopping = False
        self._headers: Headers = [
            SERVER,
            ("content-type", "text/event-stream; charset=utf-8"),
            ("cache-control", "no-store"),
            ("x-accel-buffering", "no"),  # nginx
            *common_headers(config),
        ]
        self._plain: Headers = [
            SERVER,
            ("content-type", "text/plain; charset=utf-8"),
            ("cache-control", "no-store"),
            *common_headers(config),
        ]

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin what goes on for as long as the process lives. Called by the server, when it has taken the signals."""
        self._start(self._sweep(), loop)
        # In place of the server's own handler, which would wait for open streams.
        loop.add_signal_handler(signal.SIGTERM, lambda: self._start(self._obey()))

    async def _obey(self) -> None:
        """Stop: first our streams, then the server, for which SIGINT means the same."""
        try:
            await self.stop()
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    async def answer(self, request: Request) -> None:
        """Open a stream for whoever asks, or say why there is none."""
        name = request.path.removeprefix(PREFIX)
        if not request.is_read:
            self._refuse(request, 405, ("allow", "GET, HEAD"))
        elif not CHANNEL.fullmatch(name) or not self._config.live_streams:
            self._refuse(request, 404)
        elif request.headers.get("sec-fetch-site") == "cross-site":
            # Another site cannot read it, but its visitors would take our readers' places.
            self._refuse(request, 403)
        elif self.is_stopping or self.n_streams >= self.limit:
            self._refuse(request, 503, ("retry-after", str(RETRY_AFTER_SECONDS)))
        else:
            network = _counted(request.client(self._proxies))
            if network and self.networks[network] >= max(NETWORK_LEAST, self.limit // NETWORK_SHARE):
                self._refuse(request, 429, ("retry-after", str(RETRY_AFTER_SECONDS)))
                return
            self._count(network, +1)
            is_open = False
            try:
                is_open = await self._open(request, name, network)
            finally:
                if not is_open:
                    self._count(network, -1)

    async def _open(self, request: Request, name: str, network: str) -> bool:
        """Return whether the stream is open; where it is not, the answer has been given."""
        try:
            channel = await self._channel(name)
        except OverloadedError:
            self._refuse(request, 503, ("retry-after", str(RETRY_AFTER_SECONDS)))
            return False
        if channel is None:
            self._refuse(request, 404)
            return False
        # Another who waited for it may have left at once, and the channel with him.
        channel = self.channels.setdefault(name, channel)
        try:
            return await self._begin(request, channel, network)
        finally:
            self._drop_if_unheard(channel)

    async def _begin(self, request: Request, channel: Channel, network: str) -> bool:
        if self.is_stopping:
            self._refuse(request, 503, ("retry-after", str(RETRY_AFTER_SECONDS)))
            return False
        if request.method == "HEAD":
            request.protocol.response_empty(200, self._headers)
            return False
        transport = request.protocol.response_stream(200, self._headers)
        stream = Stream(channel, transport, network=network, peer=request.scope.client)
        channel.streams.add(stream)
        # The server keeps the stream open for as long as somebody holds its transport: no task waits for anything.
        stream.leaving = request.protocol.client_disconnect()
        stream.leaving.add_done_callback(lambda _leaving: self._leave(stream))
        self._tend()
        if not await stream.send(retry() + channel.since(_last_known(request), _now_ms())):
            self._leave(stream)
        return True

    async def _channel(self, name: str) -> Channel | None:
        """Return the channel, asked for once for all who come meanwhile; None where nobody may follow it.

        Raises OverloadedError where that cannot be said now.
        """
        channel = self.channels.get(name)
        if channel is not None:
            return channel
        opening = self._opening.get(name)
        if opening is None:
            opening = self._opening[name] = self._start(self._ask_for(name))
            opening.add_done_callback(lambda _opening: self._opening.pop(name, None))
        # Not awaited by itself: a reader who leaves must not end what others wait for.
        await asyncio.wait({opening})
        return opening.result()

    async def _ask_for(self, name: str) -> Channel | None:
        sequence = self._words.sequence()
        try:
            news = (await self._find({name: _now_ms() - KEPT_MS}))[name]
        except OverloadedError:
            raise
        except Exception as error:
            logger.warning("Nobody can follow %s now: %s", name, error)
            raise OverloadedError from error
        if news.subject is None:
            return None
        channel = Channel(name)
        channel.take(news.events, is_whole=news.is_whole)
        channel.counts = news.subject.counts
        channel.watch(news.subject.keys, sequence)
        return channel

    async def _find(self, wanted: dict[str, int]) -> "dict[str, News]":
        return await self._bridge.work(_find, wanted)

    def _leave(self, stream: Stream) -> None:
        """Free everything that the stream took."""
        channel = stream.channel
        if stream not in channel.streams:
            return
        channel.streams.discard(stream)
        stream.close()
        self._count(stream.network, -1)
        self._drop_if_unheard(channel)

    def _drop_if_unheard(self, channel: Channel) -> None:
        if not channel.streams and self.channels.get(channel.name) is channel:
            del self.channels[channel.name]
            self._dirty.discard(channel)

    def _count(self, network: str, step: int) -> None:
        self.n_streams += step
        self._counts.values[STREAMS] = self.n_streams
        if network:
            self.networks[network] += step
            if not self.networks[network]:
                del self.networks[network]

    def _refuse(self, request: Request, status: int, *headers: tuple[str, str]) -> None:
        request.protocol.response_empty(status, [*self._plain, *headers])

    # What goes on while somebody listens.

    def _tend(self) -> None:
        if not self._tending:
            self._tending = [self._start(work) for work in (self._watch(), self._beat(), self._poll())]

    def _start(
        self, work: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop | None = None
    ) -> asyncio.Task[Any]:
        task = (loop or asyncio.get_running_loop()).create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watch(self) -> None:
        """See what went stale, ask what happened, tell it."""
        clock = asyncio.get_running_loop().time
        sequence = 0
        while self.channels:
            if sequence != (sequence := self._words.sequence()):
                for channel in self.channels.values():
                    if self._words.newest(channel.words) > channel.seen:
                        self._dirty.add(channel)
            due = [channel for channel in self._dirty if channel.next_at <= clock()]
            if due:
                self._dirty.difference_update(due)
                await self._look(due)
            await asyncio.sleep(TICK_SECONDS)
        _watch, *others = self._tending
        self._tending = []
        for task in others:
            task.cancel()

    async def _look(self, due: list[Channel]) -> None:
        sequence = self._words.sequence()
        waiting = list(due)
        try:
            found = await self._find({channel.name: channel.last for channel in due})
            while waiting:
                await self._take(waiting[-1], found[waiting[-1].name], sequence)
                waiting.pop()
        except Exception as error:
            # Not lost: the rows are there when the database is back.
            if not isinstance(error, OverloadedError):
                logger.warning("What happens cannot be told yet: %s", error)
            later = asyncio.get_running_loop().time() + FAILURE_SECONDS
            for channel in waiting:
                channel.next_at = later
                if self.channels.get(channel.name) is channel:
                    self._dirty.add(channel)

    async def _take(self, channel: Channel, news: "News", sequence: int) -> None:
        if news.subject is None:
            await self._end(channel)
            return
        text = channel.take(news.events, is_whole=news.is_whole)
        channel.counts = news.subject.counts
        channel.watch(news.subject.keys, sequence)
        if text:
            await self._tell(channel, text if news.is_whole else channel.state())

    async def _tell(self, channel: Channel, text: bytes) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        await self._send(list(channel.streams), text)
        channel.next_at = begun + max(PAUSE_SECONDS, REST_FACTOR * (clock() - begun))

    async def _send(self, streams: Iterable[Stream], text: bytes, *, rest_seconds: float = 0.0) -> None:
        for number, stream in enumerate(streams, 1):
            if not await stream.send(text):
                self._leave(stream)
            if number % AT_ONCE == 0:
                await asyncio.sleep(rest_seconds)

    async def _end(self, channel: Channel) -> None:
        """Say that there is nothing to follow any more, as of a withdrawn article."""
        # First, so that nobody else comes in.
        if self.channels.get(channel.name) is channel:
            del self.channels[channel.name]
        for stream in list(channel.streams):
            await stream.send(ENDED)
            self._leave(stream)

    async def _beat(self) -> None:
        looked_at = time.monotonic()
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if time.monotonic() - looked_at >= SLOW_SECONDS:
                looked_at = time.monotonic()
                try:
                    await self._drop_slow()
                except Exception:
                    # The others are not to be taken for dead because of it.
                    logger.exception("Who does not fetch what he is sent cannot be seen.")
            await self._send(self._streams(), HEARTBEAT, rest_seconds=0.01)

    async def _drop_slow(self) -> None:
        """Let go of readers who have not fetched what they were sent, now and at the last look."""
        aside = asyncio.get_running_loop().run_in_executor
        unfetched = await aside(None, slow.unfetched, self._config.server_port)
        stuck = {}
        for stream in self._streams():
            peer = slow.peer_of(stream.peer)
            was_stuck, stream.is_stuck = stream.is_stuck, peer in unfetched
            if was_stuck and stream.is_stuck:
                stuck[peer] = unfetched[peer]
                self._leave(stream)
        if stuck:
            n_closed = await aside(None, slow.hang_up, stuck)
            logger.info("Dropped %d readers who did not fetch what they were sent.", n_closed)

    def _streams(self) -> list[Stream]:
        return [stream for channel in self.channels.values() for stream in channel.streams]

    async def _poll(self) -> None:
        """Look after what other machines have written: their word may be lost, or not be passed on at all."""
        if self._config.sqlite_path is not None:
            return
        since = _now_ms() - LATE_MS
        while True:
            await asyncio.sleep(POLL_SECONDS)
            known = {channel.name: channel.last for channel in self.channels.values()}
            begun = _now_ms()
            try:
                await self._bridge.work(_wake, known, since)
            except Exception as error:
                logger.debug("What other machines wrote cannot be looked at: %s", error)
            else:
                since = begun - LATE_MS

    async def _sweep(self) -> None:
        """Remove old events, now and every hour, for as long as the process lives."""
        while not self.is_stopping:
            try:
                await self._bridge.work(_forget)
            except Exception as error:
                logger.warning("Old live events cannot be removed yet: %s", error)
            await asyncio.sleep(SWEEP_SECONDS)

    async def stop(self) -> None:
        """End all streams: their readers come back by themselves, not all in the same moment."""
        self.is_stopping = True
        for stream in self._streams():
            await stream.send(retry())
            self._leave(stream)


# Rows are read by Django, which only the threads of the bridge may import.


def _find(wanted: dict[str, int]) -> "dict[str, News]":
    from freiblatt.pagestore.live import rows

    return rows.find(wanted)


def _wake(known: dict[str, int], since: int) -> None:
    from freiblatt.pagestore.live import rows

    rows.wake(known, since)


def _forget() -> None:
    from freiblatt.pagestore.live import rows

    rows.forget()


def _allowed(wanted: int) -> int:
    """Return how many streams the system lets this process hold, having asked it for `wanted`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_DESCRIPTORS
    if hard == resource.RLIM_INFINITY or soft < hard:
        most = needed if hard == resource.RLIM_INFINITY else min(hard, max(needed, soft))
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
        soft = max(soft, most)
    if soft >= needed:
        return wanted
    allowed = max(0, soft - OTHER_DESCRIPTORS)
    logger.warning(
        "live_streams: seen %d, but this process may open %d files, so only %d readers can follow live. Allow it %d "
        "(LimitNOFILE= in systemd, ulimits in Compose).",
        *(wanted, soft, allowed, needed),
    )
    return allowed


def _counted(address: str) -> str:
    """Return the neighbourhood that a reader is counted for; "" where it says nothing.

    A private address is a household's or an office's, or that of a proxy that nobody told us to trust.
    """
    network = cut(address)
    return "" if not network or ip_address(address.partition("%")[0]).is_private else network


def _last_known(request: Request) -> int | None:
    """Return the number of the last event that the reader knows: from the browser, or from the page's script."""
    text = request.headers.get("last-event-id")
    if text is None:
        text = parse_qs(request.query[:100]).get("after", [""])[-1]
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _now_ms() -> int:
    return time.time_ns() // 10**6
