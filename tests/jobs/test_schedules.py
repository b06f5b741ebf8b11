"""Due times fire once; missed ones are made up once; rhythms follow the clock on the wall."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from freiblatt.jobs import rhythms, schedules, turns, worker
from freiblatt.jobs.models import Job, ScheduledRun
from tests.jobs import errands

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_recurs(monkeypatch):
    """Leave out the schedules of the rooms."""
    monkeypatch.setattr(schedules, "_recurrences", {})


def in_an_hour() -> datetime:
    return timezone.now() + timedelta(hours=1)


def let_time_pass(*, days: int = 3) -> None:
    for run in ScheduledRun.objects.pending():
        ScheduledRun.objects.filter(pk=run.pk).update(due_at=run.due_at - timedelta(days=days))


def test_due_time_fires_once_when_it_has_come(tmp_path):
    path = tmp_path / "notes"
    schedules.at(name="publish 7", due=in_an_hour(), job=errands.write, kwargs={"path": str(path), "word": "out"})
    assert worker.run_waiting() == 0

    let_time_pass()

    assert worker.run_waiting() == 1
    assert worker.run_waiting() == 0
    assert errands.noted(path) == ["out"]


def test_due_time_of_a_transaction_that_is_rolled_back_does_not_exist():
    with transaction.atomic():
        schedules.at(name="publish 7", due=timezone.now(), job=errands.nightly)
        transaction.set_rollback(True)

    assert worker.run_waiting() == 0


def test_same_name_and_due_time_is_one_run_with_the_latest_arguments(tmp_path):
    path, due = tmp_path / "notes", timezone.now()
    for word in ("old", "new"):
        schedules.at(name="publish 7", due=due, job=errands.write, kwargs={"path": str(path), "word": word})
    worker.run_waiting()
    schedules.at(name="publish 7", due=due, job=errands.write, kwargs={"path": str(path), "word": "late"})
    worker.run_waiting()

    assert errands.noted(path) == ["new"]


def test_cancelled_due_time_does_not_fire():
    due = timezone.now()
    schedules.at(name="publish 7", due=due, job=errands.nightly)
    schedules.at(name="publish 7", due=in_an_hour(), job=errands.nightly)

    assert schedules.cancel(name="publish 7", due=due) == 1

    assert worker.run_waiting() == 0
    assert ScheduledRun.objects.count() == 1
    assert schedules.cancel(name="publish 7") == 1


def test_job_that_is_queued_can_still_be_cancelled_one_that_has_started_cannot():
    schedules.at(name="publish 7", due=timezone.now(), job=errands.nightly)
    schedules.at(name="publish 8", due=timezone.now(), job=errands.nightly)
    schedules.fire_due()

    assert schedules.cancel(name="publish 7") == 1
    assert turns.take_turn(queues=["default"], worker="rosa", lease_seconds=60)
    assert schedules.cancel(name="publish 8") == 0


def test_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        schedules.at(name="publish 7", due=datetime(2026, 1, 1, 6), job=errands.nightly)  # noqa: DTZ001


def test_recurring_schedule_makes_up_for_missed_runs_by_one():
    schedules.every(rhythms.daily(time(3)), name="nightly", job=errands.nightly)
    assert schedules.plan_recurring(is_start=True) == 1
    assert worker.run_waiting() == 0  # it is new: nothing was missed

    let_time_pass()

    assert worker.run_waiting() == 1
    assert worker.run_waiting() == 0
    assert ScheduledRun.objects.pending().get().due_at > timezone.now()
    assert schedules.plan_recurring() == 0


def test_recurring_job_that_still_waits_is_not_queued_a_second_time():
    schedules.every(rhythms.daily(time(3)), name="nightly", job=errands.nightly)
    schedules.plan_recurring()
    for days in (4, 3):
        let_time_pass(days=days)
        assert schedules.fire_due() == 1

    assert Job.objects.count() == 1


def test_start_follows_a_new_release():
    schedules.every(rhythms.daily(time(3)), name="nightly", job=errands.nightly)
    schedules.every(rhythms.daily(time(3)), name="dropped", job=errands.nightly)
    schedules.plan_recurring(is_start=True)
    del schedules._recurrences["dropped"]
    schedules.every(rhythms.minutely(7), name="nightly", job=errands.nightly)

    schedules.plan_recurring(is_start=True)

    run = ScheduledRun.objects.get()
    assert run.name == "nightly"
    assert run.due_at - timezone.now() <= timedelta(minutes=7)


def test_name_belongs_to_one_job():
    schedules.every(rhythms.daily(time(3)), name="nightly", job=errands.nightly)
    with pytest.raises(ValueError, match="nightly"):
        schedules.every(rhythms.daily(time(3)), name="nightly", job=errands.fail)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("rhythm", "after", "due"),
    [
        (rhythms.daily(time(6)), "2026-01-10T05:59+01:00", "2026-01-10T06:00+01:00"),
        (rhythms.daily(time(6)), "2026-01-10T06:00+01:00", "2026-01-11T06:00+01:00"),
        (rhythms.daily(time(6)), "2026-03-28T12:00+01:00", "2026-03-29T06:00+02:00"),
        (rhythms.daily(time(2, 30)), "2026-03-28T12:00+01:00", "2026-03-29T03:30+02:00"),  # skipped by the clock
        (rhythms.daily(time(2, 30)), "2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00"),
        (rhythms.daily(time(2, 30)), "2026-10-25T01:00+02:00", "2026-10-25T02:30+02:00"),  # shown twice
        (rhythms.daily(time(2, 30)), "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),
        (rhythms.weekly(0, time(8)), "2026-11-23T08:00+01:00", "2026-11-30T08:00+01:00"),
        (rhythms.monthly(1, time(0, 5)), "2026-01-01T00:05+01:00", "2026-02-01T00:05+01:00"),
        (rhythms.minutely(10), "2026-11-23T08:00:01+01:00", "2026-11-23T08:10+01:00"),
        (rhythms.minutely(10), "2026-11-23T08:10+01:00", "2026-11-23T08:20+01:00"),
    ],
)
def test_rhythm(rhythm, after, due):
    assert rhythm(moment(after)) == moment(due)
    assert rhythm(moment(after).astimezone(UTC)).tzinfo == UTC


@pytest.mark.parametrize(("make", "argument"), [(rhythms.weekly, 7), (rhythms.monthly, 29), (rhythms.monthly, 0)])
def test_day_that_does_not_exist_is_refused(make, argument):
    with pytest.raises(ValueError, match=str(argument)):
        make(argument, time(3))
