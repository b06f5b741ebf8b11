"""An upgrade and a move of the database are alone with the publication, to their very end."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from freiblatt import config
from freiblatt.config import Config
from freiblatt.lib.presence import nobody_at_work
from freiblatt.pagestore import database
from freiblatt.upkeep.actions.alone import NotAloneError, quite_alone
from tests.conftest import ROOT
from tests.processes import Processes, end, environment_of, free_port, wait_until
from tests.upkeep.newspaper import new_database, some_postgres

pytestmark = pytest.mark.process


@pytest.fixture
def processes(publication: Config) -> Iterator[Processes]:
    publication.make_directories()
    found = Processes(
        publication.directory, environment_of(publication.directory, database_url=publication.database_url)
    )
    yield found
    found.end()


def test_an_upgrade_and_a_move_wait_for_the_worker_to_be_stopped(publication: Config, processes: Processes) -> None:
    worker = processes.start("freiblatt", "worker")
    wait_until(lambda: "Job worker" in processes.log() or worker.poll() is not None, "the worker")
    elsewhere = "sqlite:///x.sqlite3" if publication.sqlite_path is None else "postgresql://127.0.0.1:1/x"
    for words in (["upgrade"], ["move-database", elsewhere]):
        refused = subprocess.run(
            [sys.executable, "-m", "freiblatt", *words],
            env=processes.environment, cwd=publication.directory, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert refused.returncode == 1, refused.stdout
        assert f"`freiblatt worker` runs here (process {worker.pid})" in refused.stderr
    assert not (publication.directory / "backups").exists()

    worker.terminate()
    worker.wait()
    with quite_alone(publication):
        pass


def test_no_worker_starts_while_somebody_wants_to_be_alone(publication: Config, processes: Processes) -> None:
    with nobody_at_work(publication):
        assert processes.start("freiblatt", "worker").wait() == 1
    assert "an upgrade or a move of the database is under way here (process " in processes.log()


def test_programs_on_other_machines_are_told_of(publication: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    with some_postgres() as server:
        url = new_database(server, "others")
        monkeypatch.setenv("FREIBLATT_DATABASE_URL", url)
        here = config.read(publication.directory)
        here.make_directories()
        assert database.other_programs(here) == []
        with closing(psycopg.connect(url, application_name="freiblatt web2")):
            (told,) = database.other_programs(here)
            assert told.startswith("web2 (")
            with (
                pytest.raises(NotAloneError, match=r"web2 \(.*Stop servers and workers on all machines"),
                quite_alone(here),
            ):
                pytest.fail("somebody else is connected")
        with closing(psycopg.connect(url, application_name="psql")), quite_alone(here):
            pass


#: Ends as a killed process does in the moment before the new database is named.
KILLED = """
import os, signal, sqlite3, sys
from freiblatt.upkeep.actions import moving
def die(path, key, value):
    if old := os.environ.pop("OLD", ""):
        try:
            with sqlite3.connect(old, timeout=0) as connection:
                connection.execute("DELETE FROM django_session")
            print("written")
        except sqlite3.OperationalError as error:
            print(error, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
moving.write_key = die
from freiblatt.cli.console import run
run(sys.argv[1:])
"""


def test_a_move_that_is_killed_in_its_last_moment_is_given_again(publication: Config) -> None:
    """Until then nobody can write to the old database, which would be lost."""
    if publication.sqlite_path is None:
        pytest.skip("both ways are gone from SQLite")
    toml = publication.directory / "freiblatt.toml"
    with toml.open("a") as file:
        file.write(f'database_url = "{publication.database_url}"\n')
    environment = environment_of(publication.directory, database_url="")
    del environment["FREIBLATT_DATABASE_URL"]

    def freiblatt(*start: str, old: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *start], env={**environment, "OLD": old}, cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    with some_postgres() as server:
        there = new_database(server, "moved")
        back = f"sqlite:///{publication.directory / 'back.sqlite3'}"
        for url, old in ((there, str(publication.sqlite_path)), (back, "")):
            before = toml.read_text()
            killed = freiblatt("-c", KILLED, "move-database", url, old=old)
            assert killed.returncode == -9, killed.stderr
            assert ("database is locked" in killed.stdout) is bool(old)
            assert toml.read_text() == before

            done = freiblatt("-m", "freiblatt", "move-database", url)
            assert done.returncode == 0, done.stderr
            assert f'database_url = "{url}"' in toml.read_text()
    with closing(sqlite3.connect(publication.directory / "back.sqlite3")) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert "freiblatt_moved" not in names


#: Ends as a killed process does in the moment after the new database was named.
KILLED_LATER = """
import os, signal, sys
from freiblatt.upkeep.actions import moving
name = moving.write_key
def name_and_die(*words):
    name(*words)
    os.kill(os.getpid(), signal.SIGKILL)
moving.write_key = name_and_die
from freiblatt.cli.console import run
run(sys.argv[1:])
"""


def test_a_database_that_was_served_is_no_copy_of_a_killed_move(publication: Config) -> None:
    if publication.sqlite_path is None:
        pytest.skip("the way goes from SQLite to PostgreSQL")
    toml = publication.directory / "freiblatt.toml"
    with toml.open("a") as file:
        file.write(f'database_url = "{publication.database_url}"\n')
    before = toml.read_text()
    environment = environment_of(publication.directory, database_url="")
    del environment["FREIBLATT_DATABASE_URL"]
    environment["FREIBLATT_SERVER_PORT"] = str(free_port())
    with some_postgres() as server:
        url = new_database(server, f"named_{os.getpid()}")
        killed = subprocess.run(
            [sys.executable, "-c", KILLED_LATER, "move-database", url], env=environment, cwd=ROOT, check=False,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert killed.returncode == -9
        assert f'database_url = "{url}"' in toml.read_text()
        with psycopg.connect(url, autocommit=True) as connection:
            marks = "SELECT to_regclass('freiblatt_moved')"
            assert connection.execute(marks).fetchone() == ("freiblatt_moved",)
            serving = subprocess.Popen(
                [sys.executable, "-m", "freiblatt", "serve"], env=environment, cwd=ROOT,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                wait_until(
                    lambda: serving.poll() is not None or connection.execute(marks).fetchone() == (None,), "the mark"
                )
                assert serving.poll() is None
            finally:
                end(serving)
        # Somebody goes back to the old database, and moves once more.
        toml.write_text(before)
        again = subprocess.run(
            [sys.executable, "-m", "freiblatt", "move-database", url], env=environment, cwd=ROOT, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert again.returncode == 1, again.stdout
        assert "expected an empty one. Nothing was changed." in again.stderr


def test_somebody_elses_database_is_not_taken_for_a_killed_move(publication: Config, tmp_path: Path) -> None:
    from freiblatt.upkeep.rows.sqlite import is_moved_sqlite, mark_moved_sqlite, unmark_sqlite

    path = tmp_path / "other.sqlite3"
    sqlite3.connect(path).close()
    path.touch()
    mark_moved_sqlite(path, "theirs")
    assert not is_moved_sqlite(path, "ours")
    assert is_moved_sqlite(path, "theirs")
    unmark_sqlite(path)
    assert not is_moved_sqlite(path, "theirs")
