"""What workers do with a job: take it, keep it, end it. Every verb is one transaction that leaves no half state.

A *turn* is one attempt of one worker. Its lease is a number of its own: who holds an outdated one, because it slept or
lost the database, finds nothing to end, so that two workers never both end the same job.
"""

import datetime
import logging
import traceback
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from freiblatt.jobs.models import Job, JobState
from freiblatt.jobs.policies import GiveUp, Policy, policy_of
from freiblatt.lib.mail_addresses import without_addresses

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One attempt of one worker at one job."""

    lease: uuid.UUID
    result: DBTaskResult
    attempts: int

    @property
    def policy(self) -> Policy:
        """How this job is treated when it fails."""
        return policy_of(self.result.task_path)


class LostWorkerError(Exception):
    """The worker that ran the job has not been heard of for the length of its lease."""


class TooLongError(Exception):
    """The job ran longer than its policy allows."""


class ResultError(Exception):
    """The job did its work, but returned something that JSON cannot hold."""


def take_turn(*, queues: Collection[str], worker: str, lease_seconds: float) -> Turn | None:
    """Return the next ready job, leased to `worker`; queues are looked through in the order given.

    Nothing ready costs one small query for each queue and takes no lock.
    """
    now = timezone.now()
    for queue in queues:
        ready = Job.objects.ready(now).filter(queue=queue).order_by("-priority", "due_at")
        if not ready.exists():
            continue
        with transaction.atomic():
            job = ready.select_for_update(skip_locked=True, of=("self",)).select_related("result").first()
            if job is None:
                continue
            job.state = JobState.RUNNING
            job.dedupe_key = None
            job.attempts += 1
            job.lease = uuid.uuid4()
            job.lease_until = timezone.now() + datetime.timedelta(seconds=lease_seconds)
            job.worker = worker
            job.save(update_fields=["state", "dedupe_key", "attempts", "lease", "lease_until", "worker"])
            job.result.claim(worker)
            return Turn(lease=job.lease, result=job.result, attempts=job.attempts)
    return None


def extend_turns(*, leases: Collection[uuid.UUID], lease_seconds: float) -> int:
    """Return how many of the leases are still held; those now last for `lease_seconds` from this moment."""
    until = timezone.now() + datetime.timedelta(seconds=lease_seconds)
    return Job.objects.filter(lease__in=leases).update(lease_until=until)


def follow_clock(*, jump_seconds: float, machine: str, lease_seconds: float) -> None:
    """Bring times in line after this machine's clock jumped: leases of its workers, and jobs that were due already.

    Without this a jump forward ends every lease at once, and its job runs twice; a jump back lets work that was due
    wait until the clock is where it was. `machine` is how the names of this machine's workers begin.
    """
    now = timezone.now()
    held = Job.objects.filter(state=JobState.RUNNING, worker__startswith=f"{machine}:")
    held.update(lease_until=now + datetime.timedelta(seconds=lease_seconds))
    if jump_seconds < 0:
        were_due = now - datetime.timedelta(seconds=jump_seconds)
        Job.objects.filter(state=JobState.WAITING, due_at__gt=now, due_at__lte=were_due).update(due_at=now)


def end_turn(*, turn: Turn, return_value: Any = None) -> bool:
    """Note success; return False if the lease was lost, and then change nothing. `return_value` is ready for JSON."""
    with transaction.atomic():
        if _held(turn.lease) is None:
            return False
        Job.objects.filter(pk=turn.result.pk).delete()
        DBTaskResult.objects.filter(pk=turn.result.pk).update(
            status=TaskResultStatus.SUCCESSFUL,
            finished_at=timezone.now(),
            return_value=return_value,
            exception_class_path="",
            traceback="",
        )
    return True


def fail_turn(*, turn: Turn, error: BaseException) -> JobState | None:
    """Note a failure; return whether the job now waits for another attempt or is dead. None: the lease was lost."""
    with transaction.atomic():
        job = _held(turn.lease)
        return _note_failure(job, error) if job else None


def hand_back(*, leases: Collection[uuid.UUID]) -> int:
    """Return how many jobs wait again, at once, as if this attempt had not been made: their worker has to stop."""
    with transaction.atomic():
        jobs = list(Job.objects.select_for_update().filter(lease__in=leases))
        for job in jobs:
            job.attempts -= 1
            _release(job, due_at=timezone.now())
    return len(jobs)


def reap(now: datetime.datetime | None = None) -> int:
    """Return how many jobs were taken from workers not heard of for the length of their lease (at `now`)."""
    now = now or timezone.now()
    if not Job.objects.abandoned(now).exists():
        return 0
    with transaction.atomic():
        jobs = list(Job.objects.abandoned(now).select_for_update(skip_locked=True))
        for job in jobs:
            _note_failure(job, LostWorkerError(f"The worker {job.worker} did not come back."))
    return len(jobs)


def _held(lease: uuid.UUID) -> Job | None:
    return Job.objects.select_for_update().filter(lease=lease).first()


def _note_failure(job: Job, error: BaseException) -> JobState:
    now = timezone.now()
    policy = policy_of(job.task_path)
    line = _line_of(error)
    full = without_addresses("".join(traceback.format_exception(error)))
    job.failed_at = now
    job.error = line
    job.save(update_fields=["failed_at", "error"])
    failure: dict[str, Any] = {
        "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": full,
        "return_value": None,
    }
    if isinstance(error, GiveUp | ResultError) or job.attempts >= policy.attempts:
        job.state = JobState.DEAD
        job.lease = job.lease_until = None
        job.save(update_fields=["state", "lease", "lease_until"])
        DBTaskResult.objects.filter(pk=job.pk).update(status=TaskResultStatus.FAILED, finished_at=now, **failure)
        logger.error("Job %s (%s) is dead after %d attempts: %s", job.pk, job.task_path, job.attempts, full)
        return JobState.DEAD
    # The first time a worker dies it was most likely stopped or out of luck; after that the job itself is suspect.
    is_innocent = isinstance(error, LostWorkerError) and job.attempts == 1
    wait = 0 if is_innocent else policy.wait_seconds(attempts=job.attempts)
    _release(job, due_at=now + datetime.timedelta(seconds=wait), **failure)
    logger.log(
        logging.DEBUG if isinstance(error, policy.collides_on) else logging.WARNING,
        "Job %s (%s) failed, attempt %d of %d, next in %d s: %s",
        *(job.pk, job.task_path, job.attempts, policy.attempts, wait, line),
    )
    return JobState.WAITING


def _line_of(error: BaseException) -> str:
    """Return the error's kind and the first line of what it says: further ones are details of databases and servers."""
    lines = without_addresses(str(error)).strip().splitlines()
    return ": ".join([type(error).__qualname__, *lines[:1]])[:300]


def _release(job: Job, *, due_at: datetime.datetime, **failure: Any) -> None:
    job.state = JobState.WAITING
    job.lease = job.lease_until = None
    job.due_at = due_at
    job.save(update_fields=["state", "lease", "lease_until", "due_at", "attempts"])
    DBTaskResult.objects.filter(pk=job.pk).update(status=TaskResultStatus.READY, run_after=due_at, **failure)
