"""Strangers may do things only so often, however many processes answer them."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from freiblatt.lib import limits
from freiblatt.lib.limits import BUCKETS, ENTRIES_PER_BUCKET, SIZE, Counters

SECRET = b"secret"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counters(tmp_path: Path, clock: Clock):
    made = Counters(tmp_path / "limits", SECRET, clock)
    yield made
    made.close()


def three_a_minute(counters: Counters, who: str = "rosa") -> float:
    return counters.take(who, step=20, window=60)


def test_so_many_are_allowed_and_the_next_is_told_how_long_to_wait(counters: Counters, clock: Clock) -> None:
    assert [three_a_minute(counters) for _ in range(4)] == [0, 0, 0, 20]

    clock.now += 19
    assert three_a_minute(counters) == 1
    clock.now += 1
    assert three_a_minute(counters) == 0
    assert three_a_minute(counters) == 20


def test_refused_tries_do_not_lengthen_the_wait(counters: Counters, clock: Clock) -> None:
    for _ in range(3):
        three_a_minute(counters)
    assert {three_a_minute(counters) for _ in range(50)} == {20}


def test_rest_fills_the_bucket_and_no_more(counters: Counters, clock: Clock) -> None:
    three_a_minute(counters)
    clock.now += 100_000
    assert [three_a_minute(counters) for _ in range(4)] == [0, 0, 0, 20]


def test_one_does_not_pay_for_another(counters: Counters) -> None:
    for _ in range(3):
        three_a_minute(counters)
    assert three_a_minute(counters, "karl") == 0


def test_clock_that_steps_back_keeps_nobody_longer_than_the_window(counters: Counters, clock: Clock) -> None:
    for _ in range(3):
        three_a_minute(counters)
    clock.now -= 1_000_000
    assert three_a_minute(counters) == 20


def test_next_process_goes_on_counting(tmp_path: Path, counters: Counters, clock: Clock) -> None:
    for _ in range(3):
        three_a_minute(counters)
    other = Counters(tmp_path / "limits", SECRET, clock)
    assert three_a_minute(other) == 20
    assert three_a_minute(other, "karl") == 0
    assert [three_a_minute(counters, "karl") for _ in range(3)] == [0, 0, 20]
    other.close()


def test_file_names_nobody_and_keeps_its_size(tmp_path: Path, counters: Counters) -> None:
    for number in range(500):
        three_a_minute(counters, f"203.0.113.{number}")
    data = (tmp_path / "limits").read_bytes()
    assert len(data) == SIZE
    assert b"203.0" not in data


@pytest.mark.parametrize("found", [b"", b"something else", b"FBLIMIT\0" + bytes(SIZE - 8), bytes(SIZE * 2)])
def test_foreign_file_is_made_anew(tmp_path: Path, found: bytes, clock: Clock) -> None:
    (tmp_path / "limits").write_bytes(found)
    made = Counters(tmp_path / "limits", SECRET, clock)
    assert [three_a_minute(made) for _ in range(4)] == [0, 0, 0, 20]
    made.close()


def test_flood_of_callers_forgets_and_never_refuses_the_innocent(counters: Counters, clock: Clock) -> None:
    for number in range(BUCKETS * ENTRIES_PER_BUCKET // 8):
        assert three_a_minute(counters, f"flood {number}") == 0
    assert three_a_minute(counters, "an innocent") == 0


def test_threads_count_together(counters: Counters) -> None:
    allowed: list[float] = []

    def go() -> None:
        allowed.extend(wait for wait in [counters.take("all", step=1, window=100) for _ in range(50)] if wait == 0)

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 100


@pytest.mark.process
def test_processes_count_together(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from freiblatt.lib.limits import Counters;"
        "made = Counters(Path(sys.argv[1]), b's', lambda: 1e9);"
        "print(sum(made.take('all', step=1, window=100) == 0 for _ in range(400)))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "limits")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert sum(int(process.communicate()[0]) for process in processes) == 100


def test_without_a_file_this_process_counts_alone(clock: Clock) -> None:
    counters = Counters(None, SECRET, clock)
    assert [three_a_minute(counters) for _ in range(4)] == [0, 0, 0, 20]
    counters.close()


def test_scopes_are_counted_apart() -> None:
    assert limits.take("letters", "limits-test", most=1, per_seconds=3600) == 0
    assert limits.take("comments", "limits-test", most=1, per_seconds=3600) == 0
    assert 3500 < limits.take("letters", "limits-test", most=1, per_seconds=3600) <= 3600


def test_counts_can_be_forgotten() -> None:
    assert limits.take("letters", "limits-test", most=1, per_seconds=3600) == 0
    limits.start_over()
    assert limits.take("letters", "limits-test", most=1, per_seconds=3600) == 0


@pytest.mark.parametrize(("most", "per_seconds"), [(0, 60), (1, 0)])
def test_limits_of_nothing_are_a_mistake(most: int, per_seconds: int) -> None:
    with pytest.raises(ValueError, match="expected more than nothing"):
        limits.take("x", "y", most=most, per_seconds=per_seconds)
