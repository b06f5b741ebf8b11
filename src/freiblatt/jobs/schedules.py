"""Due times: `at` for one moment, `every` for what recurs, `cancel` to take one back.

A due time is a row that is unique by (name, due) and fires once, in whichever process comes first, also when no
process ran at that minute. Runs of a recurring schedule that were missed are made up by one run, not by many.
"""

import datetime
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks.base import Task
from django_tasks.utils import normalize_json
from django_tasks_db.models import DBTaskResult

from freiblatt.jobs.actions import add_job
from freiblatt.jobs.models import Job, JobState, ScheduledRun
from freiblatt.jobs.rhythms import Rhythm

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """A job that a room wants to run again and again."""

    name: str
    job: Task
    rhythm: Rhythm


_recurrences: dict[str, Recurrence] = {}


def at(*, name: str, due: datetime.datetime, job: Task, kwargs: Mapping[str, Any] | None = None) -> ScheduledRun:
    """Have `job` run once at `due` (aware; in the past: at once) and return the row that stands for it.

    The same name and due time again changes the job and its arguments while the run is still to come, and does nothing
    once it has fired. Call it inside the transaction of its cause. To move a due time, `cancel` the name first.
    """
    if timezone.is_naive(due):
        raise ValueError(f"due: seen {due!r}, expected a time with its zone.")
    with transaction.atomic():
        run, is_new = ScheduledRun.objects.select_for_update().get_or_create(
            name=name, due_at=due, defaults=_call_of(job, kwargs)
        )
        call = _call_of(job, kwargs)
        if not is_new and run.fired_at is None and any(getattr(run, field) != value for field, value in call.items()):
            for field, value in call.items():
                setattr(run, field, value)
            run.save()
    return run


def every(rhythm: Rhythm, *, name: str, job: Task) -> None:
    """Have `job`, which takes no arguments, run in this rhythm (`rhythms.py`). For a room's `AppConfig.ready()`."""
    if name in _recurrences and _recurrences[name].job.module_path != job.module_path:
        raise ValueError(f"name: seen {name!r} a second time, expected a name of its own for each schedule.")
    _recurrences[name] = Recurrence(name=name, job=job, rhythm=rhythm)


def cancel(*, name: str, due: datetime.datetime | None = None) -> int:
    """Return how many runs of this name (with `due`: this one alone) will now not take place.

    That counts those to come and those whose job is queued but has not started. A job that runs is not interrupted.
    """
    with transaction.atomic():
        runs = ScheduledRun.objects.select_for_update().filter(name=name)
        if due:
            runs = runs.filter(due_at=due)
        cancelled = [run.pk for run in runs if run.fired_at is None or _withdraw(run)]
        ScheduledRun.objects.filter(pk__in=cancelled).delete()
    return len(cancelled)


def fire_due() -> int:
    """Return how many due times were turned into jobs. Safe in any number of processes at once."""
    now = timezone.now()
    if not ScheduledRun.objects.due(now).exists():
        return 0
    with transaction.atomic():
        runs = list(ScheduledRun.objects.due(now).select_for_update(skip_locked=True).order_by("due_at")[:100])
        for run in runs:
            _fire(run, now)
    return len(runs)


def follow_clock_back() -> None:
    """Plan recurring schedules anew after the clock went back: what fired in a time to come fires again then."""
    now = timezone.now()
    ScheduledRun.objects.filter(is_recurring=True, fired_at__isnull=False, due_at__gt=now).delete()
    plan_recurring(is_start=True)


def plan_recurring(*, is_start: bool = False) -> int:
    """Return how many next runs of recurring schedules were put down; those that are there already stay.

    At the start of a worker (`is_start`) rows are also brought in line with rhythms that a new release has changed,
    and rows of schedules that no longer exist are removed.
    """
    now = timezone.now()
    planned = dict(ScheduledRun.objects.pending().filter(is_recurring=True).values_list("name", "due_at"))
    if is_start:
        for name, due_at in list(planned.items()):
            recurrence = _recurrences.get(name)
            if recurrence is None or (due_at > now and due_at != recurrence.rhythm(now)):
                ScheduledRun.objects.pending().filter(name=name, is_recurring=True, due_at=due_at).delete()
                del planned[name]
    missing = [recurrence for name, recurrence in _recurrences.items() if name not in planned]
    return sum(_plan(recurrence, now) for recurrence in missing)


def _plan(recurrence: Recurrence, now: datetime.datetime) -> bool:
    try:
        with transaction.atomic():
            ScheduledRun.objects.create(
                name=recurrence.name,
                due_at=recurrence.rhythm(now),
                is_recurring=True,
                **_call_of(recurrence.job, None),
            )
    except IntegrityError:
        return False  # another process has just put it down
    return True


def _fire(run: ScheduledRun, now: datetime.datetime) -> None:
    # By path, not by import: a function that a new release has dropped ends on the dead list, where it is seen.
    key = f"schedule:{run.name}" if run.is_recurring else None
    if key is None or not Job.objects.filter(dedupe_key=key).exists():
        run.job_id = add_job(
            task_path=run.task_path,
            queue=run.queue,
            priority=run.priority,
            due=None,
            args=[],
            kwargs=run.kwargs,
            dedupe_key=key,
        ).pk
    run.fired_at = now
    run.save(update_fields=["fired_at", "job_id"])
    if recurrence := _recurrences.get(run.name) if run.is_recurring else None:
        _plan(recurrence, now)
    logger.debug("Schedule %s fired for %s.", run.name, run.due_at.isoformat())


def _withdraw(run: ScheduledRun) -> bool:
    """Remove the queued job of a fired run; return whether it had not started."""
    if run.job_id is None:
        return False
    waiting = Job.objects.select_for_update().filter(pk=run.job_id, state=JobState.WAITING, attempts=0)
    is_waiting = waiting.first() is not None
    if is_waiting:
        DBTaskResult.objects.filter(pk=run.job_id).delete()
    return is_waiting


def _call_of(job: Task, kwargs: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "task_path": job.module_path,
        "queue": job.queue_name,
        "priority": job.priority,
        "kwargs": normalize_json(kwargs or {}),
    }
