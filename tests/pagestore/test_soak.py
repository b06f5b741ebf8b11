"""A handful of kills of `make soak`."""

from pathlib import Path

import pytest
from django.db import connection

from bench.soak import Soak
from tests.conftest import kept_database

pytestmark = pytest.mark.process


def test_random_kills_of_a_busy_newsroom_leave_no_outdated_page(tmp_path: Path, django_db_setup: None) -> None:
    connection.close()
    with kept_database(tmp_path) as (_, url), Soak(tmp_path, workers=2, database_url=url) as soak:
        for _ in soak.kills(3, seed=20250815):
            pass
        assert soak.outdated == []
        assert min(soak.files, soak.answers) > 0
