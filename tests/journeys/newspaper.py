"""The demo, made and served by the console as a newcomer would, and the tools that look at its pages."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from freiblatt.cli.demo_check import free_port
from tests.conftest import PATHS
from tests.processes import need

ROOT = Path(__file__).resolve().parent.parent.parent
NPM = ROOT / ".cache" / "npm" / "node_modules"
START_SECONDS = 180.0  # making the demo includes hashing Wagtail's static files


@dataclass(frozen=True)
class Newspaper:
    """A served demo, the addresses of its pages by what they are, and where it lies."""

    url: str
    pages: dict[str, str]
    directory: Path

    def get(self, address: str, **headers: str) -> tuple[int, bytes]:
        """Return status and raw body of one address."""
        request = urllib.request.Request(self.url + address, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@contextmanager
def served_demo(directory: Path) -> Iterator[Newspaper]:
    """Run `freiblatt demo` in `directory` until the context ends."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": PATHS}
    command = [sys.executable, "-m", "freiblatt", "demo", "--publication", str(directory / "demo"), "--port", str(port)]
    log = directory / "demo.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(server, url, log)
        yield Newspaper(url, _pages(url), directory / "demo")
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url + "/", timeout=30).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The demo does not answer:\n{log.read_text(errors='replace')[-3000:]}")


def _pages(url: str) -> dict[str, str]:
    """Return one address of each kind, found as a reader finds them: from the front page on."""

    def read(address: str) -> str:
        with urllib.request.urlopen(url + address, timeout=60) as answer:
            return answer.read().decode()

    front = read("/")
    lead = re.search(r'class="headline"><a href="([^"]+)"', front)
    assert lead, "no headline on the front page"
    author = re.search(r'<a href="([^"]+)" rel="author"', read(lead[1]))
    assert author, "nobody wrote the lead"
    section = lead[1].rsplit("/", 2)[0] + "/"
    return {"front": "/", "section": section, "article": lead[1], "author": author[1], "404": "/gibt-es-nicht/"}


def need_node() -> None:
    need("Node.js", shutil.which("node") is not None)
    need("the page tools in .cache/npm", (NPM / "lighthouse").is_dir())


def need_java() -> None:
    need("Java", shutil.which("java") is not None)
    need("the page tools in .cache/npm", (NPM / "vnu-jar").is_dir())
