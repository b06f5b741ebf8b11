"""`freiblatt import page FILE`, as an operator types it."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from freiblatt.articles.models import ArticlePage, FrontPage, SectionPage
from freiblatt.cli.console import run
from tests.importers.conftest import PAGES

GERMAN = str(PAGES / "german.txt")


def import_json(capsys: pytest.CaptureFixture, *arguments: str) -> dict:
    """Return what `--json` prints, and prove that it prints nothing else."""
    assert run(["import", "page", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_json_is_the_documented_object(front: FrontPage, capsys: pytest.CaptureFixture) -> None:
    report = import_json(capsys, GERMAN, "--saved-on", "2025-10-20")
    assert list(report) == ["article", "comments", "left_out", "warnings"]
    assert report["article"] == {
        "title": "Der Kai, der keinem gehört",
        "url": None,
        "author": "Rosa Winter, Karl Mohr",
        "published_on": "2025-03-03",
        "paragraphs": 5,
        "pictures": 2,
    }
    assert report["comments"] == {"announced": 6, "imported": 5, "parents_missing": 1}
    assert all(isinstance(line, str) for line in (*report["left_out"], *report["warnings"]))


def test_published_article_can_be_opened(front: FrontPage, capsys: pytest.CaptureFixture, client: Client) -> None:
    report = import_json(capsys, GERMAN, "--saved-on", "2025-10-20", "--publish")
    url = report["article"]["url"]
    assert url.startswith("http://testserver/aus-dem-archiv/")
    page = client.get(url.removeprefix("http://testserver")).content.decode()
    assert "Der Kai bei Niedrigwasser" in page
    assert page.count('<article class="comment') == 6


def test_dry_run_stores_nothing(front: FrontPage, capsys: pytest.CaptureFixture) -> None:
    report = import_json(capsys, GERMAN, "--saved-on", "2025-10-20", "--dry-run", "--publish")
    assert (report["article"]["url"], report["article"]["paragraphs"]) == (None, 5)
    assert not ArticlePage.objects.exists()
    assert not SectionPage.objects.exists()


def test_report_for_people_names_every_warning_and_what_was_left_out(
    front: FrontPage, capsys: pytest.CaptureFixture
) -> None:
    assert run(["import", "page", GERMAN, "--saved-on", "2025-10-20"]) == 0
    told = capsys.readouterr().out
    assert "/admin/pages/" in told
    assert "Was im Vertrag steht" in told
    assert "Benachrichtige mich bei" in told
    assert "Frieda" in told


def test_day_of_the_copy_is_the_file_s_unless_given(
    front: FrontPage, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    import os
    from datetime import datetime

    copied = tmp_path / "page.txt"
    copied.write_bytes(Path(GERMAN).read_bytes())
    when = datetime(2025, 10, 20, 12).timestamp()  # noqa: DTZ001 (the machine's own zone, as file times are shown)
    os.utime(copied, (when, when))
    report = import_json(capsys, str(copied))
    assert any("2025-10-20" in warning and "--saved-on" in warning for warning in report["warnings"])


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n\x00", b"x" * 10_000_000, b"nur ein Satz", "Der Kai\n3. März 2025\n".encode()],
    ids=["empty", "binary", "10 MB", "no page", "no text"],
)
def test_what_is_no_page_ends_with_1_and_stores_nothing(
    front: FrontPage, capsys: pytest.CaptureFixture, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(content)
    assert run(["import", "page", str(path), "--json", "--publish"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "Nothing was stored." in told.err
    assert not ArticlePage.objects.exists()
    assert not SectionPage.objects.exists()


@pytest.mark.parametrize("day", ["gestern", "2025-13-01", "2999-01-01"])
def test_impossible_day_is_refused(front: FrontPage, capsys: pytest.CaptureFixture, day: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["import", "page", GERMAN, "--saved-on", day])
    assert ended.value.code == 2
    assert repr(day) in capsys.readouterr().err


def test_real_page_has_exactly_the_expected_table(
    front: FrontPage, capsys: pytest.CaptureFixture, seed: Path, client: Client
) -> None:
    lines = seed.read_text(encoding="utf-8").splitlines()
    report = import_json(capsys, str(seed), "--saved-on", "2025-10-20", "--publish")
    article = report["article"]
    assert (article["title"], article["author"], article["published_on"]) == (lines[0], "Rainer Hofmann", "2025-08-13")
    assert (article["paragraphs"], article["pictures"]) == (13, 8)
    assert report["comments"] == {"announced": 9, "imported": 5, "parents_missing": 1}
    again = import_json(capsys, str(seed), "--saved-on", "2025-10-20", "--publish")
    assert {**again, "warnings": []} == {**report, "warnings": []}
    stored = ArticlePage.objects.get()
    captions = [block.value["caption"] for block in stored.body if block.block_type == "lost_picture"]
    assert len(captions) == 8
    assert captions[1].count("\n") == 1
    names = [(comment.name, comment.state) for comment in stored.thread.comments.all()]
    assert names == [
        ("Irene Monreal", "public"),
        ("Rainer Hofmann", "lost"),
        ("Irene Monreal", "public"),
        ("Helga", "public"),
        ("Ela Gatto", "public"),
        ("Ingo D.", "public"),
    ]
    assert all(comment.created_is_approximate for comment in stored.thread.comments.public())
    page = client.get(stored.get_url()).content.decode()
    assert page.count('<article class="comment') == 6
    assert re.search(r"(Von|By) Rainer Hofmann", re.sub(r"<[^>]*>", "", page))
    assert "VonRainer" not in page
