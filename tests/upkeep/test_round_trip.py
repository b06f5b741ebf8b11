"""Backup, wreck, restore: the same pages byte for byte, into the same kind of database and into the other one."""

import shutil
from pathlib import Path

import pytest

from tests.upkeep.newspaper import Newsroom, assert_same, new_database, some_postgres, stage_server

pytestmark = pytest.mark.process


def test_backup_wreck_and_restore_give_the_same_pages_wherever_the_database_goes(
    tmp_path: Path, django_db_setup: None
) -> None:
    newsroom, backup = Newsroom(tmp_path), tmp_path / "backup.tar"
    directory = newsroom.demo_of_this_stage("blatt")
    with newsroom.serving(directory):
        before = newsroom.crawl()
        newsroom.done("backup", str(backup), directory=directory)
    assert len(before) > 60
    assert {status for path, (status, _body) in before.items() if path != "/there-is-no-such-page/"} == {200}
    assert sum(path.startswith("/media/") for path in before) > 10
    with some_postgres() as server:
        same, other = new_database(server, "same"), "sqlite:///freiblatt.sqlite3"
        if not stage_server():
            same, other = other, same

        # Into the very place of the one that was lost, and into the same kind of database.
        shutil.rmtree(directory)
        newsroom.done("restore", str(backup), str(directory), "--database-url", same)
        with newsroom.serving(directory):
            assert_same(newsroom.crawl(), before)

        elsewhere = tmp_path / "elsewhere"
        newsroom.done("restore", str(backup), str(elsewhere), "--database-url", other)
        with newsroom.serving(elsewhere):
            assert_same(newsroom.crawl(), before)
        assert newsroom.noted(elsewhere)[-1:] == ["upkeep.restore"]
