"""The page for readers whom there is no room for."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from freiblatt.pagestore import busy
from freiblatt.pagestore.headers import READER_POLICY, written
from freiblatt.settings import CONFIG
from tests.pagestore.asker import Answer, asker
from tests.pagestore.world import World

SHEET = "/static/theme/theme.0123456789ab.css"


@pytest.fixture
def pages() -> Iterator[Path]:
    """The pages as `freiblatt prepare` leaves them; to be asked for before the world, which has other addresses."""
    CONFIG.static.mkdir(parents=True, exist_ok=True)
    busy.write(CONFIG.static, {"theme/theme.css": SHEET}.__getitem__)
    yield CONFIG.static
    for page in CONFIG.static.glob(".busy.*"):
        page.unlink()


def turned_away(world: World, *asked: tuple[str, str]) -> list[Answer]:
    """Return the answers to (method, path) while nobody has room."""
    with asker(threads=1, queue=0) as store:

        async def crowd() -> list[Answer]:
            world.gate.clear()
            first = asyncio.create_task(store.asking("/slow/"))
            await asyncio.to_thread(world.entered.acquire)
            answers = [await store.asking(path, method=method) for method, path in asked]
            world.gate.set()
            await first
            return answers

        return store.run(crowd())


def test_reader_is_asked_back_in_the_language_of_the_address(pages: Path, world: World) -> None:
    german, english, feed, head = turned_away(
        world, ("GET", "/europa/"), ("GET", "/en/europe/"), ("GET", "/feed.atom"), ("HEAD", "/en/")
    )
    assert '<html lang="de">' in german.text
    assert "Laden Sie sie in einigen Sekunden neu." in german.text
    assert "Please reload" not in german.text
    assert '<html lang="en">' in english.text
    assert "Please reload it in a few seconds." in english.text
    assert '<a href="/en/">Front page</a>' in english.text
    assert feed.text == german.text
    assert head.body == b""
    for answer, language in ((german, "de"), (english, "en"), (feed, "de"), (head, "en")):
        assert answer.status == 503
        assert answer.headers["retry-after"] == "2"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-language"] == language
        assert answer.headers["content-security-policy"] == written(READER_POLICY)


def test_page_has_the_look_of_the_publication_and_nothing_inline(pages: Path) -> None:
    written_pages = {path.name: path.read_text("utf-8") for path in pages.glob(".*.html")}
    assert set(written_pages) == {".busy.de.html", ".busy.en.html"}
    for html in written_pages.values():
        assert f'<link rel="stylesheet" href="{SHEET}">' in html
        assert "<style" not in html
        assert "style=" not in html
        assert "<script" not in html


def test_without_prepared_files_there_are_last_words(world: World) -> None:
    (answer,) = turned_away(world, ("GET", "/europa/"))
    assert (answer.status, answer.headers["retry-after"], answer.headers["content-language"]) == (503, "2", "en")
    assert "Please reload this page in a few seconds." in answer.text
