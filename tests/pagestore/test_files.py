"""Static files and public renditions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from freiblatt.settings import CONFIG
from tests.pagestore.asker import Asker, asker

HASHED = "theme/theme.0123456789ab.css"


@pytest.fixture
def files(world) -> Iterator[Asker]:
    """A store with a few files in its directories."""
    made: list[Path] = []

    def write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        made.append(path)

    write(CONFIG.static / HASHED, b"body{}")
    write(CONFIG.static / f"{HASHED}.br", b"br")
    write(CONFIG.static / f"{HASHED}.gz", b"gz")
    write(CONFIG.static / "theme/theme.css", b"body{}")
    write(CONFIG.static / "staticfiles.json", b"{}")
    write(CONFIG.static / ".collected", b"x")
    write(CONFIG.media / "pictures/abcdef.avif", b"picture")
    write(CONFIG.media / "pictures/drawing.svg", b"<svg/>")
    write(CONFIG.media / "pictures/page.html", b"<script>")
    write(CONFIG.media / "recordings/talk.mp3", b"0123456789")
    write(CONFIG.media / "look/logo.png", b"logo")
    write(CONFIG.originals / "original.jpg", b"secret")
    link = CONFIG.media / "pictures/link.jpg"
    link.symlink_to(CONFIG.originals / "original.jpg")
    made.append(link)
    with asker() as store:
        yield store
    for path in made:
        path.unlink()


def test_hashed_file_is_kept_for_ever_and_comes_compressed(files: Asker) -> None:
    answer = files.ask(f"/static/{HASHED}", accept_encoding="gzip, br")
    assert (answer.body, answer.headers["content-encoding"], answer.headers["content-length"]) == (b"br", "br", "2")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert files.ask(f"/static/{HASHED}", accept_encoding="gzip").body == b"gz"
    plain = files.ask(f"/static/{HASHED}")
    assert (plain.body, "content-encoding" in plain.headers) == (b"body{}", False)
    assert plain.headers["etag"] != answer.headers["etag"]


def test_file_without_hash_is_asked_for_again(files: Asker) -> None:
    answer = files.ask("/static/theme/theme.css")
    assert answer.headers["cache-control"] == "no-cache"
    assert files.ask("/static/theme/theme.css", if_none_match=answer.headers["etag"]).status == 304


@pytest.mark.parametrize(
    "path",
    [
        "/static/nothing.css",
        "/static/",
        "/static/theme",
        "/static/theme/",
        "/static/.collected",
        "/static/../freiblatt.toml",
        "/static/../../secret.key",
        "/static/theme/../../../secret.key",
        "/static//etc/passwd",
        "/static/theme\\theme.css",
        "/static/theme/theme.css\x00",
        "/static/" + "a" * 5000,
        f"/static/{HASHED}.br",
        "/media/../secret.key",
        "/media/../originals/original.jpg",
        "/media/pictures/link.jpg",
        "/originals/original.jpg",
    ],
)
def test_nothing_else_can_be_fetched(files: Asker, path: str) -> None:
    answer = files.ask(path)
    assert b"secret" not in answer.body
    assert answer.status == 404 or path.startswith("/originals")


def test_pictures_are_kept_for_ever_and_logos_asked_for_again(files: Asker) -> None:
    picture = files.ask("/media/pictures/abcdef.avif")
    assert (picture.body, picture.headers["content-type"]) == (b"picture", "image/avif")
    assert "immutable" in picture.headers["cache-control"]
    assert "content-security-policy" not in picture.headers
    assert files.ask("/media/look/logo.png").headers["cache-control"] == "no-cache"


def test_what_a_browser_might_run_comes_in_a_sandbox(files: Asker) -> None:
    drawing = files.ask("/media/pictures/drawing.svg")
    # A drawing's own styles draw; nothing runs, nothing is loaded, and it stands in nobody's origin.
    assert drawing.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert "content-disposition" not in drawing.headers
    page = files.ask("/media/pictures/page.html")
    assert page.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert page.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        (f"bytes={'9' * 5000}-", 416, b"", "bytes */10"),
        (f"bytes=8-{'9' * 5000}", 206, b"89", "bytes 8-9/10"),
        (f"bytes=-{'9' * 5000}", 206, b"0123456789", "bytes 0-9/10"),
        (f"bytes={'0' * 5000}8-", 206, b"89", "bytes 8-9/10"),
        ("bytes=٧-", 200, b"0123456789", None),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_player_fetches_a_part(files: Asker, asked: str, status: int, body: bytes, content_range: str | None) -> None:
    answer = files.ask("/media/recordings/talk.mp3", range=asked)
    assert (answer.status, answer.body, answer.headers.get("content-range")) == (status, body, content_range)
    assert answer.headers["accept-ranges"] == "bytes"
    assert ("immutable" in answer.headers["cache-control"]) == (status != 416)


def test_part_of_another_version_is_the_whole(files: Asker) -> None:
    assert files.ask("/media/recordings/talk.mp3", range="bytes=0-3", if_range='"other"').status == 200


def test_files_are_only_read(files: Asker) -> None:
    assert files.ask("/media/recordings/talk.mp3", method="DELETE").status == 405
    assert files.ask(f"/static/{HASHED}", method="HEAD").body == b""


def test_foreign_host_gets_no_file(files: Asker) -> None:
    assert files.ask(f"/static/{HASHED}", host="evil.example").status == 400
