"""Real processes: started, asked, killed."""

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connection

from tests.conftest import PATHS, kept_database

WAIT_SECONDS = 60  # a bound for a loaded machine, never a pace


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Return when the condition holds; fail the test when it does not within a minute."""
    until = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < until, f"waited {WAIT_SECONDS} s for {what}"
        time.sleep(0.02)


class Processes:
    """A publication's directory, and the processes that work on it."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        self.environment = environment
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a process; its output is collected in `log`."""
        with (self.directory / "log").open("ab") as log:
            options = {"stdout": log, "stderr": log} | options
            process = subprocess.Popen(command, cwd=self.directory, env=self.environment, **options)
        self.processes.append(process)
        return process

    def start(self, *module: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a module of Python's with its arguments, as `run` does."""
        return self.run(sys.executable, "-m", *module, **options)

    def end(self) -> None:
        """Kill what still runs."""
        for process in self.processes:
            end(process)

    def log(self) -> str:
        """Return what the processes said."""
        path = self.directory / "log"
        return path.read_text(encoding="utf-8") if path.exists() else ""


@contextmanager
def publication_directory(directory: Path, blocker: Any, **facts: str | int | bool) -> Iterator[str]:
    """Make a publication with these facts in `directory`; give the address of its migrated database.

    This process looks at that database too, without a transaction round the test. `blocker` is `django_db_blocker`.
    """
    from django.contrib.contenttypes.models import ContentType

    directory.mkdir()
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in {"name": "Testblatt", **facts}.items()]
    (directory / "freiblatt.toml").write_text("".join(lines), encoding="utf-8")
    (directory / "secret.key").write_text(secrets.token_urlsafe(64), encoding="ascii")
    connection.close()
    tests_name = connection.settings_dict["NAME"]
    with kept_database(directory) as (name, url), blocker.unblock():
        connection.settings_dict["NAME"] = name
        # Its rows may have other ids than those of the tests' own database, whose types may be remembered.
        ContentType.objects.clear_cache()
        try:
            yield url
        finally:
            connection.close()
            connection.settings_dict["NAME"] = tests_name
            ContentType.objects.clear_cache()


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process as a machine would, its children with it."""
    if process.poll() is None:
        children = psutil.Process(process.pid).children()
        process.kill()
        process.wait()
        psutil.wait_procs(children, timeout=WAIT_SECONDS)


def environment_of(directory: Path, *, database_url: str, settings: str = "freiblatt.settings") -> dict[str, str]:
    """Return the environment of processes that work on the publication in `directory`."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("FREIBLATT_")},
        "FREIBLATT_PUBLICATION": str(directory),
        "FREIBLATT_DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": PATHS,
    }


def need(what: str, is_there: bool) -> None:
    """Skip a test whose tool is missing at a desk; where everything has to be proved, fail."""
    if is_there:
        return
    sentence = f"{what} is missing; `make test` installs it where it can."
    if os.environ.get("CI") or os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(sentence)
    pytest.skip(sentence)


class Served(Processes):
    """A publication that real processes serve and change."""

    def __init__(self, directory: Path, environment: dict[str, str], port: int) -> None:
        super().__init__(directory, environment)
        self.port = port

    def serve(self, *options: str) -> subprocess.Popen[bytes]:
        """Start a server and return when it answers."""
        server = self.start("freiblatt", "serve", *options)
        wait_until(lambda: self.answers() or server.poll() is not None, "the server")
        assert server.poll() is None, self.log()
        return server

    def answers(self) -> bool:
        """Return whether the server says that it is well."""
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def get(self, path: str, *, method: str = "GET", body: str | None = None, **headers: str) -> tuple[int, str]:
        """Ask on a fresh connection."""
        asker = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        try:
            asker.request(method, path, body, headers)
            answer = asker.getresponse()
            return answer.status, answer.read().decode()
        finally:
            asker.close()
