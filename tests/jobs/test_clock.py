"""Somebody sets the clock by hours while a worker runs: nothing runs twice, nothing waits for the old time."""

import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from freiblatt.jobs import schedules
from freiblatt.jobs.models import Job, JobState, ScheduledRun
from tests.faults import FAKETIME, Clock
from tests.jobs import errands
from tests.jobs.conftest import Publication
from tests.jobs.errands import noted
from tests.processes import need, wait_until

pytestmark = pytest.mark.process

HOURS = 5


@pytest.fixture
def clock(publication: Publication, tmp_path: Path) -> Clock:
    need("libfaketime", is_there=FAKETIME is not None)
    return Clock(publication.environment, tmp_path / "clock")


def jumps(publication: Publication) -> int:
    return publication.log().count("The clock jumped by")


def test_a_running_job_is_neither_lost_nor_run_twice_when_the_clock_goes_forward(
    publication: Publication, clock: Clock, tmp_path: Path
) -> None:
    notes, release = tmp_path / "notes", tmp_path / "release"
    publication.start_worker("--threads", "2")
    errands.wait_for.enqueue(path=str(notes), word="long", until=str(release))
    wait_until(lambda: len(noted(notes)) == 1, "the long job")
    clock.set(HOURS)
    wait_until(lambda: jumps(publication) == 1, "the worker to notice")
    errands.write.enqueue(path=str(notes), word="other")
    wait_until(lambda: "other" in noted(notes), "work on the new clock")
    release.touch()
    wait_until(lambda: not Job.objects.exists(), "the end of the long job")
    assert [line.split()[0] for line in noted(notes)] == ["long", "other", "long"], publication.log()


def test_work_and_schedules_do_not_wait_for_the_old_time_when_the_clock_goes_back(
    publication: Publication, clock: Clock, tmp_path: Path
) -> None:
    notes, release = tmp_path / "notes", tmp_path / "release"
    clock.set(HOURS)
    first = publication.start_worker("--with-schedules", "--threads", "2")
    now = timezone.now()
    wait_until(lambda: ScheduledRun.objects.pending().filter(is_recurring=True).count() > 3, "the schedules")
    assert not ScheduledRun.objects.pending().filter(is_recurring=True, due_at__lt=now + timedelta(hours=1)).exists()
    errands.wait_for.enqueue(path=str(notes), word="long", until=str(release))
    wait_until(lambda: len(noted(notes)) == 1, "the long job")
    # Put down by a process on the clock as it was, a moment before it is set right.
    waiting = errands.write.enqueue(path=str(notes), word="due")
    Job.objects.filter(pk=waiting.id).update(due_at=now + timedelta(hours=HOURS, seconds=-1), queue="nobody's")
    later = errands.write.enqueue(path=str(notes), word="later")
    Job.objects.filter(pk=later.id).update(due_at=now + timedelta(hours=HOURS + 2))
    clock.set(0)
    wait_until(lambda: jumps(publication) == 1, "the worker to notice")
    # Its lease is as long as ever on the new clock: whoever is killed now is missed in a minute, not in five hours.
    wait_until(
        lambda: Job.objects.get(state=JobState.RUNNING).lease_until < timezone.now() + timedelta(minutes=2), "the lease"
    )
    Job.objects.filter(pk=waiting.id).update(queue="default")
    wait_until(lambda: "due" in noted(notes), "what was due before")
    # What looks each minute for articles that come due looks again within minutes.
    soon = timezone.now() + timedelta(minutes=10)
    minutely = ScheduledRun.objects.pending().filter(is_recurring=True, due_at__lt=soon)
    wait_until(minutely.exists, "the next minute's schedule")
    assert "articles.publish_due" in schedules._recurrences
    assert Job.objects.get(pk=later.id).state == JobState.WAITING
    release.touch()
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    assert [line.split()[0] for line in noted(notes)] == ["long", "due", "long"], publication.log()
