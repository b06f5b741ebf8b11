"""How the publication is doing, in Prometheus' text format (version 0.0.4). Nothing in it is about a reader.

The few lines of the format are written here: the usual library keeps a file per process and metric, which would have to
be cleaned up, while the store's processes share one file anyway (`pagestore/counts.py`).
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Min, Q
from django.utils import timezone

from freiblatt.config import Config, current
from freiblatt.jobs.models import Job, JobState
from freiblatt.letters.models import Letter, LetterState
from freiblatt.pagestore import counts

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
QUEUES = ("urgent", "default", "bulk")


class Metric(NamedTuple):
    """A number with its meaning: its values by label, which is of a fixed set and never a path or an address."""

    name: str
    kind: Literal["counter", "gauge"]
    means: str
    values: dict[tuple[tuple[str, str], ...], float]


def written(metrics: Iterable[Metric]) -> str:
    """Return the metrics as Prometheus reads them."""
    lines = []
    for metric in metrics:
        name = f"freiblatt_{metric.name}"
        lines += [f"# HELP {name} {metric.means}", f"# TYPE {name} {metric.kind}"]
        for labels, value in metric.values.items():
            said = ",".join(f'{label}="{content}"' for label, content in labels)
            lines.append(f"{name}{{{said}}} {_number(value)}" if said else f"{name} {_number(value)}")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def gather() -> Iterator[Metric]:
    """Yield all metrics; those of the database only while it answers, which `database_up` says."""
    config = current()
    yield from _of_store(config)
    yield from _of_machine(config)
    try:
        # All of them before the first is given out: half of a list would look like a whole one.
        found = [*_of_jobs(timezone.now()), *_of_letters(timezone.now())]
    except (DatabaseError, InterfaceError):
        connection.close()
        yield _one("database_up", "gauge", "Whether the database answers.", 0)
        return
    yield _one("database_up", "gauge", "Whether the database answers.", 1)
    yield from found


def _one(name: str, kind: Literal["counter", "gauge"], means: str, value: float) -> Metric:
    return Metric(name, kind, means, {(): value})


def _of_store(config: Config) -> Iterator[Metric]:
    totals = counts.totals(config.var)
    yield _one("store_hits_total", "counter", "Requests answered from a finished page.", totals.hits)
    yield _one("store_misses_total", "counter", "Requests for a page that was missing or outdated.", totals.misses)
    yield _one("store_renders_total", "counter", "Pages and sets of fragments that were built.", totals.renders)
    yield _one("passed_on_total", "counter", "Requests that went to the program past the store.", totals.through)
    yield _one("refused_total", "counter", "Requests answered with 503 because the queue was full.", totals.refused)
    yield _one("store_pages", "gauge", "Finished pages in memory.", totals.pages)
    yield _one("live_streams", "gauge", "Readers who follow something while it happens.", totals.streams)
    yield _one("store_bytes", "gauge", "Memory that finished pages take.", totals.page_bytes)
    yield _one("queue_requests", "gauge", "Requests that are being built or wait for it.", totals.queue)
    yield _one("server_processes", "gauge", "Server processes that live.", len(totals.processes))
    memory = [_resident_bytes(pid) for pid in totals.processes]
    yield _one("resident_memory_bytes", "gauge", "Memory of the server's processes.", sum(memory))


def _of_machine(config: Config) -> Iterator[Metric]:
    places = {"publication": config.directory, "media": config.media, "var": config.var}
    free = {(("place", name),): shutil.disk_usage(place).free for name, place in places.items() if place.exists()}
    yield Metric("disk_free_bytes", "gauge", "Room left on the disk of a directory.", dict(free))


def _of_jobs(now: datetime) -> Iterator[Metric]:
    states = {
        "running": Q(state=JobState.RUNNING),
        "ready": Q(state=JobState.WAITING, due_at__lte=now),
        "later": Q(state=JobState.WAITING, due_at__gt=now),
        "failing": Q(failed_at__isnull=False) & ~Q(state=JobState.DEAD),
        "dead": Q(state=JobState.DEAD),
    }
    rows = {
        row["queue"]: row
        for row in Job.objects.order_by()
        .values("queue")
        .annotate(
            **{name: Count("pk", filter=condition) for name, condition in states.items()},
            oldest=Min("due_at", filter=states["ready"]),
        )
    }
    nothing: dict = {**dict.fromkeys(states, 0), "oldest": None}
    found = {queue: rows.get(queue, nothing) for queue in QUEUES}
    yield Metric(
        "jobs", "gauge", "Jobs that have not succeeded yet; a failing one is also ready, later or running.",
        {(("queue", queue), ("state", state)): row[state] for queue, row in found.items() for state in states},
    )  # fmt: skip
    yield Metric(
        "job_oldest_seconds", "gauge", "For how long the oldest ready job has been due.",
        {(("queue", queue),): _age(row["oldest"], now) for queue, row in found.items()},
    )  # fmt: skip


def _of_letters(now: datetime) -> Iterator[Metric]:
    found = Letter.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=[LetterState.WAITING, LetterState.SENDING])),
        failed=Count("pk", filter=Q(state__in=[LetterState.FAILED, LetterState.UNKNOWN])),
        oldest=Min("created_at", filter=Q(state__in=[LetterState.WAITING, LetterState.SENDING])),
    )
    yield Metric(
        "letters", "gauge", "Letters that wait to go out, and letters that did not arrive.",
        {(("state", state),): found[state] for state in ("waiting", "failed")},
    )  # fmt: skip
    yield _one("letter_oldest_seconds", "gauge", "For how long the oldest letter waits.", _age(found["oldest"], now))


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _resident_bytes(pid: int) -> int:
    """Return the memory that a process holds; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
