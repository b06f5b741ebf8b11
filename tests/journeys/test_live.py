"""A reader of a discussion hears what others write meanwhile, from a real server."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from freiblatt.pagestore import counts
from tests.commands import command
from tests.processes import Served, environment_of, free_port, publication_directory, wait_until

pytestmark = [pytest.mark.journey, pytest.mark.process]


class Publication(Served):
    """A served publication with a desk beside it."""

    path: str

    def open(self) -> None:
        self.desk = self.start("tests.journeys.live_desk", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.path = self.do("fill", url=f"http://127.0.0.1:{self.port}")["path"]
        # Apart from the start: collecting static files takes a busy machine its time.
        assert self.start("freiblatt", "prepare").wait() == 0, self.log()
        self.serve()

    def do(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """Let the desk do something (`live_desk.py`)."""
        answer = command(self.desk, verb, **arguments)
        assert answer is not None, self.log()
        return answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def n_followers(self) -> int:
        return counts.totals(self.directory / "var").streams


@pytest.fixture
def publication(
    tmp_path: Path, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Publication]:
    directory, port = tmp_path / "publication", free_port()
    address = {"url": f"http://127.0.0.1:{port}", "server_port": port, "server_jobs": False}
    with publication_directory(directory, django_db_blocker, **address) as database_url:
        one = Publication(directory, environment_of(directory, database_url=database_url), port)
        try:
            one.open()
            yield one
        finally:
            one.end()


def come_near(page: Page, publication: Publication) -> None:
    """Open the article and scroll until its discussion is on the screen and followed."""
    page.goto(publication.url)
    page.locator("#discussion").scroll_into_view_if_needed()
    wait_until(lambda: page.wait_for_timeout(20) or publication.n_followers() == 1, "a follower")


@pytest.mark.parametrize("width_px", [390, 1440])
def test_reader_hears_of_new_comments_and_asks_for_them(publication: Publication, page: Page, width_px: int) -> None:
    page.set_viewport_size({"width": width_px, "height": 844})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(publication.url)
    # Who reads the article above follows nothing.
    assert publication.n_followers() == 0
    come_near(page, publication)
    news, first = page.locator(".live-news"), page.locator(".comment").first
    expect(news).to_be_empty()
    root = int((first.get_attribute("id") or "").removeprefix("comment-"))
    # The reader marks a sentence of the first comment, which stands on the screen.
    first.evaluate("comment => comment.scrollIntoView()")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.comment .comment-text'))")
    height = page.evaluate("document.documentElement.scrollHeight")
    top = (first.bounding_box() or {})["y"]

    answer = publication.do("comment", text="Eine Antwort. " * 30, parent=root)["id"]
    publication.do("comment", text="Ein Gedanke mehr.")
    expect(news).to_have_text("2 neue Kommentare")
    # Both counts follow; nothing else moves.
    expect(page.locator("#discussion-heading")).to_have_text("5 Kommentare")
    expect(page.locator(".story-head a[href$='#discussion']")).to_have_text("5 Kommentare")
    assert page.locator(".comment").count() == 3
    assert page.evaluate("document.documentElement.scrollHeight") - height < 120
    assert (first.bounding_box() or {})["y"] == top

    news.get_by_role("button").click()
    expect(page.locator(".comment")).to_have_count(5)
    expect(page.locator(f"#comment-{root} > #comment-{answer}")).to_contain_text("Eine Antwort.")
    assert (first.bounding_box() or {})["y"] == top
    assert "Gedanke 0" in page.evaluate("getSelection().toString()")
    way = news.get_by_role("link", name="Zum ersten neuen Kommentar")
    expect(way).to_be_focused()
    way.press("Enter")
    expect(page.locator(f"#comment-{answer}")).to_be_in_viewport()
    expect(news).to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert page.context.cookies() == []
    assert faults == []


def test_reader_who_looks_elsewhere_takes_no_place_and_misses_nothing(publication: Publication, page: Page) -> None:
    come_near(page, publication)
    publication.do("comment", text="Der vierte.")
    expect(page.locator(".live-news")).to_have_text("1 neuer Kommentar")
    hide = """(is) => {
        Object.defineProperty(document, 'hidden', { value: is, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(hide, True)
    wait_until(lambda: page.wait_for_timeout(20) or publication.n_followers() == 0, "nobody")
    publication.do("comment", text="Der fünfte.")
    page.evaluate(hide, False)
    expect(page.locator(".live-news")).to_have_text("2 neue Kommentare")
    page.locator(".live-news button").click()
    expect(page.locator(".comment")).to_have_count(5)


def test_removed_comment_goes_with_the_next_fetch_and_a_withdrawn_article_ends_it(
    publication: Publication, page: Page
) -> None:
    come_near(page, publication)
    gone = publication.do("comment", text="Verboten.")["id"]
    publication.do("comment", text="Antwort darauf.", parent=gone)
    page.locator(".live-news button").click()
    expect(page.locator(f"#comment-{gone}")).to_contain_text("Verboten.")
    publication.do("remove", pk=gone)
    expect(page.locator("#discussion-heading")).to_have_text("4 Kommentare")
    publication.do("comment", text="Weiter.")
    page.locator(".live-news button").click()
    expect(page.locator(".comment")).to_have_count(6)
    expect(page.locator(f"#comment-{gone} > .comment-gone")).to_be_visible()
    expect(page.locator("#discussion")).not_to_contain_text("Verboten.")
    publication.do("withdraw")
    wait_until(lambda: page.wait_for_timeout(20) or publication.n_followers() == 0, "the end")


def test_page_that_is_a_slice_fetches_itself(publication: Publication, page: Page) -> None:
    publication.path += "diskussion/neueste/"
    come_near(page, publication)
    publication.do("comment", text="Der neueste.")
    page.locator(".live-news button").click()
    expect(page.locator(".comment")).to_have_count(4)
    expect(page.locator(".comment").first).to_contain_text("Der neueste.")


def test_stopped_server_is_found_again(publication: Publication, page: Page) -> None:
    come_near(page, publication)
    publication.processes[-1].terminate()
    publication.processes[-1].wait()
    publication.do("comment", text="Meanwhile.")
    publication.serve()
    expect(page.locator(".live-news")).to_have_text("1 neuer Kommentar")
