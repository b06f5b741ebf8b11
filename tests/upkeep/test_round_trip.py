"""Backup, wreck, restore: the same pages byte for byte, on both databases and across them."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.processes import free_port, need
from tests.upkeep.newspaper import Newsroom

pytestmark = pytest.mark.process

Pages = dict[str, tuple[int, bytes]]


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return Newsroom(tmp_path_factory.mktemp("newsroom"), free_port())


@pytest.fixture(scope="module")
def demo(newsroom: Newsroom) -> Path:
    """A publication on SQLite."""
    return newsroom.make("demo")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server's first database, which is empty."""
    try:
        postgres.programs()
    except postgres.PostgresError:
        need("PostgreSQL's server", is_there=False)
    with postgres.running() as address:
        yield address


def new_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as session:
        session.execute(f'CREATE DATABASE "{name}"')
    return server.rpartition("/")[0] + f"/{name}"


def read(newsroom: Newsroom, directory: Path) -> Pages:
    """Return what readers get of the publication in `directory`."""
    with newsroom.serving(directory):
        return newsroom.crawl()


def assert_same(pages: Pages, before: Pages) -> None:
    assert sorted(pages) == sorted(before)
    assert [path for path in before if pages[path] != before[path]] == []


def test_backup_wreck_and_restore_give_the_same_pages_wherever_the_database_goes(
    newsroom: Newsroom, demo: Path, server: str
) -> None:
    directory, backup = newsroom.folder / "blatt", newsroom.folder / "1.tar"
    shutil.copytree(demo, directory, symlinks=True)
    with newsroom.serving(directory):
        before = newsroom.crawl()
        newsroom.done("backup", str(backup), directory=directory)
    assert len(before) > 60
    assert {status for path, (status, _body) in before.items() if path != "/there-is-no-such-page/"} == {200}
    assert sum(path.startswith("/media/") for path in before) > 10

    # SQLite to SQLite, into the very place of the one that was lost.
    shutil.rmtree(directory)
    newsroom.done("restore", str(backup), str(directory))
    assert_same(read(newsroom, directory), before)

    # SQLite to PostgreSQL.
    second = newsroom.folder / "second"
    newsroom.done("restore", str(backup), str(second), "--database-url", new_database(server, "second"))
    assert_same(read(newsroom, second), before)

    # PostgreSQL to PostgreSQL.
    third, backup = newsroom.folder / "third", newsroom.folder / "2.tar"
    with newsroom.serving(second):
        newsroom.done("backup", str(backup), directory=second)
    newsroom.done("restore", str(backup), str(third), "--database-url", new_database(server, "third"))
    assert_same(read(newsroom, third), before)

    # PostgreSQL to SQLite.
    fourth = newsroom.folder / "fourth"
    newsroom.done("restore", str(backup), str(fourth), "--database-url", "sqlite:///freiblatt.sqlite3")
    assert_same(read(newsroom, fourth), before)


def test_moving_the_database_there_and_back_gives_the_same_pages(newsroom: Newsroom, demo: Path, server: str) -> None:
    directory = newsroom.folder / "moving"
    shutil.copytree(demo, directory, symlinks=True)
    toml = directory / "freiblatt.toml"
    written = toml.read_text()
    with newsroom.serving(directory):
        before = newsroom.crawl()
        refused = newsroom.freiblatt("move-database", new_database(server, "moved"), directory=directory)
        assert refused.returncode == 1
        assert "another `freiblatt serve` runs here" in refused.stderr
        assert toml.read_text() == written

    there = server.rpartition("/")[0] + "/moved"
    newsroom.done("move-database", there, directory=directory)
    assert f'database_url = "{there}"' in toml.read_text()
    assert [line for line in toml.read_text().splitlines() if "database_url" not in line] == [
        line for line in written.splitlines() if "database_url" not in line
    ]
    assert_same(read(newsroom, directory), before)

    newsroom.done("move-database", "sqlite:///back.sqlite3", directory=directory)
    assert_same(read(newsroom, directory), before)
    again = newsroom.freiblatt("move-database", there, directory=directory)
    assert (again.returncode, "expected an empty one" in again.stderr) == (1, True)


def test_a_backup_while_pages_change_is_of_one_moment(newsroom: Newsroom, demo: Path) -> None:
    directory = newsroom.folder / "changing"
    shutil.copytree(demo, directory, symlinks=True)
    with newsroom.serving(directory), newsroom.changing(directory) as hand:
        for number in range(3):
            newsroom.done("backup", str(newsroom.folder / f"changing-{number}.tar"), directory=directory)
        assert hand.poll() is None
    for number in range(3):
        place = newsroom.folder / f"restored-{number}"
        newsroom.done("restore", str(newsroom.folder / f"changing-{number}.tar"), str(place))
        with ExitStack() as stack:
            stack.enter_context(newsroom.serving(place))
            pages = newsroom.crawl()
        versions = {int(version) for _status, body in pages.values() for version in re.findall(rb"Fassung (\d+)", body)}
        assert len(versions) == 1, versions
        assert [path for path, (status, _body) in pages.items() if status >= 500] == []
