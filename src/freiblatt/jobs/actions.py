"""Verbs for whoever has work to do later, and for the desk. What workers do stands in `turns.py`."""

import datetime
import logging
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.utils import normalize_json
from django_tasks_db.models import DBTaskResult, get_date_max
from wagtail.log_actions import log

from freiblatt.jobs.models import Job, JobState, ScheduledRun
from freiblatt.jobs.turns import hand_back

logger = logging.getLogger(__name__)

KEEP_RESULTS_DAYS = 7
KEEP_RUNS_DAYS = 90
PRUNE_BATCH = 500  # rows in one transaction: others may write in between


class JobError(Exception):
    """What was asked cannot be done with this job; the message says why."""


def add_job(
    *,
    task_path: str,
    queue: str,
    priority: int,
    due: datetime.datetime | None,
    args: list[Any],
    kwargs: dict[str, Any],
    dedupe_key: str | None = None,
) -> DBTaskResult:
    """Return the stored row of a new job that starts at `due` (None: now). Rooms call `job.enqueue()` instead."""
    with transaction.atomic():
        result = DBTaskResult.objects.create(
            args_kwargs={"args": args, "kwargs": kwargs},
            priority=priority,
            task_path=task_path,
            queue_name=queue,
            run_after=due or get_date_max(),  # its way to say: now
            backend_name="default",
        )
        Job.objects.create(
            result=result,
            task_path=task_path,
            queue=queue,
            priority=priority,
            due_at=due or timezone.now(),
            dedupe_key=dedupe_key,
        )
    return result


def enqueue_once(job: Task, *, key: str, kwargs: Mapping[str, Any] | None = None) -> TaskResult:
    """Return the waiting job with this `key` (at most 200 characters), or a new one if none waits.

    A job that has started does not count: it may have read what the caller has just changed. A job that waits for a
    later time is brought forward to the time the caller asked for (`job.using(run_after=…)`, else now).
    """
    due = job.run_after or timezone.now()
    with transaction.atomic():
        for is_last in (False, False, True):
            # The lock keeps workers from starting the job before the caller's change is committed and can be seen.
            waiting = Job.objects.select_for_update().filter(dedupe_key=key).first()
            if waiting:
                if due < waiting.due_at:
                    Job.objects.filter(pk=waiting.pk).update(due_at=due)
                    DBTaskResult.objects.filter(pk=waiting.pk).update(run_after=due)
                return cast(TaskResult, waiting.result.task_result)
            try:
                added = add_job(
                    task_path=job.module_path,
                    queue=job.queue_name,
                    priority=job.priority,
                    due=job.run_after,
                    args=[],
                    kwargs=normalize_json(kwargs or {}),
                    dedupe_key=key,
                )
                return cast(TaskResult, added.task_result)
            except IntegrityError:
                # Another process was faster; unless its job has started since, it is the one we look for.
                if is_last:
                    raise
    raise AssertionError("the last try returns or raises")


def run_again(*, job: Job) -> Job:
    """Return the dead or failing job, due now and, if it was dead, with all its attempts before it."""
    with transaction.atomic():
        job = _locked(job)
        now = timezone.now()
        if job.state == JobState.DEAD:
            job.attempts = 0
        job.state = JobState.WAITING
        job.due_at = now
        job.save(update_fields=["state", "attempts", "due_at"])
        DBTaskResult.objects.filter(pk=job.pk).update(
            status=TaskResultStatus.READY, run_after=now, finished_at=None, exception_class_path="", traceback=""
        )
        log(instance=job, action="jobs.run_again")
    logger.info("Job %s (%s) runs again on request.", job.pk, job.task_path)
    return job


def run_dead_again() -> int:
    """Return how many dead jobs are due again now, all of them: for the day after a server was away."""
    count = 0
    for job in Job.objects.dead().iterator():
        try:
            run_again(job=job)
        except JobError:
            continue  # somebody else has just decided about it
        count += 1
    return count


def discard(*, job: Job) -> None:
    """Remove a job that waits or is dead. What it should have done is not done."""
    with transaction.atomic():
        job = _locked(job)
        log(instance=job, action="jobs.discard")
        DBTaskResult.objects.filter(pk=job.pk).delete()
    logger.info("Job %s (%s) was discarded on request.", job.pk, job.task_path)


def take_back_running() -> int:
    """Return how many running jobs wait again, due at once and as if this attempt had not been made.

    For a database whose workers are gone for good, such as one that was restored from a backup.
    """
    leases = Job.objects.filter(state=JobState.RUNNING).values_list("lease", flat=True)
    return hand_back(leases=[lease for lease in leases if lease is not None])


def _locked(job: Job) -> Job:
    """Return the job, locked until the end of the transaction, if no worker runs it."""
    locked = Job.objects.select_for_update().filter(pk=job.pk).first()
    if locked is None:
        raise JobError(_("This job is over: it has succeeded or was discarded."))
    if locked.state == JobState.RUNNING:
        raise JobError(_("This job is running now. Wait until it ends."))
    return locked


@task(queue_name="bulk")
def prune_results() -> dict[str, int]:
    """Remove succeeded jobs after a week and fired due times after a quarter; dead jobs stay until a person decides."""
    now = timezone.now()
    results = DBTaskResult.objects.filter(
        status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - datetime.timedelta(days=KEEP_RESULTS_DAYS)
    )
    runs = ScheduledRun.objects.filter(fired_at__lt=now - datetime.timedelta(days=KEEP_RUNS_DAYS))
    return {"results": _delete_in_batches(results), "runs": _delete_in_batches(runs)}


def _delete_in_batches(rows: Any) -> int:
    count = 0
    while keys := _first(rows.order_by().values_list("pk", flat=True)):
        count += rows.model.objects.filter(pk__in=keys).delete()[0]
    return count


def _first(keys: Any) -> list[Any]:
    found: Iterable[Any] = keys[:PRUNE_BATCH]
    return list(found)
