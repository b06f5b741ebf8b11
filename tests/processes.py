"""Real processes: started, asked, killed."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT

WAIT_SECONDS = 60  # a bound for a loaded machine, never a pace


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Return when the condition holds; fail the test when it does not within a minute."""
    until = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < until, f"waited {WAIT_SECONDS} s for {what}"
        time.sleep(0.02)


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
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }


def need(what: str, is_there: bool) -> None:
    """Skip a test whose tool is missing at a desk; where everything has to be proved, fail."""
    if is_there:
        return
    sentence = f"{what} is missing; `make test` installs it where it can."
    if os.environ.get("CI") or os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(sentence)
    pytest.skip(sentence)


class Served:
    """A publication that real processes serve and change."""

    def __init__(self, directory: Path, environment: dict[str, str], port: int) -> None:
        self.directory = directory
        self.environment = environment
        self.port = port
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, **options) -> subprocess.Popen[bytes]:
        """Start a process; its output is collected in `log`."""
        with (self.directory / "log").open("ab") as log:
            options = {"stdout": log, "stderr": log} | options
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=self.directory, env=self.environment, **options
            )
        self.processes.append(process)
        return process

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

    def end(self) -> None:
        """Kill what still runs."""
        for process in self.processes:
            end(process)

    def log(self) -> str:
        """Return what the processes said."""
        path = self.directory / "log"
        return path.read_text(encoding="utf-8") if path.exists() else ""
