"""The shipped nginx.conf in front of the real program: what nginx sends itself, and what it leaves to the program."""

import gzip
import os
import re
import secrets
from collections.abc import Iterator

import brotli
import pytest

from tests.deploy.front import (
    BROTLI,
    HOST,
    NGINX,
    Answer,
    Front,
    assert_followed_at_once,
    assert_sign_in_passes,
    nginx,
    staged,
)
from tests.processes import need

pytestmark = [pytest.mark.process, pytest.mark.once]

ARTICLE = "/europa/ein-hafen-wird-verkauft/"
ENGLISH = "/en/europe/a-harbour-is-sold/"
#: Of the server's own hand, and the two things in which nginx differs by choice: `docs/operator/running.md`.
OWN = {"server", "date", "connection", "etag"}
OPENED = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.fixture(scope="module")
def front(django_db_setup: None) -> Iterator[Front]:
    """nginx and the program, started once for this file."""
    need("nginx", NGINX is not None)
    need("nginx's module for Brotli files", BROTLI.exists())
    with staged(nginx) as one:
        yield one


def essence(answer: Answer) -> dict[str, str]:
    """Return the headers that say something about the page."""
    return {name: value for name, value in answer.headers.items() if name not in OWN}


@pytest.mark.parametrize("path", ["/", "/europa/", ARTICLE, "/en/", ENGLISH, "/autoren/rosa-winter/"])
def test_finished_page_is_the_programs_answer_without_the_program(front: Front, path: str) -> None:
    front.finish(path)
    for accepted, sent in (
        (None, None), ("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "br"), ("deflate", None),
    ):  # fmt: skip
        for method in ("GET", "HEAD"):
            headers = {"accept_encoding": accepted} if accepted else {}
            program = front.ask_program(path, method=method, **headers)
            with front.program_stopped():
                answer = front.ask(path, method=method, **headers)
            assert answer.is_from_a_file
            assert (answer.status, answer.body) == (program.status, program.body)
            assert answer.headers.get("content-encoding") == sent
            assert essence(answer) == essence(program)
            if method == "GET":
                assert OPENED[sent](answer.body).lower().strip().startswith(b"<!doctype html>")


def test_what_readers_follow_passes_at_once(front: Front) -> None:
    assert_followed_at_once(front)


def test_nginx_adds_no_way_to_take_a_changed_page_for_the_old_one(front: Front) -> None:
    front.finish(ARTICLE)
    known = front.ask_program(ARTICLE).headers["etag"]
    for header in (
        {"if_none_match": known},
        {"if_modified_since": "Fri, 31 Dec 2100 23:59:59 GMT"},
        {"range": "bytes=0-9"},
    ):
        answer = front.ask(ARTICLE, **header)
        assert answer.is_from_a_file, header
        assert not {"last-modified", "accept-ranges", "expires"} & answer.headers.keys()


def test_no_edit_is_followed_by_the_page_of_before(front: Front) -> None:
    for number in range(6):
        title = f"Ein Hafen wird zum {number}. Mal verkauft"
        front.finish(ARTICLE)
        front.finish("/")
        front.do("rename", title=title)
        assert not front.file_of(ARTICLE).exists()
        assert not front.file_of("/").exists()
        assert title.encode() in front.ask(ARTICLE).body
        assert title.encode() in front.ask("/").body
    front.finish(ARTICLE)
    with front.program_stopped():
        assert title.encode() in front.ask(ARTICLE).body


def test_staff_get_their_pages_from_the_program(front: Front) -> None:
    front.finish(ARTICLE)
    cookie = front.do("session")["cookie"]
    answer = front.ask(ARTICLE, cookie=f"other=1; {cookie}")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "private, no-cache"
    assert front.ask("/admin/", cookie=cookie).status == 200
    # A made-up session is passed on too; the program sees through it.
    made_up = front.ask(ARTICLE, cookie="freiblatt_session=made-up")
    assert made_up.headers["cache-control"] == "no-cache"
    assert "etag" in made_up.headers
    assert front.ask(ARTICLE, cookie="theme=dark").is_from_a_file


@pytest.mark.parametrize("query", ["fbclid=1", "utm_source=x&utm_medium=y", "", "pages=2", "a=page", "before1=2"])
def test_parameters_that_change_nothing_are_no_way_round_the_files(front: Front, query: str) -> None:
    front.finish(ARTICLE)
    expected = front.ask_program(f"{ARTICLE}?{query}").body
    with front.program_stopped():
        answer = front.ask(f"{ARTICLE}?{query}")
    assert answer.is_from_a_file
    assert answer.body == expected


@pytest.mark.parametrize(
    "query", ["page=2", "sort=newest", "a=1&before=3", "after", "q=", "p%61ge=2", "fbclid=1&page=1", "%70age=2"]
)
def test_parameters_that_change_a_page_reach_the_program(front: Front, query: str) -> None:
    for path in (ARTICLE, "/europa/"):
        front.finish(path)
        answer, program = front.ask(f"{path}?{query}"), front.ask_program(f"{path}?{query}")
        assert (answer.status, answer.body) == (program.status, program.body)
        assert not answer.is_from_a_file


@pytest.mark.parametrize(
    "target",
    [
        "//", "//europa/", "/europa//", "/europa//ein-hafen-wird-verkauft/", "/./", "/europa/./", "/europa/../europa/",
        "/Europa/", "/%65uropa/", "/europa%2F", "/europa/%2e/", "/europa/index.html", "/europa/index", "/index.html",
        "/europa/index.html.br", "/europa/index.page", "/.collected", "/static/.collected", "/%00/", "/europa/%FC/",
        "/reader/", "/static/", "/media/", "/originals/", "/static/../../secret.key", "/media/../secret.key",
        "/media/%2e%2e/secret.key", "/media/../var/serve.lock", "/freiblatt.toml", "/../freiblatt.toml",
    ],
)  # fmt: skip
def test_oddly_written_addresses_say_what_the_program_says(front: Front, target: str) -> None:
    for path in ("/", "/europa/", ARTICLE):
        front.finish(path)
    answer = front.ask(target)
    if answer.status == 400 and b"<center>nginx</center>" in answer.body:
        return  # out of the root, or no address at all: nginx refuses it by itself
    program = front.ask_program(target)
    assert (answer.status, answer.body) == (program.status, program.body)
    assert not answer.is_from_a_file


def test_what_is_not_there_gone_or_moved_the_program_says(front: Front) -> None:
    for path, status in (
        ("/nichts/", 404),
        ("/europa/fort/", 410),
        ("/europa/umgezogen/", 301),
        ("/europa", 301),
        ("/media/nichts.jpg", 404),
        ("/static/nichts.0123456789ab.css", 404),
        ("/admin/", 302),
    ):
        answer, program = front.ask(path), front.ask_program(path)
        assert (answer.status, answer.body) == (program.status, program.body), path
        assert answer.status == status
        assert essence(answer) == essence(program)
    assert front.ask("/europa/umgezogen/").headers["location"] == "/europa/angekommen/"


def test_other_hosts_are_refused_and_http_leads_to_https(front: Front) -> None:
    front.finish(ARTICLE)
    for host in ("evil.example", f"evil.{HOST}", "127.0.0.1"):
        answer = front.ask(ARTICLE, host=host)
        assert (answer.status, answer.body) == (400, b"400 Bad Request\n")
    for host in (f"{HOST}:443", HOST.upper(), f"{HOST}."):
        assert front.ask(ARTICLE, host=host).is_from_a_file
    for host in (HOST, "evil.example"):
        answer = front.ask_plain(f"{ARTICLE}?page=2", host=host)
        assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}{ARTICLE}?page=2")


def test_static_files_come_from_nginx_with_the_programs_headers(front: Front) -> None:
    front.finish(ARTICLE)
    page = front.ask(ARTICLE).body.decode()
    folder = front.program.directory / "var"
    hashed = [f"/{path.relative_to(folder)}" for path in folder.glob("static/**/*") if ".woff2" in path.name]
    files = {*re.findall(r'(?:href|src)="(/static/[^"]+)"', page), *hashed}
    assert {os.path.splitext(path)[1] for path in files} >= {".css", ".js", ".woff2"}
    for path in files:
        for accepted in ("identity", "gzip", "br"):
            program = front.ask_program(path, accept_encoding=accepted)
            is_for_ever = program.headers["cache-control"] == "public, max-age=31536000, immutable"
            answer = front.ask(path, accept_encoding=accepted)
            if is_for_ever:
                with front.program_stopped():
                    answer = front.ask(path, accept_encoding=accepted)
                    again = front.ask(path, accept_encoding=accepted, if_none_match=answer.headers["etag"])
                assert (again.status, again.body) == (304, b"")
            assert (answer.status, answer.body) == (program.status, program.body)
            # Where a file has one form only, it may say that it had others.
            assert essence(answer) | {"vary": ""} == essence(program) | {"vary": ""}
            assert answer.headers.get("vary") == "accept-encoding" or "content-encoding" not in answer.headers
    assert front.ask(path, method="POST", body=b"").status == 405


def test_pictures_come_from_nginx_with_ranges(front: Front) -> None:
    path = front.made["picture"]
    program, part = front.ask_program(path), front.ask_program(path, range="bytes=10-29")
    with front.program_stopped():
        answer = front.ask(path, accept_encoding="gzip, br")
        answer_part = front.ask(path, range="bytes=10-29")
        again = front.ask(path, if_none_match=answer.headers["etag"])
    assert (answer.status, answer.body) == (200, program.body)
    assert essence(answer) == essence(program)
    assert (answer_part.status, answer_part.body) == (206, program.body[10:30])
    # In the answer with a part nginx does not say again that parts may be had.
    assert essence(answer_part) | {"accept-ranges": "bytes"} == essence(part)
    assert again.status == 304


def test_sign_in_passes_and_the_asker_cannot_make_up_where_he_asks_from(front: Front) -> None:
    assert_sign_in_passes(front)


def test_log_names_no_key_no_parameter_and_no_whole_address(front: Front) -> None:
    key = secrets.token_urlsafe(32)
    signed = f"17-1.1tPq3Z.{key}"
    front.ask(f"{ARTICLE}?q=einquellenname&token={key}")
    for path in (
        f"/admin/welcome/{key}/",
        f"/-/draft/{key}/",
        f"/-/draft/{key}/file/pictures/a.jpg",
        f"/leser/seite/{signed}/daten/",
        f"/en/readers/confirm/{signed}/",
        f"/admin/login/?next=/admin/welcome/{key}/",
    ):
        front.ask(path, referer=f"https://{HOST}/-/draft/{key}/")
        front.ask_plain(path)

    log = (front.folder / "freiblatt.log").read_text()

    lines = [line for line in log.splitlines() if line.startswith("127.0.0.0 [")]
    assert len(lines) == len(log.splitlines()) > 0
    assert any(f"] GET {ARTICLE} 200 " in line for line in lines)
    assert any("] GET /-/draft/... 404 " in line for line in lines)
    assert any("] GET /admin/welcome/... 302 " in line for line in lines)
    assert any("] GET /leser/seite/... " in line for line in lines)
    everything = log + "".join(path.read_text() for path in front.folder.glob("*.log") if path.name != "freiblatt.log")
    for secret in (key, signed, "einquellenname", "127.0.0.1 "):
        assert secret not in everything
