"""Readers who follow a discussion while it happens: what they cost, how soon they know, what others notice of it."""

import contextlib
import json
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from bench import load, machine, servers
from bench.measures import Row, at_least, at_most, told
from bench.publication import Hand, Site

READERS = 10_000
#: Descriptors for all else, on either side.
OTHERS = 1200


class Following:
    """The readers as a process of their own (`bench.followers`), which gives way to the load beside it."""

    def __init__(self, port: int, channel: str, number: int, *, core: str) -> None:
        command = ["nice", "-n", "10", "taskset", "-c", core, sys.executable, "-m", "bench.followers"]
        self._process = subprocess.Popen(
            [*command, str(port), channel, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.seconds: float = self._answer()["seconds"]

    def wait_for(self, count: int) -> dict[str, float]:
        """Return when the first and the last reader had `count` events."""
        assert self._process.stdin
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        return self._answer()

    def leave(self) -> None:
        """Let all go."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("The readers are gone; the reason stands above.")
        return json.loads(line)


def live_readers(site: Site, *, seconds: int, events: int = 10) -> list[Row]:
    """Hold 10,000 readers on one process, tell them of comments, and ask for pages meanwhile."""
    number = min(READERS, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - OTHERS)
    server, client = machine.cores()
    with servers.program(site.directory, core=server) as (port, pid), Hand(site.directory, core=client) as hand:
        url = f"http://127.0.0.1:{port}{site.path(site.few)}"
        channel = hand.do("tell", article=site.few)["channel"]
        load.get(port, site.path(site.few))
        # One reader first: what the first of all brings with it is not his to pay.
        Following(port, channel, 1, core=client).leave()
        quiet = load.throughput(url, pid=pid, seconds=seconds, core=client)
        before = machine.resident_mb(pid)
        readers = Following(port, channel, number, core=client)
        held = machine.resident_mb(pid)
        delays, cpu = [], []
        for count in range(1, events + 1):
            begun = machine.cpu_seconds(pid)
            hand.do("tell", article=site.few)
            announced = time.monotonic()
            delays.append(readers.wait_for(count)["last"] - announced)
            cpu.append(machine.cpu_seconds(pid) - begun)
            time.sleep(1.0)
        silent = load.throughput(url, pid=pid, seconds=seconds, core=client)
        with _telling(hand, site):
            lively = load.throughput(url, pid=pid, seconds=seconds, core=client)
        readers.leave()
    return [
        told("readers who follow one discussion on one worker", number, ""),
        told("until all are there", readers.seconds, "s"),
        at_most("memory of each", (held - before) * 1024 / number, "kB", 30),
        told("from the commit until the last of them knows, median", statistics.median(delays) * 1000, "ms"),
        told("the same, worst", max(delays) * 1000, "ms"),
        told("CPU of telling all", statistics.median(cpu) * 1000, "ms"),
        told("requests per CPU second before they came", quiet.per_cpu_second, "1/s"),
        at_least(
            "requests per CPU second while they are held, against before",
            silent.per_cpu_second / quiet.per_cpu_second,
            "",
            0.8,
        ),
        told("the same while they hear of a comment each second", lively.per_cpu_second / quiet.per_cpu_second, ""),
        told("requests per second meanwhile", lively.requests_per_second, "1/s"),
        told("p99 meanwhile", lively.p99_ms, "ms"),
    ]


@contextlib.contextmanager
def _telling(hand: Hand, site: Site) -> Iterator[None]:
    """Announce something each second."""
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(1.0):
            hand.do("tell", article=site.few)

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
