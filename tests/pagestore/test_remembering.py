"""What a process remembers is what a kept page would show."""

from collections.abc import Callable
from contextlib import suppress
from itertools import count

import pytest
from django.db import transaction

from freiblatt.config import current
from freiblatt.pagestore.actions import mark_stale, remembered
from freiblatt.pagestore.words import Words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask() -> Callable[[], int]:
    """Ask for a number that grows with each time it is made."""
    numbers = count()
    return lambda: remembered("number", keys=["site", "front:de"], make=lambda: next(numbers))


def test_remembered_until_a_key_goes_stale(ask: Callable[[], int]) -> None:
    assert [ask(), ask()] == [0, 0]
    mark_stale(["front:en"])
    assert ask() == 0
    mark_stale(["front:de"])
    assert [ask(), ask()] == [1, 1]
    with suppress(ZeroDivisionError), transaction.atomic():
        mark_stale(["site"])
        raise ZeroDivisionError  # and nothing has changed
    assert ask() == 1
    # Another process.
    Words(current().var).mark(["site"])
    assert ask() == 2


def test_transaction_sees_its_own_change_and_nobody_else_does(ask: Callable[[], int]) -> None:
    assert ask() == 0
    with transaction.atomic():
        assert [ask(), ask()] == [1, 2]
    assert ask() == 0


def test_what_changes_while_it_is_made_is_made_again() -> None:
    numbers = count()

    def change() -> int:
        mark_stale(["site"])
        return next(numbers)

    assert [remembered("number", keys=["site"], make=change) for _time in range(3)] == [0, 1, 2]


def test_nothing_is_remembered_for_long_and_not_everything(
    ask: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("freiblatt.pagestore.remembering.MOST", 2)
    assert ask() == 0
    for name in ("a", "b"):
        remembered(name, keys=["site"], make=lambda: 0)
    assert ask() == 1
    monkeypatch.setattr("freiblatt.pagestore.remembering.LONGEST_SECONDS", 0.0)
    mark_stale(["site"])
    assert [ask(), ask()] == [2, 3]
