"""Several machines: what one marks, the others mark, and what they may have missed is everything."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from freiblatt.pagestore.valkey import CHANNEL, Listener, OthersNotReachedError, tell_others
from freiblatt.pagestore.words import EVERYTHING, Words, words_of
from freiblatt.settings import CONFIG
from tests.processes import free_port, need

PROGRAM = shutil.which("valkey-server") or shutil.which("redis-server")
pytestmark = pytest.mark.process


class Server:
    def __init__(self, directory: Path, port: int | None = None) -> None:
        need("valkey-server or redis-server", PROGRAM is not None)
        self.directory = directory
        self.port = port or free_port()
        self.start()

    def start(self) -> None:
        command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.directory)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def listen(self) -> Callable[[], list[str]]:
        """Listen as another machine; return what gives the keys that were announced since it was last asked."""
        client = redis.Redis(port=self.port, retry=Retry(ConstantBackoff(0.05), retries=100))
        subscription = client.pubsub()
        subscription.subscribe(CHANNEL)
        assert subscription.get_message(timeout=15)["type"] == "subscribe"

        def announced() -> list[str]:
            found: list[str] = []
            while message := subscription.get_message():
                found += json.loads(message["data"])["keys"]
            return found

        return announced

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.stop()


def wait_for(condition, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.02)


def test_other_machine_hears_and_after_an_interruption_takes_everything_for_stale(
    server: Server, tmp_path: Path
) -> None:
    config = CONFIG.model_copy(update={"valkey_url": f"valkey://127.0.0.1:{server.port}/0"})
    here, there = Words(tmp_path / "here"), Words(tmp_path / "there")
    listener = Listener(config, there.epoch, there.mark)
    listener.start()
    try:
        wait_for(listener.is_connected.is_set)
        began = there.sequence()
        tell_others(config, there.epoch, ["article:1"])
        tell_others(config, here.epoch, ["article:2"])
        wait_for(lambda: there.newest(words_of(["article:2"])) > began)
        assert there.newest(words_of(["article:1"])) <= began

        server.stop()
        wait_for(lambda: not listener.is_connected.is_set())
        with pytest.raises(OthersNotReachedError):
            tell_others(config, here.epoch, ["article:3"])
        before = there.sequence()
        server.start()
        wait_for(listener.is_connected.is_set)
        assert there.newest(words_of([EVERYTHING])) > before
    finally:
        listener.stopped.set()
        listener.join()
