"""A throw-away demo on a real server, read as a reader would."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from freiblatt.cli.demo import HOST, open_demo
from freiblatt.config import Config

START_SECONDS = 90.0  # a slow machine imports Django and Wagtail in half a minute
ANSWER_SECONDS = 30.0
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Expected:
    """What one address has to answer."""

    path: str
    status: int
    #: Texts that the body has to contain.
    texts: tuple[str, ...] = ()


class CheckError(Exception):
    """The server could not be asked at all."""


def check_demo() -> int:
    """Return 0 and print `ok` when a fresh demo answers as it should; else 1, and print what did not."""
    with tempfile.TemporaryDirectory(prefix="freiblatt-check-") as name:
        directory = Path(name) / "demo"
        config = open_demo(directory, port=free_port())
        expectations = _expectations()
        log = Path(name) / "server.log"
        try:
            with running_server(config, log=log):
                faults = [fault for expected in expectations for fault in _faults(config, expected)]
        except CheckError as error:
            faults = [str(error)]
        if faults:
            print(log.read_text(encoding="utf-8", errors="replace")[-4000:], file=sys.stderr)
    for fault in faults:
        print(f"failed: {fault}")
    if not faults:
        print(f"ok: {len(expectations)} addresses answered as they should.")
    return 1 if faults else 0


def free_port() -> int:
    """Return a port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def running_server(config: Config, *, log: Path) -> Iterator[None]:
    """Run `freiblatt serve` for `config` as a process of its own, with its output in `log`.

    Raises CheckError when it does not begin to answer or does not stop when told to.
    """
    with log.open("wb") as output:
        server = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", "freiblatt", "serve", "--publication", str(config.directory)],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ,
        )
        try:
            _wait_until_it_answers(server, config)
            yield
            server.terminate()
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise CheckError(f"the server did not stop within {STOP_SECONDS:.0f} seconds.") from error
        finally:
            if server.poll() is None:
                server.kill()
                server.wait()


def _wait_until_it_answers(server: subprocess.Popen, config: Config) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise CheckError(f"the server ended with status {server.returncode} before it answered.")
        try:
            if fetch(config.url + "/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise CheckError(f"the server did not answer within {START_SECONDS:.0f} seconds.")


def fetch(url: str) -> tuple[int, str]:
    """Return status and body of `url`. Raises OSError when nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 (our own server)
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


def _faults(config: Config, expected: Expected) -> list[str]:
    try:
        status, body = fetch(config.url + expected.path)
    except OSError as error:
        return [f"{expected.path}: {error}."]
    if status != expected.status:
        return [f"{expected.path}: seen status {status}, expected {expected.status}."]
    return [f"{expected.path}: expected to read {text!r}." for text in expected.texts if text not in body]


def _expectations() -> list[Expected]:
    """Return what a reader, a feed reader and an operator ask for, from what is in the demo."""
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.urls import reverse
    from django.utils.html import escape

    from freiblatt.articles.models import ArticlePage

    latest = ArticlePage.objects.live().filter(locale__language_code="de").order_by("-published_on").first()
    discussed = ArticlePage.objects.live().filter(thread__n_public__gt=0).order_by("-thread__n_public").first()
    author = discussed.bylines.first().author
    return [
        Expected("/", 200, (escape(latest.title),)),
        Expected(discussed.url, 200, (escape(discussed.title), escape(author.name), 'id="discussion"')),
        Expected(reverse("author", args=(author.slug,)), 200, (escape(author.name),)),
        Expected("/en/", 200, ('lang="en"',)),
        Expected("/feed.atom", 200, (escape(latest.title),)),
        Expected("/healthz", 200, ('"ok"',)),
        Expected(staticfiles_storage.url("theme/theme.css"), 200),
        Expected("/admin/login/", 200),
        Expected("/there-is-no-such-page/", 404, (escape(latest.title),)),
    ]
