"""A real browser opens a discussion full of what hostile strangers typed, and nothing of it happens."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from freiblatt.articles.models import ArticlePage, FrontPage
from freiblatt.discussion.actions import DiscussionError, add_comment, open_thread
from freiblatt.discussion.models import Comment, DiscussionSettings, FirstComment
from tests.discussion.hostile import MARKDOWN, MARKUP, PAYLOADS, arrived
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.journey

#: Forms for their own sending; six are what one connection may send at once.
TYPED = [MARKUP[2], MARKUP[7], MARKUP[22], MARKUP[27], MARKDOWN[7]]


@pytest.fixture
def article(front: FrontPage, monkeypatch: pytest.MonkeyPatch) -> ArticlePage:
    """An article that strangers have commented on; whose own comments appear at once."""
    monkeypatch.setattr("freiblatt.discussion.rules.LEAST_SECONDS", 0)
    settings = DiscussionSettings.load()
    settings.held = FirstComment.NOBODY
    settings.save()
    made = make_article(section=make_section(title="Europa"), title="Hafen", authors=[make_author(name="Rosa Winter")])
    thread = open_thread(article=made)
    for payload in PAYLOADS:
        text = arrived(payload)
        try:
            add_comment(thread=thread, text=f"Frage: {text}", guest_name=f"Helga {text}"[:80])
        except DiscussionError:
            continue
    return made


@pytest.fixture
def happened(live_server: LiveServer, page: Page) -> list[str]:
    """Whatever happens in the browser that our pages never make happen."""
    found: list[str] = []
    ours = urlsplit(live_server.url).netloc

    def say(message: ConsoleMessage) -> None:
        # This server has no live news, and pages say so.
        if message.type == "error" and "/-/live/" not in message.location["url"]:
            found.append(message.text)

    def ask(request: Request) -> None:
        if urlsplit(request.url).netloc != ours and not request.url.startswith("data:"):
            found.append(request.url)

    def open_dialog(dialog: Dialog) -> None:
        found.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", say)
    page.on("request", ask)
    page.on("dialog", open_dialog)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_nothing_of_what_strangers_typed_happens(
    article: ArticlePage, live_server: LiveServer, page: Page, happened: list[str]
) -> None:
    home = live_server.url + article.get_url()
    page.goto(home)
    expect(page.locator(".comment").first).to_be_visible()
    address, seen = f"{home}diskussion/", 0
    while address:
        page.goto(address)
        page.mouse.move(200, 300)
        seen += page.locator("article.comment").count()
        more = page.locator(".discussion-more a[rel=next]")
        address = more.evaluate("one => one.href") if more.count() else ""
    assert seen == Comment.objects.count() > len(PAYLOADS) / 2
    assert page.locator("[onclick], [onerror], [onload], .comment-text script, .comment-text img, iframe").count() == 0
    assert happened == []


@pytest.mark.parametrize("payload", TYPED)
def test_what_a_reader_types_appears_in_place_as_text(
    article: ArticlePage, live_server: LiveServer, page: Page, happened: list[str], payload: str
) -> None:
    page.goto(live_server.url + article.get_url())
    form = page.locator("#discussion > form[data-comment]")
    form.get_by_label("Ihr Kommentar").fill(f"Zwiebelfisch {payload}")
    form.get_by_label("Ihr Name oder ein anderer").fill(f"Helga {payload}"[:80])
    form.get_by_role("button", name="Kommentar abschicken").click()
    own = page.locator(".comment.is-own")
    expect(own).to_contain_text("Zwiebelfisch")
    expect(own.locator(".comment-name")).to_have_text(Comment.objects.latest("pk").guest_name)
    assert own.locator("script, img, svg, iframe, style, math, textarea, input").count() == 0
    page.reload()
    expect(page.locator("#discussion-heading")).to_be_visible()
    assert happened == []
