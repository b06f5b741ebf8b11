"""Real worker processes on a real publication, killed, stopped and set upon the same work."""

import os
import signal
import sys
from datetime import timedelta

import psutil
import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from freiblatt.jobs import schedules
from freiblatt.jobs.actions import enqueue_once
from freiblatt.jobs.models import Job, JobState, ScheduledRun
from tests.jobs import errands
from tests.jobs.conftest import Publication
from tests.jobs.errands import noted
from tests.processes import wait_until

pytestmark = pytest.mark.process


@pytest.fixture
def notes(tmp_path):
    return tmp_path / "notes"


@pytest.fixture
def release(tmp_path):
    """A file on whose appearance long jobs end."""
    return tmp_path / "release"


def is_idle() -> bool:
    return not DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).exists()


def end(process) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(60)


def test_job_of_a_killed_worker_runs_again_when_its_lease_is_over(publication: Publication, notes, release):
    errands.wait_for.enqueue(path=str(notes), word="job", until=str(release))
    first = publication.start_worker("--lease-seconds", "3")
    wait_until(lambda: noted(notes), "the job's start")
    first.send_signal(signal.SIGKILL)
    first.wait()
    job = Job.objects.get()
    assert job.state == JobState.RUNNING
    lease_until = job.lease_until

    second = publication.start_worker("--lease-seconds", "3")
    wait_until(lambda: len(noted(notes)) == 2, "the second attempt")
    job.refresh_from_db()
    assert job.failed_at > lease_until
    release.touch()
    wait_until(is_idle, "the job's end")

    assert noted(notes) == [f"job {first.pid}", f"job {second.pid}", "job ended"]
    assert DBTaskResult.objects.get().task_result.attempts == 2
    assert end(second) == 0


def test_long_job_keeps_its_lease_while_another_worker_looks_for_work(publication, notes, release):
    errands.wait_for.enqueue(path=str(notes), word="job", until=str(release))
    workers = [publication.start_worker("--lease-seconds", "1.5") for _ in range(2)]
    wait_until(lambda: noted(notes), "the job's start")
    start = Job.objects.get().lease_until
    wait_until(lambda: Job.objects.get().lease_until > start + timedelta(seconds=4), "the lease to be prolonged")
    release.touch()
    wait_until(is_idle, "the job's end")

    assert len(noted(notes)) == 2
    assert [end(worker) for worker in workers] == [0, 0]


def test_two_workers_run_each_of_200_jobs_once(publication, notes, release):
    workers = [publication.start_worker() for _ in range(2)]
    for word in ("first", "second"):
        errands.wait_for.enqueue(path=str(notes), word=word, until=str(release))
    wait_until(lambda: len(noted(notes)) == 2, "both workers to be at work")
    for number in range(200):
        errands.write.enqueue(path=str(notes), word=str(number))
    release.touch()
    wait_until(is_idle, "200 jobs")
    assert [end(worker) for worker in workers] == [0, 0]

    lines = noted(notes)
    assert sorted(line for line in lines if line.isdigit()) == sorted(str(number) for number in range(200))
    ran_by = {
        tuple(ids) for ids in DBTaskResult.objects.filter(queue_name="default").values_list("worker_ids", flat=True)
    }
    assert len(ran_by) == 2
    assert all(len(ids) == 1 for ids in ran_by)


def test_due_times_fire_once_with_two_workers_also_those_missed_while_none_ran(publication, notes):
    yesterday = timezone.now() - timedelta(days=1)
    schedules.at(name="missed", due=yesterday, job=errands.write, kwargs={"path": str(notes), "word": "missed"})
    ScheduledRun.objects.create(
        name="prune job results",
        due_at=timezone.now() - timedelta(days=3),
        task_path="freiblatt.jobs.actions.prune_results",
        queue="bulk",
        is_recurring=True,
    )
    workers = [publication.start_worker("--with-schedules") for _ in range(2)]
    wait_until(lambda: noted(notes) == ["missed"], "the missed due time")
    soon = timezone.now() + timedelta(seconds=1)
    for number in range(20):
        schedules.at(name=f"{number}", due=soon, job=errands.write, kwargs={"path": str(notes), "word": f"{number}"})
    wait_until(lambda: len(noted(notes)) >= 21, "20 due times")
    wait_until(is_idle, "all jobs")
    assert [end(worker) for worker in workers] == [0, 0]

    assert sorted(noted(notes)) == sorted(["missed", *(str(number) for number in range(20))])
    pruned = DBTaskResult.objects.filter(task_path="freiblatt.jobs.actions.prune_results")
    assert pruned.count() == 1
    assert ScheduledRun.objects.pending().get(name="prune job results").due_at > timezone.now()


def test_waiting_job_does_not_start_before_the_change_that_counts_on_it_is_committed(publication, notes):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets nobody else write while a change is not committed")
    page = {"path": str(notes), "word": "page"}
    enqueue_once(errands.write, key="page", kwargs=page)
    with transaction.atomic():
        enqueue_once(errands.write, key="page", kwargs=page)
        worker = publication.start_worker("--with-schedules")
        wait_until(ScheduledRun.objects.exists, "the worker's schedules")
        with psycopg.connect(publication.environment["FREIBLATT_DATABASE_URL"]) as other:
            other.execute("UPDATE jobs_scheduledrun SET due_at = now()")
        wait_until(lambda: ScheduledRun.objects.filter(fired_at__isnull=False).exists(), "the worker to be at work")
        wait_until(lambda: DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL).exists(), "another job")
        assert noted(notes) == []
    wait_until(is_idle, "the job")

    assert noted(notes) == ["page"]
    assert end(worker) == 0


def test_urgent_and_ordinary_work_pass_by_long_bulk_work(publication, notes, release):
    for number in range(6):
        errands.wait_for.enqueue(path=str(notes), word=f"bulk {number}", until=str(release))
    worker = publication.start_worker("--threads", "2")
    wait_until(lambda: noted(notes), "the first bulk job")
    errands.write_urgently.enqueue(path=str(notes), word="urgent")
    errands.write.enqueue(path=str(notes), word="ordinary")
    wait_until(lambda: {"urgent", "ordinary"} <= set(noted(notes)), "urgent and ordinary work")

    assert noted(notes)[0] == f"bulk 0 {worker.pid}"
    assert len(noted(notes)) == 3
    release.touch()
    wait_until(is_idle, "bulk work")
    assert end(worker) == 0


def test_stopped_worker_finishes_what_it_is_at_and_takes_nothing_new(publication, notes, release):
    for word in ("first", "second"):
        errands.wait_for.enqueue(path=str(notes), word=word, until=str(release))
    worker = publication.start_worker()
    wait_until(lambda: noted(notes), "the first job")
    worker.send_signal(signal.SIGTERM)
    release.touch()

    assert worker.wait(60) == 0
    assert noted(notes) == [f"first {worker.pid}", "first ended"]
    assert Job.objects.get().attempts == 0


def test_stopped_worker_hands_back_what_takes_too_long(publication, notes, release):
    errands.wait_for.enqueue(path=str(notes), word="job", until=str(release))
    worker = publication.start_worker("--stop-seconds", "0.3")
    wait_until(lambda: noted(notes), "the job's start")

    assert end(worker) == 0
    job = Job.objects.get()
    assert (job.state, job.attempts, job.failed_at) == (JobState.WAITING, 0, None)
    assert job.due_at <= timezone.now()


def test_worker_with_a_job_past_its_limit_asks_to_be_started_again(publication, notes, release):
    errands.hang.enqueue(path=str(notes), until=str(release))
    worker = publication.start_worker("--lease-seconds", "1", "--stop-seconds", "0.3")

    assert worker.wait(60) == 75
    assert "longer than" in Job.objects.failing().get().error


def test_worker_survives_a_lost_database(publication, notes):
    worker = publication.start_worker()
    errands.write.enqueue(path=str(notes), word="before")
    wait_until(is_idle, "the first job")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        errands.write.enqueue(path=str(notes), word="after")
    else:
        schedules.at(name="locked", due=timezone.now() + timedelta(seconds=1), job=errands.nightly)
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            wait_until(lambda: "tries again" in publication.log(), "the worker to notice the lock")
            cursor.execute("ROLLBACK")
        errands.write.enqueue(path=str(notes), word="after")
    wait_until(lambda: noted(notes) == ["before", "after"], "the job after the loss")

    assert worker.poll() is None
    assert end(worker) == 0


def test_child_that_its_server_did_not_live_to_see_ends_at_once(publication):
    gone = publication.run("true")
    gone.wait()
    child = publication.start("tests.jobs.child", "--parent", str(gone.pid))
    assert child.wait(60) == 0


def test_child_of_a_killed_server_ends_too(publication):
    options = [sys.executable, "-m", "tests.jobs.child"]
    server = publication.run("sh", "-c", '"$@" --parent $$ & wait', "sh", *options)
    wait_until(lambda: "starts:" in publication.log(), "the worker's first line")
    (worker,) = [
        child for child in psutil.Process(server.pid).children(recursive=True) if "tests.jobs.child" in child.cmdline()
    ]
    server.send_signal(signal.SIGKILL)
    server.wait()
    try:
        wait_until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, "the worker's end")
    finally:
        if worker.is_running():
            os.kill(worker.pid, signal.SIGKILL)
