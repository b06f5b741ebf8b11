"""Staff work at the desk: the admin's content security policy stands in nobody's way, and no script fails."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from freiblatt.articles.models import ArticlePage, FrontPage
from tests.cast import PASSWORD, make_owner
from tests.factories import make_article, make_author, make_section, make_topic
from tests.journeys.desk_steps import write_paragraph
from tests.pictures import make_picture

pytestmark = pytest.mark.journey


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser complains about in any page or frame: refused by the policy, or failed. Empty at the end."""
    found: list[str] = []

    def hear(page: Page) -> None:
        page.on(
            "console",
            lambda said: found.append(f"{page.url}: {said.text}") if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))

    context.on("page", hear)
    yield found
    assert found == []


@pytest.fixture
def desk(front: FrontPage, live_server: LiveServer, complaints: list[str], page: Page) -> Page:
    """The dashboard after signing in by the form, as the owner."""
    make_owner(email="olga@example.org")
    page.goto(live_server.url + "/admin/")
    page.locator("input[name=username]").fill("olga@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url(live_server.url + "/admin/")
    return page


def test_owner_works_on_an_article(desk: Page, live_server: LiveServer) -> None:
    make_picture(title="Hafenbecken")
    article = make_article(section=make_section(), authors=[make_author()], is_published=False)
    desk.goto(f"{live_server.url}/admin/pages/{article.pk}/edit/")
    desk.locator("#id_title").fill("Der Hafen ist verkauft")
    desk.locator("#id_lead_picture-chooser [data-chooser-action-choose]:visible").click()
    desk.get_by_role("dialog").get_by_role("link", name="Hafenbecken").click()
    expect(desk.locator("#id_lead_picture-title")).to_have_text("Hafenbecken")
    write_paragraph(desk, "Am Montag unterschrieb der Senat.")

    desk.locator("[data-side-panel-toggle=preview]").click()
    preview = desk.frame_locator("#w-preview-iframe")
    expect(preview.locator("h1")).to_have_text("Der Hafen ist verkauft")
    expect(preview.get_by_text("Am Montag unterschrieb der Senat.")).to_be_visible()

    with desk.expect_navigation():
        desk.locator("button.action-save:visible").click()
    expect(desk.locator("#id_title")).to_have_value("Der Hafen ist verkauft")
    draft = ArticlePage.objects.get(pk=article.pk).get_latest_revision_as_object()
    assert (draft.title, draft.lead_picture.title, draft.live) == ("Der Hafen ist verkauft", "Hafenbecken", False)
    assert "Am Montag unterschrieb der Senat." in str(draft.body)


def test_table_is_given_one_caption(desk: Page, live_server: LiveServer) -> None:
    article = make_article(section=make_section(), is_published=False)
    desk.goto(f"{live_server.url}/admin/pages/{article.pk}/edit/")
    desk.locator("[data-streamfield-stream-container] .c-sf-add-button").first.click()
    desk.get_by_role("option", name=re.compile("^(Tabelle|Table)")).first.click()
    cells = desk.locator(".typed-table-block")
    expect(cells.locator("label")).to_have_count(0)
    desk.locator("input[name=body-0-value-caption]").fill("Häfen an der Wiede")
    expect(desk.locator("input[name^=body][name$=caption]:visible")).to_have_count(1)
    cells.locator("[data-append-column]").click()
    cells.locator(".add-column-menu button").first.click()
    cells.locator("thead input:visible").fill("Hafen")
    cells.locator("tbody input:visible").fill("Nord")
    with desk.expect_navigation():
        desk.locator("button.action-save:visible").click()
    draft = ArticlePage.objects.get(pk=article.pk).get_latest_revision_as_object()
    value = draft.body[0].value
    assert (value["caption"], value["table"].caption) == ("Häfen an der Wiede", "")
    assert value["table"].row_data == [{"values": ["Nord"]}]


PLACES = [
    *("snippets/articles/author/", "snippets/articles/author/add/", "snippets/articles/topic/"),
    *("snippets/newsroom/menu/", "settings/newsroom/publicationsettings/", "images/", "documents/", "media/"),
    *("jobs/", "users/", "reports/log/"),
]


def test_owner_looks_round(desk: Page, live_server: LiveServer) -> None:
    make_author()
    make_topic()
    make_picture()
    for place in PLACES:
        answer = desk.goto(f"{live_server.url}/admin/{place}", wait_until="networkidle")
        assert answer is not None
        assert (place, answer.status) == (place, 200)
        assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_account_page_names_every_time_zone(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/admin/account/")
    zones = desk.locator("select[name$=current_time_zone]")
    # The page's script writes the browser's name of each zone behind it, to the last one.
    expect(zones.locator("option[value='Pacific/Auckland']")).to_have_text(re.compile(r"^Pacific/Auckland: .+"))
    assert zones.locator("option[value=localtime]").count() == 0


def test_reader_is_handed_no_cookie_by_a_publication_with_a_desk(
    desk: Page, live_server: LiveServer, browser: Browser
) -> None:
    make_article(section=make_section(), title="Ein Hafen wird verkauft")
    reader = browser.new_context()
    page = reader.new_page()
    for path in ("/", "/europa/", "/europa/ein-hafen-wird-verkauft/", "/gibt-es-nicht/"):
        answer = page.goto(live_server.url + path)
        assert answer is not None
        assert answer.header_values("set-cookie") == []
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert reader.cookies() == []
    reader.close()


def test_a_long_headline_is_shown_whole(desk: Page, live_server: LiveServer) -> None:
    words = "Wie ein Hafen, der niemandem gehörte, an jemanden verkauft wurde, den niemand kennt, und wer davon lebt"
    article = make_article(section=make_section(), title=words, is_published=False)
    desk.set_viewport_size({"width": 820, "height": 900})
    desk.goto(f"{live_server.url}/admin/pages/{article.pk}/edit/")
    field = desk.locator("#id_title")
    expect(field).to_have_value(words)
    cut = "field => [field.scrollWidth > field.clientWidth, field.scrollHeight > field.clientHeight + 1]"
    assert field.evaluate(cut) == [False, False]
    assert field.evaluate("field => field.clientHeight > 2 * parseFloat(getComputedStyle(field).lineHeight)")

    field.fill(words + ": eine Geschichte in vielen Zeilen, von denen noch eine hinzukommt, und dann noch eine")

    desk.wait_for_function(f"({cut})(document.querySelector('#id_title')).every(one => !one)")
