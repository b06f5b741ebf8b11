"""A guest asks for letters, confirms, hears of an answer and leaves; with and without script, in both languages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from freiblatt.discussion.actions import answer_as_staff, open_thread, tell_followers
from freiblatt.discussion.models import Comment, DiscussionSettings, FirstComment
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter, Subscription
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.factories import make_article, make_section

pytestmark = pytest.mark.journey

WORDS: dict[str, dict[str, str]] = {
    "de": {
        "open": "Antworten per E-Mail",
        "mail": "Ihre Mailadresse",
        "answers": "wenn jemand auf meinen Kommentar antwortet",
        "preview": "Weiter zur Vorschau",
        "send": "Kommentar abschicken",
        "on_its_way": "Ein Brief mit einem Link ist unterwegs",
        "yes": "Ja, das war ich",
        "own": "Ihre Kommentare",
        "leave": "Diese Briefe abbestellen",
        "left": "Sie bekommen keine weiteren dieser Briefe",
        "badge": "bestätigt",
    },
    "en": {
        "open": "Letters about answers",
        "mail": "Your mail address",
        "answers": "when somebody answers my comment",
        "preview": "On to the preview",
        "send": "Send the comment",
        "on_its_way": "A letter with a link is on its way",
        "yes": "Yes, that was me",
        "own": "Your comments",
        "leave": "No more of these letters",
        "left": "You get no more of these letters",
        "badge": "confirmed",
    },
}


@pytest.fixture(autouse=True)
def _desk(front: Any) -> None:
    settings = DiscussionSettings.load()
    settings.held = FirstComment.NOBODY
    settings.save()


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Callable[..., Page]:
    """Return a page of a browser of the own, with or without script."""

    def begin(width: int, *, has_script: bool) -> Page:
        size = {"width": width, "height": 900}
        context = browser.new_context(base_url=live_server.url, viewport=size, java_script_enabled=has_script)
        return context.new_page()

    return begin


@pytest.mark.parametrize(("language", "width", "has_script"), [("de", 390, False), ("en", 1440, True)])
def test_guest_confirms_hears_of_an_answer_and_leaves(
    visit: Callable[..., Page],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    width: int,
    has_script: bool,
) -> None:
    monkeypatch.setattr("freiblatt.discussion.rules.LEAST_SECONDS", 0)
    words = WORDS[language]
    section = make_section(title="Europa", language=language)
    article = make_article(section=section, title="Ein Hafen wird verkauft")
    thread = open_thread(article=article)
    page = visit(width, has_script=has_script)
    page.goto(article.get_url() or "")
    form = page.locator("form[data-comment]")
    form.locator("[name=text]").fill("Wer haftet eigentlich?")
    form.locator("[name=name]").fill("Helga")
    form.get_by_text(words["open"]).click()
    form.get_by_label(words["mail"]).fill("helga@example.org")
    form.get_by_label(words["answers"]).check()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if has_script else True
    if has_script:
        form.get_by_role("button", name=words["send"]).click()
        page.locator(".comment-own a").click()
    else:
        form.get_by_role("button", name=words["preview"]).click()
        expect(page.get_by_label(words["mail"])).to_have_value("helga@example.org")
        page.get_by_role("button", name=words["send"]).click()
    expect(page.get_by_text(words["on_its_way"])).to_be_visible()

    run_waiting()
    page.goto(_link(Letter.objects.get(kind="readers_confirm")))
    page.get_by_role("button", name=words["yes"]).click()
    expect(page.get_by_role("heading", name=words["own"])).to_be_visible()
    page.locator("a[href*='/diskussion/eigener/'], a[href*='/discussion/own/']").first.click()
    expect(page.get_by_text(words["badge"], exact=True)).to_be_visible()

    comment = Comment.objects.get()
    mia = make_member(Role.MODERATOR, first_name="Mia", last_name="Moder")
    answer_as_staff(thread=thread, parent=comment, text="Wir prüfen das.", by=mia)
    assert tell_followers.call(thread.pk) == 1
    run_waiting()
    letter = Letter.objects.get(kind="discussion_news")
    assert letter.language == language
    page.set_content(letter.html)
    expect(page.get_by_text("Wir prüfen das.")).to_be_visible()
    page.goto(re.sub(r"https?://[^/]+", "", letter.unsubscribe_url))
    assert Subscription.objects.running().filter(kind="comment_answers").exists()
    page.get_by_role("button", name=words["leave"]).click()
    expect(page.get_by_role("heading", name=words["left"])).to_be_visible()
    assert not Subscription.objects.running().filter(kind="comment_answers").exists()


def _link(letter: Letter) -> str:
    (found,) = set(re.findall(r"https?://[^/\s]+(/\S*(?:leser|readers)/\S+)", letter.text))
    return found
