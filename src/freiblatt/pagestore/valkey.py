"""Telling other machines which keys went stale, over Valkey or Redis (`valkey_url`). Nothing in here imports Django."""

import functools
import json
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from freiblatt.config import Config
from freiblatt.pagestore.words import EVERYTHING

logger = logging.getLogger(__name__)

CHANNEL = "freiblatt:stale"
RETRY_SECONDS = 1.0
TIMEOUT_SECONDS = 3.0


class OthersNotReachedError(Exception):
    """The other machines could not be told; whoever holds the journal row tries again."""


@functools.cache
def _client(url: str) -> Any:
    import redis

    scheme, _, rest = url.partition("://")
    known = {"valkey": "redis", "valkeys": "rediss"}.get(scheme, scheme)
    return redis.Redis.from_url(
        f"{known}://{rest}", socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    )


def tell_others(config: Config, sender: str, keys: Iterable[str]) -> None:
    """Publish `keys`. `sender` names this machine's words, so that it does not hear itself."""
    import redis

    try:
        _client(config.valkey_url).publish(CHANNEL, json.dumps({"sender": sender, "keys": sorted(keys)}))
    except redis.RedisError as error:
        raise OthersNotReachedError(f"valkey_url: {error}") from error


def ping(config: Config) -> None:
    """Ask whether it is there. Raises OthersNotReachedError."""
    import redis

    try:
        _client(config.valkey_url).ping()
    except redis.RedisError as error:
        raise OthersNotReachedError(f"valkey_url: {error}") from error


class Listener(threading.Thread):
    """Marks what other machines marked. What was said while we did not listen is unknown: then everything is stale."""

    def __init__(self, config: Config, sender: str, mark: Callable[[Iterable[str]], None]) -> None:
        super().__init__(name="valkey", daemon=True)
        self.config = config
        self.sender = sender
        self.mark = mark
        self.stopped = threading.Event()
        self.is_connected = threading.Event()

    def run(self) -> None:
        import redis

        while not self.stopped.is_set():
            try:
                self._listen()
            except redis.RedisError as error:
                logger.warning("valkey_url: not connected, trying again: %s", error)
            except OSError as error:
                # What was missed counts as soon as we listen again: then everything is marked.
                logger.error("A change on another machine could not be carried out: %s", error)
            finally:
                self.is_connected.clear()
            self.stopped.wait(RETRY_SECONDS)

    def _listen(self) -> None:
        subscription = _client(self.config.valkey_url).pubsub()
        try:
            subscription.subscribe(CHANNEL)
            while not self.stopped.is_set():
                # Without a ping a connection that died silently would look like a quiet one for ever.
                message = subscription.get_message(timeout=TIMEOUT_SECONDS - 1)
                if message is None:
                    subscription.ping()
                elif message["type"] == "subscribe":
                    self.mark([EVERYTHING])
                    self.is_connected.set()
                elif message["type"] == "message":
                    self._hear(message["data"])
        finally:
            subscription.close()

    def _hear(self, data: bytes) -> None:
        try:
            message = json.loads(data)
            sender, keys = message["sender"], [str(key) for key in message["keys"]]
        except (ValueError, KeyError, TypeError):
            logger.warning("valkey_url: a message on %s is not ours; everything is marked stale.", CHANNEL)
            sender, keys = "", [EVERYTHING]
        if sender != self.sender:
            self.mark(keys)
