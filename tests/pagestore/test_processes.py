"""Real servers: started, asked, killed, started again."""

import http.client
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest
from django.db import connection

from freiblatt.pagestore.disk import LOCK_NAME
from tests.conftest import ask_postgres
from tests.pagestore.test_valkey import PROGRAM, Server
from tests.processes import (
    WAIT_SECONDS,
    Served,
    end,
    environment_of,
    free_port,
    need,
    publication_directory,
    wait_until,
)

pytestmark = pytest.mark.process


class Publication(Served):
    """One that shows values and lets them be changed (`process_urls.py`)."""

    def value(self, name: str) -> str:
        """Return the value that the reader's page shows."""
        status, text = self.get(f"/value/{name}/")
        assert status == 200, (status, text, self.log())
        return text.split(";")[0].partition("=")[2]

    def change(self, name: str, value: str, **also: str) -> None:
        body = urlencode({"value": value, **also})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, text = self.get(f"/-/value/{name}/", method="POST", body=body, **kind)
        assert (status, text) == (200, "written"), self.log()

    def change_and_die(self, name: str, value: str) -> None:
        with pytest.raises((http.client.HTTPException, OSError)):
            self.change(name, value, deadly="1")


@pytest.fixture
def publication(
    tmp_path: Path, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Publication]:
    """A real publication. This process looks at its database too, without a transaction round the test."""
    from freiblatt import config
    from freiblatt.pagestore import fingerprint, static

    directory, port = tmp_path / "publication", free_port()
    address = {"url": f"http://127.0.0.1:{port}", "server_port": port, "server_jobs": False}
    with publication_directory(directory, django_db_blocker, **address) as database_url:
        facts = config.read(directory)
        facts.static.mkdir(parents=True)
        (facts.static / static.MARK_NAME).write_text(fingerprint.of_static_files(facts))
        environment = environment_of(directory, database_url=database_url, settings="tests.pagestore.process_settings")
        one = Publication(directory, environment, port)
        try:
            yield one
        finally:
            one.end()


def workers_of(server: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(server.pid).children()


def change_elsewhere_and_die(publication: Publication, name: str, value: str) -> None:
    """Change the value in a process that is killed between commit and hook: it leaves a row in the journal."""
    script = (
        "import django; django.setup(); "
        f"from tests.pagestore.process_urls import change; change({name!r}, {value!r}, is_deadly=True)"
    )
    died = subprocess.run([sys.executable, "-c", script], env=publication.environment, check=False)
    assert died.returncode == -signal.SIGKILL


def journal_rows() -> int:
    from freiblatt.pagestore.models import StaleMark

    return StaleMark.objects.count()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_answer_is_outdated_on_any_worker(publication: Publication, workers: str) -> None:
    publication.serve("--workers", workers)
    for number in range(20):
        publication.change("a", str(number))
        assert {publication.value("a") for _ in range(6)} == {str(number)}


def test_change_in_another_process_reaches_the_server(publication: Publication) -> None:
    publication.serve("--workers", "2")
    publication.change("a", "1")
    assert publication.value("a") == "1"
    script = "import django; django.setup(); from tests.pagestore.process_urls import change; change('a', '2')"
    subprocess.run([sys.executable, "-c", script], env=publication.environment, check=True)
    assert {publication.value("a") for _ in range(12)} == {"2"}


def test_worker_killed_between_commit_and_hook_leaves_no_outdated_page(publication: Publication) -> None:
    server = publication.serve("--workers", "1")
    publication.change("a", "1")
    assert publication.value("a") == "1"
    killed = {worker.pid for worker in workers_of(server)}
    publication.change_and_die("a", "2")
    wait_until(lambda: {worker.pid for worker in workers_of(server)} - killed and publication.answers(), "a new worker")
    assert publication.value("a") == "2"


def test_surviving_worker_carries_out_what_a_killed_one_meant(publication: Publication) -> None:
    publication.serve("--workers", "1")
    publication.change("a", "1")
    assert publication.value("a") == "1"
    change_elsewhere_and_die(publication, "a", "2")
    wait_until(lambda: publication.value("a") == "2", "the sweep")


def test_start_does_not_wait_for_valkey_and_others_hear_when_it_is_back(
    publication: Publication, tmp_path: Path
) -> None:
    need("valkey-server or redis-server", PROGRAM is not None)
    port = free_port()
    publication.environment["FREIBLATT_VALKEY_URL"] = f"valkey://127.0.0.1:{port}/0"
    server = publication.serve("--workers", "1")
    for name in "ab":
        publication.change(name, "1")
        assert publication.value(name) == "1"
    end(server)
    change_elsewhere_and_die(publication, "a", "2")

    # The journal has a row, and nobody can be told of it.
    server = publication.serve("--workers", "1")
    assert publication.value("a") == "2"
    # What is left behind while nobody can be told counts here all the same.
    change_elsewhere_and_die(publication, "b", "2")
    wait_until(lambda: publication.value("b") == "2", "the sweep")
    assert journal_rows() > 0

    (worker,) = workers_of(server)
    worker.suspend()
    valkey = Server(tmp_path, port)
    try:
        other_machine = valkey.listen()
        worker.resume()
        heard: set[str] = set()
        wait_until(lambda: heard.update(other_machine()) or heard >= {"value:a", "value:b"}, "the news")
        wait_until(lambda: journal_rows() == 0, "an empty journal")
    finally:
        valkey.stop()


def test_disk_that_refuses_for_a_while_is_asked_again(publication: Publication) -> None:
    """A disk copy that cannot be removed is what a web server in front would go on sending."""
    publication.serve("--workers", "1")
    publication.change("a", "1")
    assert publication.value("a") == "1"
    lock = publication.directory / "var" / LOCK_NAME
    wait_until(lock.exists, "the first copy on disk")
    lock.unlink()
    lock.mkdir()
    change_elsewhere_and_die(publication, "a", "2")
    wait_until(lambda: "could not be carried out" in publication.log(), "the sweep to fail")
    assert journal_rows() > 0

    lock.rmdir()

    wait_until(lambda: journal_rows() == 0, "an empty journal")
    assert publication.value("a") == "2"


def test_random_kills_leave_no_outdated_page(publication: Publication) -> None:
    from tests.pagestore.process_urls import value_of

    chance = random.Random(20250815)
    for _ in range(4):
        server = publication.serve("--workers", "2")
        writer = publication.start("tests.pagestore.process_writer", stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"changed\n"
        for _ in range(chance.randrange(2, 40)):
            publication.value(chance.choice("abc"))
        for process in chance.sample([writer, server], 2):
            end(process)
        publication.serve("--workers", "2")
        for name in "abc":
            assert {publication.value(name) for _ in range(4)} == {value_of(name)}
        connection.close()
        end(publication.processes[-1])


def test_pages_are_there_before_django_is(publication: Publication) -> None:
    server = publication.serve()
    publication.change("a", "1")
    assert publication.value("a") == "1"
    wait_until(lambda: list((publication.directory / "var/pages/current/").rglob("index.page")), "the copy on disk")
    server.terminate()
    assert server.wait(WAIT_SECONDS) == 0
    # A Django that cannot be imported: what is answered now comes from disk.
    (publication.directory / "sitecustomize.py").write_text(
        "import sys, time\n"
        "class Never:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'django.core.wsgi': time.sleep(600)\n"
        "sys.meta_path.insert(0, Never())\n"
    )
    publication.environment["PYTHONPATH"] = f"{publication.directory}:{publication.environment['PYTHONPATH']}"
    publication.serve()
    assert publication.value("a") == "1"


#: A worker that finds its supervisor dead already.
LATE = """
import os, time
from freiblatt.pagestore.application import end_with
supervisor = os.getpid()
if os.fork():
    os._exit(0)
while os.getppid() == supervisor:
    time.sleep(0.01)
end_with(supervisor)
print("serves on")
"""


def test_worker_ends_though_its_supervisor_died_before_it_began() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_supervisor_and_its_processes_stay_small_and_end_together(publication: Publication) -> None:
    server = publication.serve("--workers", "2")
    # Django and Wagtail alone take more than this.
    assert psutil.Process(server.pid).memory_info().rss < 80 * 1024**2
    workers = workers_of(server)
    assert len(workers) == 2
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    _, alive = psutil.wait_procs(workers, timeout=WAIT_SECONDS)
    assert not alive
    publication.serve()


@pytest.mark.parametrize("is_same_port", [True, False])
def test_second_server_on_a_directory_is_refused(publication: Publication, is_same_port: bool) -> None:
    server = publication.serve()
    second = subprocess.run(
        [sys.executable, "-m", "freiblatt", "serve", *([] if is_same_port else ["--port", str(free_port())])],
        env=publication.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert second.returncode == 1
    assert f"another `freiblatt serve` runs here (process {server.pid})" in second.stderr
    assert publication.answers()


def test_job_workers_neither_hold_the_directory_nor_are_refused_by_it(publication: Publication) -> None:
    alone = publication.start("freiblatt", "worker")
    publication.environment["FREIBLATT_SERVER_JOBS"] = "true"
    server = publication.serve()
    (jobs,) = [child for child in workers_of(server) if "worker" in child.cmdline()]
    # One that hangs lives on when its server is killed.
    jobs.suspend()
    try:
        server.kill()
        server.wait()
        publication.serve()
        assert jobs.is_running()
        assert alone.poll() is None, publication.log()
    finally:
        jobs.kill()


def test_database_that_lacks_migrations_is_refused(publication: Publication) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'pagestore'")
    connection.close()
    refused = subprocess.run(
        [sys.executable, "-m", "freiblatt", "serve"],
        env=publication.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "pagestore.0001_initial has not been applied" in refused.stderr
    assert "freiblatt upgrade" in refused.stderr


@contextmanager
def database_away(publication: Publication) -> Iterator[None]:
    """Take the publication's database away from every process, open connections too, as long as the context lasts."""
    if connection.vendor == "sqlite":
        path = publication.directory / "freiblatt.sqlite3"
        path.rename(path.with_suffix(".away"))
        yield
        path.with_suffix(".away").rename(path)
        return
    name = connection.settings_dict["NAME"]
    ask_postgres(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    ask_postgres(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    yield
    ask_postgres(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_health_names_what_is_missing(publication: Publication) -> None:
    publication.serve()
    connection.close()
    with database_away(publication):
        status, text = publication.get("/healthz")
        assert (status, text) == (503, '{"status": "unavailable", "reason": "database"}\n')
    assert publication.get("/healthz") == (200, '{"status": "ok"}\n')


def test_lost_database_costs_readers_nothing_and_its_return_needs_nobody(publication: Publication) -> None:
    publication.serve("--workers", "1")
    publication.change("a", "1")
    assert publication.value("a") == "1"
    connection.close()
    with database_away(publication):
        assert publication.value("a") == "1"
        wait_until(lambda: "journal of the page store cannot be read" in publication.log(), "the sweep to notice")
    # Every thread of Django may hold a connection that the server of the database has ended.
    for number in range(2, 12):
        publication.change("a", str(number))
        assert publication.value("a") == str(number)
    assert publication.get("/healthz") == (200, '{"status": "ok"}\n')


def test_stopping_ends_everything_with_status_0(publication: Publication) -> None:
    server = publication.serve("--workers", "2")
    children = workers_of(server)
    server.terminate()
    assert server.wait(WAIT_SECONDS) == 0
    assert not psutil.wait_procs(children, timeout=1)[1]
    assert "Traceback" not in publication.log()
