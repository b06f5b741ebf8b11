"""One story, told once in German and once in English: from the owner's first link to an article that is taken back.

Everything is done by what people see and click, on a server and a job worker that run as they do in a newsroom; letters
go through a real mail server. Only the embargo's hour and the end of a lawyer's link are moved: nobody waits for them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from freiblatt.articles.models import SharedDraft
from tests.journeys import newsroom_people as people
from tests.journeys.house import House, opened_house
from tests.journeys.newsroom_people import Desks, address_of, button, from_title, open_from_start, places_that_tell
from tests.journeys.newsroom_words import ENGLISH, GERMAN, Words
from tests.pictures import picture_bytes
from tests.processes import wait_until

pytestmark = [pytest.mark.journey, pytest.mark.process, pytest.mark.xdist_group("story")]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """One house for both stories."""
    with opened_house(tmp_path_factory.mktemp("house") / "publication", django_db_blocker, name="Tagblatt") as opened:
        yield opened


@pytest.fixture
def desks(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Desks]:
    """Everybody's browsers; at the end none has complained."""
    opened = Desks(browser, request.getfixturevalue("words").language)
    yield opened
    opened.close()
    assert opened.complaints == []


@pytest.mark.parametrize("words", [GERMAN, ENGLISH], ids=["de", "en"])
def test_newsroom_from_the_first_link_to_an_article_that_is_taken_back(
    house: House, desks: Desks, words: Words, tmp_path: Path
) -> None:
    picture = tmp_path / f"{words.slug}.jpg"
    picture.write_bytes(picture_bytes(width=1600, height=900, colour="teal" if words.language == "de" else "maroon"))

    owner = people.owner_comes_in(house, desks, words)
    people.owner_invites(owner, house, words)
    editor = people.editor_comes_in(house, desks, words)
    author = people.author_comes_in(house, desks, words)

    people.editor_prepares(editor, words)
    people.author_writes(author, words, picture)
    people.editor_asks_for_changes(editor, house, words)
    people.author_changes(author, house, words)
    people.editor_compares(editor, house, words)
    people.editor_schedules(editor, words)
    assert words.headline in house.letter_to(address_of(words.author), words.approved)

    lawyer = desks.reader()
    assert lawyer.goto(house.url + words.address).status == 404
    open_from_start(editor, house, words.headline)
    from_title(editor, words, words.share)
    taken_back = people.editor_makes_link(editor, words)
    people.lawyer_reads(lawyer, taken_back, words)
    button(editor, words.take_back).first.click()
    people.lawyer_reads_no_more(lawyer, taken_back, words)
    link = people.editor_makes_link(editor, words)
    people.lawyer_reads(lawyer, link, words)
    SharedDraft.objects.update(expires_on=timezone.now())
    people.lawyer_reads_no_more(lawyer, link, words)

    people.hour_comes()
    wait_until(lambda: house.get(words.address)[0] == 200, "the article at its hour")
    reader = desks.reader()
    reader.goto(house.url + words.address)
    expect(reader.get_by_text(words.changed)).to_be_visible()
    shown = reader.locator("main img").first.evaluate("picture => new URL(picture.src).pathname")
    assert house.get(shown)[0] == 200
    wait_until(lambda: words.front in places_that_tell(house, words), "the article on the front page")
    told = places_that_tell(house, words)
    assert {words.front, words.feed} < set(told)

    people.editor_withdraws(editor, house, words)
    assert reader.goto(house.url + words.address).status == 410
    expect(reader.get_by_text(words.notice)).to_be_visible()
    expect(reader.get_by_text(words.headline)).to_have_count(0)
    assert house.get(shown)[0] == 410
    assert places_that_tell(house, words) == []

    people.editor_publishes_again(editor, words)
    assert reader.goto(house.url + words.address).status == 200
    expect(reader.locator("h1")).to_have_text(words.headline)
    assert house.get(shown)[0] == 200
    assert places_that_tell(house, words) == told
