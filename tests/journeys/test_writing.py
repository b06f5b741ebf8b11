"""A reader writes a comment where the article stands, and changes it on its own page, with script."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from freiblatt.articles.models import FrontPage
from freiblatt.discussion.actions import open_thread
from freiblatt.discussion.models import Comment
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.journey


def test_writer_changes_the_text_and_reads_the_new_one(front: FrontPage, live_server: LiveServer, page: Page) -> None:
    article = make_article(section=make_section(), authors=[make_author()])
    open_thread(article=article)
    page.goto(live_server.url + article.get_url())
    form = page.locator("#discussion form[data-comment]").first
    form.locator("textarea[name=text]").fill("Der erste Entwurf.")
    form.locator("input[name=name]").fill("Helga")
    form.locator(".form-end button:not([name=preview])").click()
    page.locator(".comment-own a").click()
    page.locator(".discussion-change summary").click()
    text = page.locator(".discussion-change textarea")
    expect(text).to_have_value("Der erste Entwurf.")
    text.fill("Der zweite Entwurf.")
    page.locator(".discussion-change button").click()
    expect(page.locator(".comment .comment-text")).to_have_text("Der zweite Entwurf.")
    expect(text).to_have_value("Der zweite Entwurf.")
    assert Comment.objects.get().source_text == "Der zweite Entwurf."
