"""`freiblatt move-database`: the same pages from the other kind of database."""

from pathlib import Path

import pytest

from tests.upkeep.newspaper import Newsroom, assert_same, new_database, some_postgres, stage_server

pytestmark = pytest.mark.process


def test_moving_the_database_gives_the_same_pages_and_only_stopped_and_only_into_an_empty_one(
    tmp_path: Path, django_db_setup: None
) -> None:
    newsroom = Newsroom(tmp_path)
    directory = newsroom.demo_of_this_stage("moving")
    toml = directory / "freiblatt.toml"
    written = toml.read_text()
    with some_postgres() as server:
        there = "sqlite:///moved.sqlite3" if stage_server() else new_database(server, "moved")
        with newsroom.serving(directory):
            before = newsroom.sample()
            refused = newsroom.freiblatt("move-database", there, directory=directory)
            assert refused.returncode == 1
            assert "another `freiblatt serve` runs here" in refused.stderr
            assert toml.read_text() == written
        assert len(before) > 15

        newsroom.done("move-database", there, directory=directory)
        assert f'database_url = "{there}"' in toml.read_text()
        assert [line for line in toml.read_text().splitlines() if "database_url" not in line] == [
            line for line in written.splitlines() if "database_url" not in line
        ]
        with newsroom.serving(directory):
            assert_same(newsroom.sample(), before)
        assert newsroom.noted(directory)[-1:] == ["upkeep.move"]

        toml.write_text(written)
        again = newsroom.freiblatt("move-database", there, directory=directory)
        expected = "there is a file already" if stage_server() else "expected an empty one"
        assert (again.returncode, expected in again.stderr) == (1, True)
