"""A real browser on a real server. `page` is Playwright's, `live_server` pytest-django's.

Debian's Chromium is taken where it is installed, else the one that Playwright brought.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, expect
from pytest_django.live_server_helper import LiveServer

from tests.founded import LANGUAGES, NAME
from tests.processes import WAIT_SECONDS

# Playwright's synchronous interface runs a loop in this thread, and Django would take that for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# What is expected comes within a moment, but a machine with much to do may take its time.
expect.set_options(timeout=WAIT_SECONDS * 1000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start Chromium where it is, with nothing that speaks to other hosts by itself."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    # Chromium's own sandbox does not run as root; nothing but our own pages is opened.
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    found = shutil.which("chromium")
    return {**browser_type_launch_args, "args": [*quiet, *sandbox], **({"executable_path": found} if found else {})}


@pytest.fixture(scope="session")
def browser(launch_browser: Callable[[], Browser]) -> Iterator[Browser]:
    """Chromium, started once; where it cannot start, journeys are skipped or fail with the line that helps."""
    try:
        started = launch_browser()
    except Error as error:
        reason = " ".join(error.message.partition("╔")[0].split())[:300]
        sentence = f"Chromium does not start. On Debian, as root: apt-get install chromium ({reason})"
        if os.environ.get("CI") or os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    yield started
    started.close()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Speak German, as most readers here do; pages must not care."""
    return {**browser_context_args, "locale": "de-DE", "timezone_id": "Europe/Berlin"}


@pytest.fixture
def front(transactional_db: None, live_server: LiveServer, settings: Any) -> Any:
    """The front page of a founded publication in German and English, served at `live_server.url`."""
    from freiblatt.articles.actions import found_publication

    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
    return found_publication(name=NAME, url=live_server.url, languages=LANGUAGES)
