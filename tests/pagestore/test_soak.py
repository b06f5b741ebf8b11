"""A handful of kills of `make soak`."""

from pathlib import Path

import pytest
from django.db import connection

from bench.soak import Soak
from tests.conftest import kept_database

pytestmark = pytest.mark.process


def test_random_kills_of_a_busy_newsroom_lose_nothing_and_leave_no_outdated_page(
    tmp_path: Path, django_db_setup: None
) -> None:
    connection.close()
    with kept_database(tmp_path) as (_, url), Soak(tmp_path, workers=2, database_url=url) as soak:
        for _ in soak.kills(3, seed=20250815):
            pass
        soak.finish_jobs()
        assert soak.lost == []
        assert soak.confirmed > 0
        assert soak.outdated == []
        assert min(soak.files, soak.answers) > 0
        # And what is lost would be seen.
        with soak.ledger.open("a", encoding="utf-8") as book:
            book.write("comment 0-0\nheadline 0-0\nerrand 0-0\n")
        soak.look()
        assert soak.lost == ["comment 0-0", "headline 0-0", "errand 0-0"]
