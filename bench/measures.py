"""The measures, one function each. Each returns rows: what was measured, the figure, what it has to hold."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import load, machine, servers
from bench.publication import Hand, Site


@dataclass(frozen=True)
class Row:
    """One figure. `holds` compares it with what SERVING demands; None where the figure is told only."""

    what: str
    figure: float
    unit: str
    demanded: str
    holds: bool | None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def at_least(what: str, figure: float, unit: str, limit: float) -> Row:
    """Return a row that holds from `limit` up."""
    return Row(what, figure, unit, f"≥ {limit:g}", figure >= limit)


def at_most(what: str, figure: float, unit: str, limit: float) -> Row:
    """Return a row that holds up to `limit`."""
    return Row(what, figure, unit, f"≤ {limit:g}", figure <= limit)


def told(what: str, figure: float, unit: str) -> Row:
    """Return a row without a demand."""
    return Row(what, figure, unit, "", None)


def against_nginx(site: Site, *, seconds: int) -> list[Row]:
    """An article from the program alone, and from nginx before it, against nginx with the same bytes."""
    server, client = machine.cores()
    rows = []
    with servers.program(site.directory, core=server) as (port, pid):
        status, headers, body = load.get(port, site.path(site.few), {"Accept-Encoding": "br"})
        if status != 200 or headers.get("content-encoding") != "br":
            raise SystemExit(f"{site.path(site.few)} answered {status} {headers}.")
        plain = load.get(port, site.path(site.few))[2]
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            root.chmod(0o755)
            (root / "index.html").write_bytes(plain)
            (root / "index.html.br").write_bytes(body)
            (root / "index.html.gz").write_bytes(load.get(port, site.path(site.few), {"Accept-Encoding": "gzip"})[2])
            with servers.nginx(root, core=server, index="/index.html") as (limit_port, limit_pid):
                # In turn, so that a drift of the machine meets both.
                ours, limits = [], []
                for _ in range(3):
                    limits.append(
                        load.throughput(f"http://127.0.0.1:{limit_port}/", pid=limit_pid, seconds=seconds, core=client)
                    )
                    ours.append(
                        load.throughput(
                            f"http://127.0.0.1:{port}{site.path(site.few)}", pid=pid, seconds=seconds, core=client
                        )
                    )
        limit = statistics.median(one.per_cpu_second for one in limits)
        mine = statistics.median(one.per_cpu_second for one in ours)
        rows += [
            told("nginx, the same bytes: requests per CPU second", limit, "1/s"),
            told("the program alone: requests per CPU second", mine, "1/s"),
            told(
                "the program alone: requests per second", statistics.median(o.requests_per_second for o in ours), "1/s"
            ),
            told("the program alone: p99", statistics.median(one.p99_ms for one in ours), "ms"),
            at_least("the program alone against nginx", mine / limit, "", 0.25),
        ]
        servers.wait_for_disk_copy(site.directory, site.path(site.few))
        tree = site.directory / "var" / "pages" / "current" / "reader"
        with servers.nginx(tree, core=server, index="/$host$uri/index.html @program", upstream=port) as (
            front,
            front_pid,
        ):
            ratios = []
            for _ in range(3):
                before = load.throughput(
                    f"http://127.0.0.1:{front}{site.path(site.few)}", pid=front_pid, seconds=seconds, core=client
                )
                ratios.append(before.per_cpu_second / limit)
        rows.append(at_least("nginx before the store's files against nginx alone", statistics.median(ratios), "", 0.9))
        rows.append(at_most("compressed HTML of the article (br)", len(body) / 1000, "kB", 14))
    return rows


def stale_answers(site: Site, *, changes: int = 40, looks: int = 6) -> list[Row]:
    """Comments and edits, each followed by fresh requests: how many of them still showed what was before."""
    rows = []
    server, _client = machine.cores()
    for workers in (1, 2):
        with (
            servers.program(site.directory, core=server, workers=workers) as (port, _pid),
            Hand(site.directory) as hand,
        ):
            stale = 0
            for number in range(changes):
                mark = f"Kommentar {workers}.{number}."
                path = hand.do("comment", article=site.few, text=mark)["path"]
                stale += sum(mark.encode() not in load.get(port, path)[2] for _ in range(looks))
                mark = f"Geändert {workers}.{number}"
                hand.do("headline", article=site.few, text=mark)
                stale += sum(mark.encode() not in load.get(port, site.path(site.few))[2] for _ in range(looks))
        rows.append(at_most(f"stale answers of {2 * changes * looks}, {workers} worker(s)", stale, "", 0))
    return rows


def cost_of_a_comment(site: Site, *, times: int = 30) -> list[Row]:
    """CPU of writer and server from a comment until the page shows it, under 9 comments and under 10,000."""
    server, _client = machine.cores()
    found: dict[str, list[float]] = {site.few: [], site.many: []}
    with servers.program(site.directory, core=server) as (port, pid), Hand(site.directory) as hand:
        for number in range(times + 3):
            # In turn, so that a drift of the machine meets both.
            for slug in found:
                begun = machine.cpu_seconds(pid)
                written = hand.do("comment", article=slug, text=f"Gedanke {number}.")["cpu_seconds"]
                load.get(port, site.path(slug), {"Accept-Encoding": "br"})
                found[slug].append((written + machine.cpu_seconds(pid) - begun) * 1000)
    few, many = (statistics.mean(found[slug][3:]) for slug in (site.few, site.many))
    return [
        told("CPU of a comment until the page shows it, among 9", few, "ms"),
        told("CPU of a comment until the page shows it, among 10,000", many, "ms"),
        at_most("the same, 10,000 comments against 9", many / few, "", 1.6),
    ]


def readers_while_writing(site: Site, *, seconds: int, writers: int = 8, rate: float = 20) -> list[Row]:
    """Throughput of one article while eight writers add 20 comments a second to it, against none."""
    server, client = machine.cores()
    with servers.program(site.directory, core=server) as (port, pid), contextlib.ExitStack() as stack:
        url = f"http://127.0.0.1:{port}{site.path(site.few)}"
        load.get(port, site.path(site.few))  # the first page of a process compiles its templates
        quiet = load.throughput(url, pid=pid, seconds=seconds, core=client)
        hands = [stack.enter_context(Hand(site.directory, core=client)) for _ in range(writers)]
        for hand in hands:
            hand.do("comment", article=site.few, text="Bereit.")
        for number, hand in enumerate(hands):
            # In turn: people do not press the button together.
            hand.begin(
                "write_for", article=site.few, rate=rate / writers, seconds=seconds + 3, wait_seconds=number / rate
            )
        busy = load.throughput(url, pid=pid, seconds=seconds, core=client)
        answers = [hand.end() for hand in hands]
    return [
        told("requests per second without writers", quiet.requests_per_second, "1/s"),
        told("comments written meanwhile", sum(answer["written"] for answer in answers), ""),
        told("requests per second while 20 comments a second arrive", busy.requests_per_second, "1/s"),
        at_least(
            "requests per CPU second meanwhile, against none",
            busy.per_cpu_second / quiet.per_cpu_second,
            "",
            0.8,
        ),
        at_most("p99 meanwhile", busy.p99_ms, "ms", 20),
        at_most("writes refused by a locked database", sum(answer["refused"] for answer in answers), "", 0),
    ]


def growth(small: Site, large: Site) -> list[Row]:
    """Django's own work on a large archive against a small one."""
    found = []
    for site in (small, large):
        result = subprocess.run(
            [sys.executable, "-m", "bench.growth"],
            env={
                **os.environ,
                "FREIBLATT_PUBLICATION": str(site.directory),
                "DJANGO_SETTINGS_MODULE": "freiblatt.settings",
            },
            check=True,
            capture_output=True,
            text=True,
        )
        found.append(json.loads(result.stdout.splitlines()[-1]))
    before, after = found
    sizes = f"{large.articles:,} articles against {small.articles:,}"
    return [
        row
        for name, value in after.items()
        for row in (
            told(f"{name} with {large.articles:,} articles: CPU", value, "ms"),
            at_most(f"{name}, {sizes}", value / before[name], "", 1.5),
        )
    ]


def start_and_memory(site: Site, *, seconds: int) -> list[Row]:
    """Time to the first page from the store and from Django, memory idle and after load, job worker included."""
    server, client = machine.cores()
    with servers.program(site.directory, core=server) as (port, _pid):
        load.get(port, site.path(site.few))
        servers.wait_for_disk_copy(site.directory, site.path(site.few))
    port = servers.free_port()
    environment = {**os.environ, "FREIBLATT_PUBLICATION": str(site.directory), "FREIBLATT_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "freiblatt", "serve", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        begun = time.perf_counter()
        load.wait_for(port, site.path(site.few), seconds=30)
        stored = time.perf_counter() - begun
        load.wait_for(port, "/archiv/", seconds=60)
        rendered = time.perf_counter() - begun
        time.sleep(6)  # until the job worker has been loaded too, so that its memory counts
        idle = machine.resident_mb(process.pid)
        load.throughput(f"http://127.0.0.1:{port}{site.path(site.few)}", pid=process.pid, seconds=seconds, core=client)
        loaded = machine.resident_mb(process.pid)
    finally:
        process.terminate()
        process.wait(30)
    return [
        at_most("start to the first stored page", stored, "s", 1),
        at_most("start to the first page from Django", rendered, "s", 6),
        at_most("memory of the whole program, idle, with the job worker", idle, "MB", 350),
        at_most("memory of the whole program after load", loaded, "MB", 350),
    ]


def run_all(measures: Iterable[tuple[str, Callable[[], list[Row]]]]) -> dict[str, list[Row]]:
    """Return the rows of each measure by its name, printing them as they come."""
    found: dict[str, list[Row]] = {}
    for name, measure in measures:
        print(f"\n{name}", flush=True)
        found[name] = measure()
        for row in found[name]:
            verdict = {True: "holds", False: "DOES NOT HOLD", None: ""}[row.holds]
            print(f"  {row.what:<82} {row.figure:>11,.2f} {row.unit:<4} {row.demanded:<7} {verdict}", flush=True)
    return found
