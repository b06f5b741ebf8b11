"""A publication directory with a database of its own, and worker processes that run on it."""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import ROOT, kept_database

WAIT_SECONDS = 60  # a bound for a loaded machine, never a pace


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Return when the condition holds; fail the test when it does not within a minute."""
    until = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < until, f"waited {WAIT_SECONDS} s for {what}"
        time.sleep(0.05)


class Publication:
    """A directory with configuration, and the environment of the processes that work on it."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        self.environment = environment
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a process; its output is collected in `log`."""
        with (self.directory / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self.directory, env=self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def start_worker(self, *options: str) -> subprocess.Popen[bytes]:
        """Start a worker and return when it is at work."""
        seen = self.log().count("starts:")
        process = self.start(sys.executable, "-m", "tests.jobs.child", *options)
        wait_until(lambda: self.log().count("starts:") > seen or process.poll() is not None, "the worker's first line")
        assert process.poll() is None, self.log()
        return process

    def log(self) -> str:
        path = self.directory / "log"
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def publication(
    tmp_path: Path, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Publication]:
    """A real publication. This process looks at its database too, without a transaction round the test."""
    directory = tmp_path / "publication"
    directory.mkdir()
    (directory / "freiblatt.toml").write_text('name = "Testblatt"\n', encoding="utf-8")
    (directory / "secret.key").write_text(secrets.token_urlsafe(64), encoding="ascii")
    connection.close()
    tests_name = connection.settings_dict["NAME"]
    with kept_database(directory) as (name, url):
        environment = {
            **os.environ,
            "FREIBLATT_PUBLICATION": str(directory),
            "FREIBLATT_DATABASE_URL": url,
            "FREIBLATT_LOG_LEVEL": "debug",
            "DJANGO_SETTINGS_MODULE": "freiblatt.settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }
        one = Publication(directory, environment)
        with django_db_blocker.unblock():
            connection.settings_dict["NAME"] = name
            try:
                yield one
            finally:
                for process in one.processes:
                    process.kill()
                    process.wait()
                connection.close()
                connection.settings_dict["NAME"] = tests_name
    shutil.rmtree(directory, ignore_errors=True)
