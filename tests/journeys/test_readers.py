"""A reader's own affairs, without script: asked, confirmed, seen, taken away, erased; and how these pages look."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from freiblatt.articles.models import FrontPage
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter
from freiblatt.readers import purposes
from freiblatt.readers.links import page_token
from freiblatt.readers.models import Reader
from tests.journeys.newspaper import NPM, need_node
from tests.readers.story import ROSA, WORDING, ask

pytestmark = pytest.mark.journey

WORDS = {
    "de": {
        "wording": WORDING,
        "yes": "Ja, das war ich",
        "agreed": "Ihre Einwilligungen",
        "withdraw": "Widerrufen",
        "nothing": "Zurzeit keine.",
        "take": "Meine Daten mitnehmen",
        "erase": "Meine Daten löschen",
        "erase_now": "Jetzt alles löschen",
        "erased": "Ihre Daten sind gelöscht",
        "your_data": "Ihre Daten",
        "send": "Link zuschicken",
        "mailbox": "Schauen Sie in Ihr Postfach",
    },
    "en": {
        "wording": "Yes, write to me when somebody answers. I can withdraw this at any time.",
        "yes": "Yes, that was me",
        "agreed": "What you agreed to",
        "withdraw": "Withdraw",
        "nothing": "Nothing at present.",
        "take": "Take my data away",
        "erase": "Erase my data",
        "erase_now": "Erase everything now",
        "erased": "Your data is erased",
        "your_data": "Your data",
        "send": "Send me the link",
        "mailbox": "Look into your mailbox",
    },
}
WIDTHS = (390, 820, 1440)


@pytest.fixture(autouse=True)
def _purpose() -> Iterator[None]:
    known = {"7": "Ein Hafen wird verkauft", "8": "Die Brücke über die Öde", "9": "Sturmflut"}
    purposes.register(purposes.Purpose(name="story_answers", label="Antworten", describe=known.__getitem__))
    yield
    del purposes._purposes["story_answers"]


@pytest.fixture
def reader(front: FrontPage, live_server: LiveServer, browser: Browser, settings: Any) -> Iterator[Page]:
    """A browser that runs no script and gets no cookie."""
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
    yield context.new_page()
    assert context.cookies() == []
    context.close()


def link_in_last_letter(live_server: LiveServer) -> str:
    run_waiting()
    (path,) = set(re.findall(r"https?://[^/\s]+((?:/en)?/(?:leser|readers)/\S+)", Letter.objects.latest("pk").text))
    return live_server.url + path


@pytest.mark.parametrize("language", ["de", "en"])
def test_reader_confirms_sees_takes_away_and_erases(reader: Page, live_server: LiveServer, language: str) -> None:
    words = WORDS[language]
    ask(language=language, wording=words["wording"])
    reader.goto(link_in_last_letter(live_server))
    expect(reader.get_by_text(words["wording"])).to_be_visible()
    assert Reader.objects.get().consents.get().given_at is None  # to look is not to agree
    reader.get_by_role("button", name=words["yes"]).click()
    expect(reader.get_by_role("heading", name=words["agreed"])).to_be_visible()
    expect(reader.get_by_text(ROSA.lower())).to_be_visible()

    with reader.expect_download() as taken:
        reader.get_by_role("link", name=words["take"]).click()
    data = json.loads(Path(taken.value.path()).read_text())
    assert words["wording"] in json.dumps(data, ensure_ascii=False)

    reader.get_by_role("button", name=words["withdraw"]).first.click()
    expect(reader.get_by_text(words["nothing"])).to_be_visible()

    # Next month the link is old; the reader asks for another one, by the way in every page's foot.
    reader.goto(live_server.url + ("/" if language == "de" else "/en/"))
    reader.get_by_role("contentinfo").get_by_role("link", name=words["your_data"]).click()
    reader.locator("input[name=address]").fill("nobody")
    reader.get_by_role("button", name=words["send"]).click()
    expect(reader.get_by_role("alert")).to_be_visible()
    expect(reader.locator("input[name=address]")).to_have_value("nobody")
    reader.locator("input[name=address]").fill(ROSA)
    reader.get_by_role("button", name=words["send"]).click()
    expect(reader.get_by_role("heading", name=words["mailbox"])).to_be_visible()
    reader.goto(link_in_last_letter(live_server))
    reader.get_by_role("link", name=words["erase"]).click()
    reader.get_by_role("button", name=words["erase_now"]).click()
    expect(reader.get_by_role("heading", name=words["erased"])).to_be_visible()
    assert not Reader.objects.exists()
    assert not Letter.objects.exclude(to_address="").exists()


def pages_of_a_reader(live_server: LiveServer, language: str) -> dict[str, str]:
    """Return the address of each page, of a reader with one thing of every kind."""
    from django.urls import reverse

    from freiblatt.readers.actions import confirm, withdraw
    from freiblatt.readers.models import Consent

    for subject in ("7", "8", "9"):
        ask(language=language, wording=WORDS[language]["wording"], subject_key=subject)
        run_waiting()
        if subject != "9":
            confirm(consents=[Consent.objects.latest("pk")])
    waiting = link_in_last_letter(live_server)
    withdraw(consent=Consent.objects.get(subject_key="8"))
    token = page_token(Reader.objects.get())
    with translation.override(language):
        named = {name: live_server.url + reverse(f"readers:{name}") for name in ("ask", "sent", "erased")}
        owned = {name: live_server.url + reverse(f"readers:{name}", args=[token]) for name in ("page", "erase")}
        return {**named, **owned, "confirm": waiting, "dead": owned["page"].replace(token, "x" * 40)}


@pytest.mark.parametrize("language", ["de", "en"])
def test_readers_pages_fit_every_screen_and_axe_finds_nothing(
    front: FrontPage, live_server: LiveServer, browser: Browser, settings: Any, language: str
) -> None:
    need_node()
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    axe = (NPM / "axe-core/axe.min.js").read_text()
    found = []
    for name, address in pages_of_a_reader(live_server, language).items():
        page = browser.new_page()
        assert page.goto(address).status == (404 if name == "dead" else 200)
        page.evaluate(axe)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width_px in WIDTHS:
                page.set_viewport_size({"width": width_px, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width_px
                violations = page.evaluate("axe.run().then((result) => result.violations)")
                found += [(name, scheme, width_px, v["id"], [node["html"] for node in v["nodes"]]) for v in violations]
        page.close()
    assert found == []
