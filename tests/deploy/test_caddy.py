"""The shipped Caddyfile in front of the real program: everything passes, nothing is written down."""

import os
import secrets
import subprocess
from collections.abc import Iterator

import pytest

from tests.deploy.front import (
    CADDY,
    HOST,
    SHIPPED_CADDYFILE,
    Front,
    FrontedProgram,
    assert_followed_at_once,
    assert_sign_in_passes,
    caddy,
    running,
    staged,
)
from tests.processes import free_port, need

pytestmark = [pytest.mark.process, pytest.mark.once]

ARTICLE = "/europa/ein-hafen-wird-verkauft/"
#: Of the server's own hand.
OWN = {"server", "date", "connection", "alt-svc"}


@pytest.fixture(scope="module")
def front(django_db_setup: None) -> Iterator[Front]:
    """Caddy and the program, started once for this file."""
    need("caddy", CADDY is not None)
    with staged(caddy) as one:
        yield one


def essence(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in OWN}


def test_caddy_takes_the_file_as_it_is_shipped(tmp_path) -> None:
    need("caddy", CADDY is not None)
    at_home = {**os.environ, **{name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}}
    taken = subprocess.run(
        [str(CADDY), "validate", "--config", str(SHIPPED_CADDYFILE), "--adapter", "caddyfile"],
        env=at_home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (taken.returncode, '"warn"' in taken.stderr) == (0, False), taken.stderr
    written = subprocess.run([str(CADDY), "fmt", str(SHIPPED_CADDYFILE)], capture_output=True, text=True, check=True)
    assert written.stdout == SHIPPED_CADDYFILE.read_text(encoding="utf-8")


def test_readers_get_the_programs_answers(front: Front) -> None:
    paths = ("/", ARTICLE, "/nichts/", "/europa/fort/", "/europa/umgezogen/", "/feed.atom", front.made["picture"])
    for path in paths:
        for accepted in ("identity", "gzip", "br"):
            program, answer = (ask(path, accept_encoding=accepted) for ask in (front.ask_program, front.ask))
            assert (answer.status, answer.body) == (program.status, program.body), path
            assert essence(answer.headers) == essence(program.headers), path
    known = front.ask(ARTICLE).headers["etag"]
    assert front.ask(ARTICLE, if_none_match=known).status == 304
    assert front.ask(front.made["picture"], range="bytes=10-29").status == 206


def test_other_hosts_see_nothing_and_http_leads_to_https(front: Front) -> None:
    other = front.ask(ARTICLE, host="evil.example")
    assert b"Hafen" not in other.body
    moved = front.ask_plain(f"{ARTICLE}?page=2", host=HOST)
    assert (moved.status, moved.headers["location"]) == (308, f"https://{HOST}{ARTICLE}?page=2")


def test_what_readers_follow_passes_at_once(front: Front) -> None:
    assert_followed_at_once(front)


def test_sign_in_passes_and_the_asker_cannot_make_up_where_he_asks_from(front: Front) -> None:
    assert_sign_in_passes(front)


def test_no_log_names_a_key_or_an_address(front: Front) -> None:
    key = secrets.token_urlsafe(32)
    front.ask(f"/-/draft/{key}/", referer=f"https://{HOST}/-/draft/{key}/")
    # And where the program is away, which Caddy would write down with the whole request.
    away = FrontedProgram(front.program.directory, {}, free_port())
    alone = Front(away, front.newsroom, front.made, front.folder)
    with running(alone, caddy):
        assert alone.ask(f"/-/draft/{key}/").status == 502
    said = (front.folder / "log").read_text()
    assert "serving initial configuration" in said
    assert key not in said
