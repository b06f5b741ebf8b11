"""A job's life: enqueued with its cause, taken, ended, failed, tried again, dead."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from freiblatt.jobs import turns, worker
from freiblatt.jobs.actions import JobError, discard, enqueue_once, prune_results, run_again
from freiblatt.jobs.models import Job, JobState
from tests.jobs import errands

pytestmark = pytest.mark.django_db


def take(queue: str = "default") -> turns.Turn:
    turn = turns.take_turn(queues=[queue], worker="rosa", lease_seconds=60)
    assert turn is not None
    return turn


def lose_lease(turn: turns.Turn) -> None:
    Job.objects.filter(pk=turn.result.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def bring_forward() -> None:
    Job.objects.update(due_at=timezone.now())


def test_job_runs_and_leaves_its_result(tmp_path):
    enqueued = errands.write.enqueue(path=str(tmp_path / "notes"), word="hello")

    assert worker.run_waiting() == 1

    enqueued.refresh()
    assert enqueued.status == TaskResultStatus.SUCCESSFUL
    assert enqueued.return_value == "hello"
    assert errands.noted(tmp_path / "notes") == ["hello"]
    assert not Job.objects.exists()
    assert worker.run_waiting() == 0


def test_job_of_a_transaction_that_is_rolled_back_does_not_exist(tmp_path):
    with transaction.atomic():
        errands.write.enqueue(path=str(tmp_path / "notes"), word="never")
        transaction.set_rollback(True)

    assert worker.run_waiting() == 0
    assert not DBTaskResult.objects.exists()


def test_job_for_later_waits(tmp_path):
    later = timezone.now() + timedelta(hours=1)
    errands.write.using(run_after=later).enqueue(path=str(tmp_path / "notes"), word="later")

    assert worker.run_waiting() == 0
    bring_forward()
    assert worker.run_waiting() == 1


def test_higher_priority_goes_first_then_the_older_one(tmp_path):
    path = str(tmp_path / "notes")
    errands.write.enqueue(path=path, word="first")
    errands.write.enqueue(path=path, word="second")
    errands.write.using(priority=10).enqueue(path=path, word="important")

    worker.run_waiting()

    assert errands.noted(tmp_path / "notes") == ["important", "first", "second"]


def test_job_is_leased_to_one_worker_only():
    errands.nightly.enqueue()
    take()

    assert turns.take_turn(queues=["default"], worker="karl", lease_seconds=60) is None


def test_failed_job_waits_longer_each_time_and_dies_after_its_attempts():
    enqueued = errands.fail.enqueue()
    waits = []
    for _ in range(3):
        bring_forward()
        assert worker.run_waiting() == 1
        job = Job.objects.get()
        waits.append((job.due_at - job.failed_at).total_seconds())

    assert 75 <= waits[0] <= 125
    assert 225 <= waits[1] <= 375
    assert job.state == JobState.DEAD
    assert job.attempts == 3
    enqueued.refresh()
    assert enqueued.status == TaskResultStatus.FAILED
    bring_forward()
    assert worker.run_waiting() == 0


def test_failed_job_is_ready_in_the_api_until_it_is_dead():
    enqueued = errands.fail.enqueue()
    worker.run_waiting()

    enqueued.refresh()

    assert enqueued.status == TaskResultStatus.READY
    assert enqueued.attempts == 1


def test_jobs_that_collide_are_tried_again_without_a_warning(tmp_path, caplog):
    errands.collide.enqueue(path=str(tmp_path / "notes"))
    with caplog.at_level("INFO"):
        assert worker.run_waiting() == 1
        assert Job.objects.get().state == JobState.WAITING
        bring_forward()
        assert worker.run_waiting() == 1

    assert errands.noted(tmp_path / "notes") == ["collided", "done"]
    assert not Job.objects.exists()
    assert caplog.messages == []


def test_no_readers_address_is_kept_with_a_failure(caplog):
    errands.fail.enqueue()
    for _ in range(3):
        bring_forward()
        worker.run_waiting()

    job = Job.objects.select_related("result").get()

    assert job.error == "ValueError: No mailbox for <…@…>."
    assert "No mailbox for <…@…>." in job.result.traceback
    assert errands.SECRET_ADDRESS not in job.result.traceback
    assert "No mailbox" in caplog.text
    assert errands.SECRET_ADDRESS not in caplog.text


@pytest.mark.parametrize(("errand", "error"), [(errands.give_up, "GiveUp"), (errands.return_nonsense, "ResultError")])
def test_hopeless_job_is_dead_at_once(errand, error):
    errand.enqueue()

    worker.run_waiting()

    job = Job.objects.get()
    assert job.state == JobState.DEAD
    assert error in job.error


def test_job_with_nothing_left_to_do_is_over():
    enqueued = errands.find_nothing.enqueue()

    worker.run_waiting()

    enqueued.refresh()
    assert enqueued.status == TaskResultStatus.SUCCESSFUL


def test_job_that_wants_to_leave_the_process_only_fails():
    errands.leave.enqueue()

    assert worker.run_waiting() == 1

    assert Job.objects.get().error == "SystemExit: 3"


def test_job_whose_function_a_new_release_dropped_fails_visibly():
    errands.nightly.enqueue()
    DBTaskResult.objects.update(task_path="freiblatt.jobs.actions.dropped")

    worker.run_waiting()

    assert "dropped" in Job.objects.failing().get().error


def test_abandoned_job_runs_again_at_once_the_first_time():
    errands.nightly.enqueue()
    turn = take()
    assert turns.reap() == 0
    lose_lease(turn)

    assert turns.reap() == 1

    assert "rosa did not come back" in Job.objects.get().error
    assert take().attempts == 2


def test_job_that_kills_every_worker_ends_dead():
    errands.fail.enqueue()
    for _ in range(3):
        bring_forward()
        lose_lease(take())
        assert turns.reap() == 1

    assert Job.objects.get().state == JobState.DEAD


def test_worker_that_lost_its_lease_ends_nothing():
    errands.nightly.enqueue()
    outdated = take()
    lose_lease(outdated)
    turns.reap()
    present = take()

    assert turns.end_turn(turn=outdated) is False
    assert turns.fail_turn(turn=outdated, error=ValueError()) is None
    assert turns.extend_turns(leases=[outdated.lease, present.lease], lease_seconds=60) == 1
    assert turns.end_turn(turn=present) is True


def test_job_handed_back_has_not_used_an_attempt():
    errands.nightly.enqueue()

    assert turns.hand_back(leases=[take().lease]) == 1

    assert take().attempts == 1


def test_same_key_waits_once(tmp_path):
    kwargs = {"path": str(tmp_path / "notes"), "word": "once"}
    first = enqueue_once(errands.write, key="page:1", kwargs=kwargs)
    second = enqueue_once(errands.write, key="page:1", kwargs=kwargs)
    enqueue_once(errands.write, key="page:2", kwargs=kwargs)

    assert first.id == second.id
    assert worker.run_waiting() == 2


def test_job_that_has_started_does_not_count_as_waiting(tmp_path):
    kwargs = {"path": str(tmp_path / "notes"), "word": "again"}
    first = enqueue_once(errands.write, key="page:1", kwargs=kwargs)
    take()

    assert enqueue_once(errands.write, key="page:1", kwargs=kwargs).id != first.id


def test_waiting_job_is_brought_forward_never_put_off(tmp_path):
    kwargs = {"path": str(tmp_path / "notes"), "word": "soon"}
    later = timezone.now() + timedelta(hours=1)
    enqueue_once(errands.write.using(run_after=later), key="page:1", kwargs=kwargs)
    assert worker.run_waiting() == 0
    enqueue_once(errands.write, key="page:1", kwargs=kwargs)
    enqueue_once(errands.write.using(run_after=later), key="page:1", kwargs=kwargs)

    assert worker.run_waiting() == 1


def test_dead_job_runs_again_on_request():
    errands.give_up.enqueue()
    worker.run_waiting()

    run_again(job=Job.objects.get())

    assert take().attempts == 1


def test_discarded_job_is_gone():
    errands.give_up.enqueue()
    worker.run_waiting()

    discard(job=Job.objects.get())

    assert not DBTaskResult.objects.exists()


def test_running_or_ended_job_is_left_alone():
    errands.nightly.enqueue()
    job = Job.objects.get()
    turn = take()

    with pytest.raises(JobError):
        discard(job=job)
    with pytest.raises(JobError):
        run_again(job=job)
    turns.end_turn(turn=turn)
    with pytest.raises(JobError):
        run_again(job=job)


def test_old_successes_are_removed_dead_jobs_stay():
    errands.nightly.enqueue()
    errands.give_up.enqueue()
    worker.run_waiting()
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=8))
    errands.nightly.enqueue()
    worker.run_waiting()

    assert prune_results.call() == {"results": 1, "runs": 0}

    assert DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL).count() == 1
    assert Job.objects.dead().count() == 1


def test_looking_for_work_costs_one_query_a_queue(django_assert_num_queries):
    with django_assert_num_queries(3):
        assert turns.take_turn(queues=worker.QUEUES, worker="rosa", lease_seconds=60) is None


@pytest.mark.parametrize(
    ("queues", "threads", "shares"),
    [
        (None, 1, [["urgent", "default", "bulk"], ["urgent"]]),
        (None, 2, [["urgent", "default"], ["urgent", "default", "bulk"], ["urgent"]]),
        (["bulk"], 2, [["bulk"], ["bulk"]]),
        (["default", "bulk"], 2, [["default"], ["default", "bulk"]]),
        (["urgent"], 1, [["urgent"]]),
    ],
)
def test_bulk_work_never_has_all_threads(queues, threads, shares):
    assert worker.Worker(queues=queues).shares(threads) == shares


def test_unknown_queue_is_refused():
    with pytest.raises(worker.QueueError, match="slow"):
        worker.Worker(queues=["slow"])
