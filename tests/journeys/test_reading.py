"""A reader arrives by a link, on a phone in a train or at a desk."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from freiblatt.articles.models import FrontPage
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("width_px", [390, 1440])
def test_reader_goes_from_the_front_page_to_an_article(
    front: FrontPage, live_server: LiveServer, page: Page, width_px: int
) -> None:
    section = make_section(title="Europa")
    make_article(section=section, title="Ein Hafen wird verkauft", authors=[make_author(name="Rosa Winter")])
    page.set_viewport_size({"width": width_px, "height": 844})
    foreign: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(live_server.url) else foreign.append(request.url))
    page.goto(live_server.url + "/")
    page.get_by_role("link", name="Ein Hafen wird verkauft").first.click()
    page.wait_for_url("**/europa/ein-hafen-wird-verkauft/")
    assert page.locator("h1").inner_text() == "Ein Hafen wird verkauft"
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert page.context.cookies() == []
    assert foreign == []


@pytest.mark.parametrize("width_px", [390, 1440])
def test_text_without_lead_picture_keeps_its_distance_from_the_byline(
    front: FrontPage, live_server: LiveServer, page: Page, width_px: int
) -> None:
    section, rosa = make_section(title="Europa"), make_author(name="Rosa Winter")
    article = make_article(section=section, authors=[rosa], body=[("text", "<p>Der Käufer schweigt.</p>")])
    page.set_viewport_size({"width": width_px, "height": 844})
    page.goto(live_server.url + article.get_url())
    byline, text = page.locator(".byline").bounding_box(), page.get_by_text("Der Käufer schweigt.").bounding_box()
    assert byline is not None
    assert text is not None
    assert text["y"] - (byline["y"] + byline["height"]) >= 20
