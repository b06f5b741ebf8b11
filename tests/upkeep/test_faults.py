"""The whole program while what it stands on fails: the disk is full, the database is stopped and started."""

import contextlib
import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from freiblatt.upkeep.actions.moving import write_key
from tests import postgres
from tests.cast import PASSWORD
from tests.conftest import ask_postgres
from tests.faults import UnavailableError, fill, small_disk
from tests.processes import end, wait_until
from tests.upkeep.newspaper import HOST, Newsroom, stage_server

pytestmark = pytest.mark.process

OWNER = "import django; django.setup(); from tests.cast import make_owner; print(make_owner().email)"
#: Asks for a job and waits until a worker has done it.
WORK = """
import time
import django
django.setup()
from freiblatt.articles.actions.withholding import finish_withholding
from freiblatt.jobs.models import Job
asked = finish_withholding.enqueue()
for _ in range(1200):
    if not Job.objects.filter(pk=asked.id).exists():
        print("done")
        break
    time.sleep(0.05)
"""


def run(newsroom: Newsroom, directory: Path, script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=newsroom.environment(directory), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sign_in(newsroom: Newsroom, email: str) -> tuple[int, str]:
    """Return what a member gets who signs in: status, and when to try again."""
    asker = http.client.HTTPConnection("127.0.0.1", newsroom.port, timeout=60)
    try:
        asker.request("GET", "/admin/login/", headers={"Host": HOST})
        answer = asker.getresponse()
        page = answer.read().decode()
        if answer.status != 200:
            return answer.status, answer.headers["retry-after"] or ""
        cookie = (answer.headers["set-cookie"] or "").partition(";")[0]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        body = urlencode({"csrfmiddlewaretoken": token[1], "username": email, "password": PASSWORD})
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Host": HOST, "Cookie": cookie}
        asker.request("POST", "/admin/login/", body, kind)
        answer = asker.getresponse()
        answer.read()
        return answer.status, answer.headers["retry-after"] or ""
    finally:
        asker.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(small_disk(tmp_path / "disk", 200))
        except UnavailableError as error:
            pytest.skip(str(error))
        yield tmp_path / "disk"


@pytest.mark.skipif(bool(stage_server()), reason="PostgreSQL's own disk is another one; the round on SQLite shows it.")
def test_a_full_disk_costs_readers_nothing_and_room_on_it_needs_nobody(
    disk: Path, tmp_path: Path, django_db_setup: None
) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.folder = disk
    directory = newsroom.demo("blatt")
    newsroom.folder = tmp_path
    email = run(newsroom, directory, OWNER)
    with newsroom.serving(directory) as server:
        assert sign_in(newsroom, email)[0] == 302
        before = newsroom.sample(4)
        fill(disk / "filler")
        for path, found in before.items():
            assert newsroom.get(path)[::2] == found, path
        assert sign_in(newsroom, email)[0] == 503
        backup = newsroom.freiblatt("backup", str(disk / "backup.tar"), directory=directory)
        assert (backup.returncode, "no space left" in backup.stderr) == (1, True), backup.stderr
        (disk / "filler").unlink()
        wait_until(lambda: sign_in(newsroom, email)[0] == 302, "the newsroom to work again")
        assert newsroom.sample(4) == before
        assert server.poll() is None
    check = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])"
    found = subprocess.run(
        [sys.executable, "-c", check, str(directory / "freiblatt.sqlite3")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "ok\n"


@pytest.mark.skipif(
    not stage_server(), reason="A SQLite file has no server that stops; the round on PostgreSQL shows it."
)
def test_a_database_that_is_stopped_and_started_needs_nobody(tmp_path: Path, django_db_setup: None) -> None:
    newsroom = Newsroom(tmp_path)
    directory = newsroom.demo_of_this_stage("blatt")
    toml = directory / "freiblatt.toml"
    kept = re.search(r'^database_url = "([^"]+)"', toml.read_text(), re.MULTILINE)
    assert kept
    database = postgres.Server()
    try:
        database.make()
        dump = tmp_path / "dump"
        for command in (
            ["pg_dump", "-Fc", "-f", str(dump), "-d", kept[1]],
            ["pg_restore", "--no-owner", "-d", database.address, str(dump)],
        ):
            subprocess.run([str(database.bin_folder / command[0]), *command[1:]], check=True, capture_output=True)
        ask_postgres(f'DROP DATABASE "{kept[1].rpartition("/")[2]}" WITH (FORCE)')
        write_key(toml, "database_url", database.address)
        with newsroom.serving(directory) as server:
            with (tmp_path / "worker.log").open("wb") as log:
                worker = subprocess.Popen(
                    [sys.executable, "-m", "freiblatt", "worker"],
                    env=newsroom.environment(directory), stdout=log, stderr=log,
                )  # fmt: skip
            try:
                assert run(newsroom, directory, WORK) == "done"
                before = newsroom.sample(4)
                database.stop()
                for path, found in before.items():
                    if found[0] == 200:
                        assert newsroom.get(path)[::2] == found, path
                assert newsroom.get("/healthz")[0] == 503
                status, _kind, _body = newsroom.get("/nobody-asked-for-this-before/")
                assert status == 503
                wait_until(
                    lambda: b"lost the database" in (tmp_path / "worker.log").read_bytes(), "the worker to notice"
                )
                database.start()
                wait_until(newsroom.answers, "the database to be seen again")
                assert newsroom.get("/nobody-asked-for-this-before/")[0] == 404
                assert run(newsroom, directory, WORK) == "done"
                assert (server.poll(), worker.poll()) == (None, None)
            finally:
                end(worker)
    finally:
        database.remove()
