"""A backup that is made while somebody publishes is of one moment."""

import re
from pathlib import Path

import pytest

from tests.upkeep.newspaper import Newsroom, new_database, stage_server

pytestmark = pytest.mark.process


def test_a_backup_while_pages_change_is_of_one_moment(tmp_path: Path, django_db_setup: None) -> None:
    newsroom = Newsroom(tmp_path)
    directory = newsroom.demo_of_this_stage("changing")
    with newsroom.serving(directory), newsroom.changing(directory) as (hand, paths):
        for number in range(2):
            newsroom.done("backup", str(tmp_path / f"{number}.tar"), directory=directory)
        assert hand.poll() is None
    for number in range(2):
        place, server = tmp_path / f"restored-{number}", stage_server()
        url = new_database(server, f"moment_{number}") if server else "sqlite:///freiblatt.sqlite3"
        newsroom.done("restore", str(tmp_path / f"{number}.tar"), str(place), "--database-url", url)
        with newsroom.serving(place):
            pages = {path: newsroom.get(path) for path in paths}
        assert [path for path, (status, _kind, _body) in pages.items() if status >= 500] == []
        found = [re.findall(rb"Fassung (\d+)", body) for _status, _kind, body in pages.values()]
        assert sum(map(bool, found)) >= 4
        assert len({version for versions in found for version in versions}) == 1, found
