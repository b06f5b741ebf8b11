"""Streams of readers, and the channels that they follow. Nothing in here imports Django."""

import json
import random
from collections import deque
from typing import Any

from freiblatt.pagestore.live.channels import END, KEPT_MS, MOST_EVENTS, STATE, Told
from freiblatt.pagestore.words import words_of

#: When a browser that lost its stream comes back: not all of them in the same moment.
SOONEST_RETRY_MS, LATEST_RETRY_MS = 2_000, 10_000


def written(kind: str, data: dict[str, Any], seq: int | None = None) -> bytes:
    """Return one event as a stream carries it (WHATWG HTML, 9.2.6)."""
    number = f"id: {seq}\n" if seq is not None else ""
    return f"{number}event: {kind}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


#: The last thing in a channel that nobody may follow any more.
ENDED = written(END, {})
#: A comment: without anything said for long, proxies take a connection for dead.
HEARTBEAT = b":\n\n"


def retry() -> bytes:
    """Return when this reader comes back after a loss."""
    return b"retry: %d\n\n" % random.randint(SOONEST_RETRY_MS, LATEST_RETRY_MS)  # noqa: S311 (no secret)


class Stream:
    """One reader's stream. It costs no task and no thread: whoever has something to say says it."""

    __slots__ = ("channel", "is_stuck", "leaving", "network", "peer", "transport")

    def __init__(self, channel: "Channel", transport: Any, *, network: str, peer: str) -> None:
        self.channel = channel
        self.transport = transport
        #: The neighbourhood that it is counted for; "" for none.
        self.network = network
        #: The connection's other end, as the server names it.
        self.peer = peer
        #: Whether at the last look something sent had not been fetched.
        self.is_stuck = False
        self.leaving: Any = None

    async def send(self, data: bytes) -> bool:
        """Hand `data` to the server, which does not wait for the reader; return whether the reader is still there."""
        if self.transport is None:
            return False
        try:
            await self.transport.send_bytes(data)
        except Exception:  # the server's own classes; it means that the connection is gone
            return False
        return True

    def close(self) -> None:
        """End the stream: the server sees that nobody can say anything any more."""
        self.transport = None
        if self.leaving is not None:
            self.leaving.cancel()
            self.leaving = None


class Channel:
    """What the hub knows of a channel that somebody follows."""

    __slots__ = ("counts", "floor", "last", "name", "next_at", "recent", "seen", "streams", "words")

    def __init__(self, name: str) -> None:
        self.name = name
        self.streams: set[Stream] = set()
        self.words: tuple[int, ...] = ()
        #: The store's sequence at which we looked last.
        self.seen = 0
        #: The number of the newest event, 0 for none; all above `floor` are among `recent`.
        self.last = 0
        self.floor = 0
        self.recent: deque[tuple[int, bytes]] = deque(maxlen=MOST_EVENTS)
        self.counts: dict[str, int] = {}
        #: When, by the loop's clock, readers may be told the next thing.
        self.next_at = 0.0

    def take(self, events: list[Told], *, is_whole: bool) -> bytes:
        """Note `events`; return them as the streams carry them."""
        if not is_whole and events:
            self.recent.clear()
            self.floor = events[0].seq - 1
        for event in events:
            if len(self.recent) == MOST_EVENTS:
                self.floor = self.recent[0][0]
            self.recent.append((event.seq, written(event.kind, {"ref": event.ref, "counts": event.counts}, event.seq)))
            self.last = event.seq
        return b"".join(text for _seq, text in list(self.recent)[-len(events) :]) if events else b""

    def watch(self, keys: list[str], sequence: int) -> None:
        """Look again when one of `keys` has gone stale after `sequence`, or the channel's own name has."""
        self.words = words_of([*keys, self.name])
        self.seen = sequence

    def state(self) -> bytes:
        """Return how it stands, for somebody who does not know what happened before."""
        return written(STATE, {"counts": self.counts}, self.last)

    def since(self, after: int | None, now_ms: int) -> bytes:
        """Return what somebody who knows the number `after` has missed, or how it stands where that is not known."""
        if after is not None and max(self.floor, now_ms - KEPT_MS) <= after <= self.last:
            return b"".join(text for seq, text in self.recent if seq > after)
        # Also for a number that we never gave: it comes from a database that was since replaced by its backup.
        return b"" if after == self.last else self.state()
