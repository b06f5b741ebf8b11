"""A publication directory with a database of its own, and worker processes that run on it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Processes, environment_of, publication_directory, wait_until


class Publication(Processes):
    """One with workers."""

    def start_worker(self, *options: str) -> subprocess.Popen[bytes]:
        """Start a worker and return when it is at work."""
        seen = self.log().count("starts:")
        process = self.start("tests.jobs.child", *options)
        wait_until(lambda: self.log().count("starts:") > seen or process.poll() is not None, "the worker's first line")
        assert process.poll() is None, self.log()
        return process


@pytest.fixture
def publication(
    tmp_path: Path, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Publication]:
    """A real publication. This process looks at its database too, without a transaction round the test."""
    directory = tmp_path / "publication"
    with publication_directory(directory, django_db_blocker) as url:
        one = Publication(directory, {**environment_of(directory, database_url=url), "FREIBLATT_LOG_LEVEL": "debug"})
        try:
            yield one
        finally:
            one.end()
