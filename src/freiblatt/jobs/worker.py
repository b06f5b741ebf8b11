"""The process that does the work: `freiblatt worker`, and the child of `freiblatt serve`.

One thread (the caller's) looks once a second for what is ready, due or abandoned, and wakes the others, which take and
run jobs; another keeps the leases of running jobs alive. Looking takes no lock and writes nothing.
"""

import logging
import os
import random
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone, translation
from django_tasks.base import TaskContext, TaskResult, TaskResultStatus
from django_tasks.signals import task_finished, task_started
from django_tasks.utils import normalize_json

from freiblatt.jobs import schedules, turns
from freiblatt.jobs.backend import JobBackend
from freiblatt.jobs.models import Job, JobState
from freiblatt.jobs.turns import ResultError, TooLongError, Turn

logger = logging.getLogger(__name__)

QUEUES = ("urgent", "default", "bulk")
POLL_SECONDS = 1.0
PLAN_SECONDS = 60.0  # how often the rows of recurring schedules are looked after
JUMP_SECONDS = 10.0  # time services move a clock by less, and slowly; leases are four times as long
LEASE_SECONDS = 40.0  # four missed signs of life; SQLite's own wait for a lock is 5 s
STOP_SECONDS = 20.0  # service managers kill after 30 s or more
LONGEST_PAUSE_SECONDS = 30.0  # between tries to reach a lost database

EXIT_WORN = 75  # EX_TEMPFAIL: start me again


class QueueError(Exception):
    """The worker was asked for a queue that does not exist."""


@dataclass
class Running:
    """A turn that a thread of this process is at."""

    turn: Turn
    since: float = field(default_factory=time.monotonic)


class Worker:
    """Runs jobs until it is told to stop."""

    def __init__(
        self,
        *,
        queues: list[str] | None = None,
        threads: int = 2,
        lease_seconds: float = LEASE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        self.queues = [queue for queue in QUEUES if queues is None or queue in queues]
        if unknown := set(queues or ()) - set(QUEUES):
            raise QueueError(f"queue: seen {sorted(unknown)}, expected any of {', '.join(QUEUES)}.")
        self.machine = socket.gethostname()[:40]
        self._clocks_apart = time.time() - time.monotonic()
        self.name = f"{self.machine}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.lease_seconds = lease_seconds
        self.poll_seconds = poll_seconds
        self.stop_seconds = stop_seconds
        self.running: dict[uuid.UUID, Running] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._work = threading.Event()
        self._is_over = threading.Event()
        self._is_worn = False
        self._threads = [
            threading.Thread(target=self._take_turns, args=(queues_of_thread,), name=f"jobs-{number}", daemon=True)
            for number, queues_of_thread in enumerate(self.shares(threads))
        ]

    def shares(self, threads: int) -> list[list[str]]:
        """Return the queues of each thread: who serves urgent work and others keeps one thread for urgent work alone.

        Of several other threads one never takes bulk work, so that a hundred pictures do not hold up the rest either.
        """
        shares = [list(self.queues) for _ in range(max(threads, 1))]
        if len(shares) > 1 and len(self.queues) > 1 and "bulk" in self.queues:
            shares[0].remove("bulk")
        if "urgent" in self.queues and len(self.queues) > 1:
            shares.append(["urgent"])
        return shares

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Take no further job. A second call does not wait for the running ones either."""
        if self._stop.is_set():
            self.stop_seconds = 0
        self._stop.set()

    def run(self, *, is_needed: Callable[[], bool] = lambda: True) -> int:
        """Work until stopped, or until `is_needed()` says no; return the process's exit status."""
        logger.info("Job worker %s starts: %s.", self.name, ", ".join(self.queues))
        heart = threading.Thread(target=self._beat, name="jobs-heart", daemon=True)
        for thread in (heart, *self._threads):
            thread.start()
        self._look(is_needed)
        self._stop.set()
        self._work.set()
        is_clean = self._wait_for_threads()
        self._is_over.set()
        logger.info("Job worker %s ends.", self.name)
        connection.close()
        return EXIT_WORN if self._is_worn or not is_clean else 0

    # The caller's thread

    def _look(self, is_needed: Callable[[], bool]) -> None:
        pause = self.poll_seconds
        planned_at = None
        while not self._stop.is_set() and is_needed():
            try:
                close_old_connections()
                now = timezone.now()  # before the look at the clock: it may be set at any moment
                self._follow_clock()
                if planned_at is None or time.monotonic() - planned_at >= PLAN_SECONDS:
                    schedules.plan_recurring(is_start=planned_at is None)
                    planned_at = time.monotonic()
                schedules.fire_due()
                if count := turns.reap(now):
                    logger.warning("%d jobs were taken back from workers that vanished.", count)
                if Job.objects.ready(timezone.now()).filter(queue__in=self.queues).exists():
                    self._work.set()
                pause = self.poll_seconds
            except (DatabaseError, InterfaceError) as error:
                pause = self._recover(error, pause)
            self._stop.wait(pause)

    def _follow_clock(self) -> None:
        """Notice that somebody set the clock: it then moved otherwise than the one that nobody can set."""
        jump = (time.time() - time.monotonic()) - self._clocks_apart
        if abs(jump) < JUMP_SECONDS:
            return
        logger.warning("The clock jumped by %d seconds.", jump)
        turns.follow_clock(jump_seconds=jump, machine=self.machine, lease_seconds=self.lease_seconds)
        if jump < 0:
            schedules.follow_clock_back()
        self._clocks_apart += jump

    def _wait_for_threads(self) -> bool:
        """Wait for running jobs; hand back those that take too long. Return whether every thread has ended."""
        until = time.monotonic() + self.stop_seconds
        while any(thread.is_alive() for thread in self._threads):
            if time.monotonic() >= until or self.stop_seconds == 0:
                break
            self._work.set()  # again and again: a thread that found nothing may just have cleared it
            next(thread for thread in self._threads if thread.is_alive()).join(0.05)
        with self._lock:
            leases = list(self.running)
        if leases:
            try:
                logger.warning("%d jobs did not end in time and were handed back.", turns.hand_back(leases=leases))
            except (DatabaseError, InterfaceError) as error:
                logger.warning("Running jobs could not be handed back; their leases will run out: %s", error)
        return not leases and not any(thread.is_alive() for thread in self._threads)

    # The threads that work

    def _take_turns(self, queues: list[str]) -> None:
        pause = self.poll_seconds
        while not self._stop.is_set():
            try:
                close_old_connections()
                turn = turns.take_turn(queues=queues, worker=self.name, lease_seconds=self.lease_seconds)
                if turn:
                    self._run(turn)
                else:
                    self._work.clear()
                    self._work.wait()
                pause = self.poll_seconds
            except (DatabaseError, InterfaceError) as error:
                pause = self._recover(error, pause)
                self._stop.wait(pause)
            except Exception:
                logger.exception("The job worker met an error of its own and goes on.")
                connection.close()
                self._stop.wait(pause)
        connection.close()

    def _run(self, turn: Turn) -> None:
        with self._lock:
            self.running[turn.lease] = Running(turn)
        try:
            end = perform(turn)
            if connection.in_atomic_block:
                connection.close()  # the job left a transaction open; what it wrote there was never confirmed
            self._write_down(turn, end)
        finally:
            with self._lock:
                self.running.pop(turn.lease, None)

    def _write_down(self, turn: Turn, end: Callable[[], bool]) -> None:
        """Store how the turn ended, also when the database is away for a while; after the lease, another runs it."""
        until = time.monotonic() + self.lease_seconds
        pause = self.poll_seconds
        while True:
            try:
                if not end():
                    logger.warning("Job %s was taken over by another worker meanwhile.", turn.result.pk)
                return
            except (DatabaseError, InterfaceError) as error:
                if time.monotonic() > until:
                    raise
                pause = self._recover(error, pause)
                time.sleep(min(pause, 5))

    # The thread that keeps leases alive

    def _beat(self) -> None:
        while not self._is_over.wait(self.lease_seconds / 4):
            with self._lock:
                held = list(self.running.values())
            late = [one for one in held if time.monotonic() - one.since > one.turn.policy.limit_seconds]
            leases = [one.turn.lease for one in held if one not in late]
            try:
                close_old_connections()
                if leases:
                    turns.extend_turns(leases=leases, lease_seconds=self.lease_seconds)
                for one in late:
                    self._give_up_on(one)
            except (DatabaseError, InterfaceError) as error:
                self._recover(error, self.poll_seconds)
        connection.close()

    def _give_up_on(self, late: Running) -> None:
        """Fail a job that passed its limit. Its thread cannot be stopped, so this process makes room for another."""
        limit = late.turn.policy.limit_seconds
        turns.fail_turn(turn=late.turn, error=TooLongError(f"The job ran longer than {limit:.0f} seconds."))
        with self._lock:
            self.running.pop(late.turn.lease, None)
        self._is_worn = True
        self.stop()

    def _recover(self, error: Exception, pause: float) -> float:
        """Close this thread's connection and return how long to wait, longer each time."""
        logger.warning("The job worker lost the database and tries again: %s", error)
        connection.close()
        return min(max(pause, 0.5) * 2, LONGEST_PAUSE_SECONDS) * random.uniform(0.75, 1.0)  # noqa: S311


def perform(turn: Turn) -> Callable[[], bool]:
    """Run the job in this thread and return the verb that stores how it ended (False: the lease was lost).

    It is returned rather than called so that the caller can repeat it when the database is away.
    """
    try:
        task = turn.result.task
        task_result = turn.result.task_result
        task_started.send(sender=JobBackend, task_result=task_result)
        context = [TaskContext(task_result=cast(TaskResult, task_result))] if task.takes_context else []
        with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
            value = task.call(*context, *task_result.args, **task_result.kwargs)
    except BaseException as error:  # also SystemExit: a job must not be able to end the worker
        if isinstance(error, turn.policy.moot_on):
            logger.debug("Job %s (%s) had nothing left to do.", turn.result.pk, turn.result.task_path)
            return _success(turn, None)
        return _failure(turn, error)
    try:
        return _success(turn, normalize_json(value))
    except (TypeError, ValueError) as error:
        return _failure(turn, ResultError(f"The job did its work, but what it returned cannot be stored: {error}"))


def _success(turn: Turn, value: Any) -> Callable[[], bool]:
    def end() -> bool:
        if not turns.end_turn(turn=turn, return_value=value):
            return False
        _announce(turn, TaskResultStatus.SUCCESSFUL)
        return True

    return end


def _failure(turn: Turn, error: BaseException) -> Callable[[], bool]:
    def end() -> bool:
        state = turns.fail_turn(turn=turn, error=error)
        if state == JobState.DEAD:
            _announce(turn, TaskResultStatus.FAILED)
        return state is not None

    return end


def _announce(turn: Turn, status: str) -> None:
    try:
        turn.result.refresh_from_db()
        task_finished.send(sender=JobBackend, task_result=turn.result.task_result)
    except Exception:
        logger.exception("Job %s ended as %s, but announcing it failed.", turn.result.pk, status)


def run_waiting(*, queues: list[str] | None = None, limit: int = 10_000) -> int:
    """Run what is ready now, in this thread, one after the other, and return how many; for tests and the demo."""
    schedules.fire_due()
    for count in range(limit):
        turn = turns.take_turn(queues=queues or QUEUES, worker="here", lease_seconds=3600)
        if turn is None:
            return count
        perform(turn)()
    return limit


def main(queues: list[str] | None = None, threads: int = 2, *, parent: int | None = None) -> int:
    """Run a worker in this process until SIGTERM or SIGINT, and return its exit status; Django is set up already.

    `queues`: None for all. `threads`: jobs at once, not counting the thread kept for urgent work. `parent`: the
    process id of the server whose child this is and must not outlive. Status 0: stopped; 75: start it again.
    """
    worker = Worker(queues=queues, threads=threads)
    return serve(worker, parent=parent)


def serve(worker: Worker, *, parent: int | None = None) -> int:
    """Run this worker under the process's signals; a job that cannot be stopped does not outlive the call."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    # Named by the parent itself: it may have ended before this process came to look.
    status = worker.run(is_needed=lambda: parent is None or os.getppid() == parent)
    if status:
        logging.shutdown()
        os._exit(status if worker._is_worn else 0)  # a thread hangs in a job that was handed back
    return status
