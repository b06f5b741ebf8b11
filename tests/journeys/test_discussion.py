"""A reader takes part from the first word to the last letter, in both languages, with script and without.

Four stories, so that each language meets each screen, and each of both a browser with script and one without.
Marking words and commenting on a paragraph is told in `test_passages.py` for German.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.users.models import UserProfile

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions import (
    accept_correction,
    add_comment,
    close_ballot,
    open_thread,
    plant_house_rules,
    tell_followers,
)
from freiblatt.discussion.models import Comment, CommentKind, CommentState, DiscussionSettings, FirstComment, Report
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter, Subscription
from freiblatt.newsroom import roles
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.discussion.test_anchors import PAID, PARAGRAPHS, body
from tests.factories import make_article, make_author, make_section
from tests.journeys.test_passages import MARK

pytestmark = pytest.mark.journey

GERMAN = {
    "mail_box": "Antworten per E-Mail",
    "mail": "Ihre E-Mail-Adresse",
    "answers": "wenn jemand auf meinen Kommentar antwortet",
    "corrects": "Das berichtigt etwas im Artikel",
    "to_preview": "Weiter zur Vorschau",
    "send": "Kommentar abschicken",
    "public": "Er ist jetzt für alle zu lesen",
    "on_its_way": "Eine E-Mail mit einem Link ist unterwegs",
    "change": "Text ändern",
    "save": "Neuen Text speichern",
    "answer": "Antworten",
    "counts": "Ihre Stimme für diesen Kommentar zählt",
    "counts_against": "Ihre Stimme gegen diesen Kommentar zählt",
    "vote_by_address": "Mit bestätigter Adresse abstimmen",
    "send_link": "Link zuschicken",
    "report": "Melden",
    "rule": "Beim Thema bleiben",
    "send_report": "Meldung absenden",
    "receipt": "Vielen Dank, Ihre Meldung ist angekommen",
    "back": "Zurück zum Artikel",
    "among": "Bei den anderen ansehen",
    "withdraw": "Kommentar zurückziehen",
    "withdrawn": "Text und Name sind gelöscht",
    "yes": "Ja, das war ich",
    "own": "Ihre Kommentare",
    "confirmed": "bestätigt",
    "as_newsroom": "Als Redaktion antworten",
    "publish": "Antwort veröffentlichen",
    "leave": "Diese E-Mails abbestellen",
    "left": "Sie bekommen diese E-Mails nicht mehr",
}
ENGLISH = {
    "mail_box": "Answers by e-mail",
    "mail": "Your e-mail address",
    "answers": "when somebody answers my comment",
    "corrects": "This corrects something in the article",
    "to_preview": "On to the preview",
    "send": "Send the comment",
    "public": "Everybody can read it now",
    "on_its_way": "An e-mail with a link is on its way",
    "change": "Change the text",
    "save": "Save the new text",
    "answer": "Answer",
    "counts": "Your vote for this comment counts",
    "counts_against": "Your vote against this comment counts",
    "vote_by_address": "Vote with a confirmed address",
    "send_link": "Send me the link",
    "report": "Report",
    "rule": "Stay with the subject",
    "send_report": "Send the report",
    "receipt": "Thank you, your report has arrived",
    "back": "Back to the article",
    "among": "See it among the others",
    "withdraw": "Withdraw the comment",
    "withdrawn": "Text and name are deleted",
    "yes": "Yes, that was me",
    "own": "Your comments",
    "confirmed": "confirmed",
    "as_newsroom": "Answer as the newsroom",
    "publish": "Publish the answer",
    "leave": "No more of these e-mails",
    "left": "You get no more of these e-mails",
}


@dataclass
class Reader:
    """Helga and her browser."""

    page: Page
    words: dict[str, str]
    has_script: bool
    article_url: str

    def write(self, form: Locator, text: str, *, is_correction: bool = False) -> str:
        """Send a comment by `form`; return the address of its own page, which is open then."""
        page, words = self.page, self.words
        form.locator("[name=text]").fill(text)
        form.locator("[name=name]").fill("Helga")
        if is_correction:
            form.get_by_label(words["corrects"]).check()
        if self.has_script:
            form.get_by_role("button", name=words["send"]).click()
            mine = page.locator(".comment.is-own")
            expect(mine).to_be_focused()
            expect(mine).to_contain_text(text)
            mine.locator(".comment-own a").click()
        else:
            # The form of a stored page leads to a preview; one that was asked for can also be sent at once.
            preview = form.get_by_role("button", name=words["to_preview"])
            if preview.count():
                preview.click()
                expect(page.locator(".discussion-preview")).to_contain_text(text)
            page.get_by_role("button", name=words["send"]).click()
        expect(page.get_by_role("status")).to_contain_text(words["public"])
        return page.url

    def comment(self, comment: Comment) -> Locator:
        return self.page.locator(f"#comment-{comment.pk}")

    def act(self, comment: Comment, name: str) -> Locator:
        """Return a link or button of a comment that stands in the discussion."""
        acts = self.comment(comment).locator("> .comment-acts")
        return acts.get_by_role("link", name=name, exact=True) if name in self.words.values() else acts.locator(name)


@pytest.fixture
def article(front: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ArticlePage:
    """An article by Rosa in the language of the story, below which two guests have written, and an open desk."""
    monkeypatch.setattr("freiblatt.discussion.rules.LEAST_SECONDS", 0)
    plant_house_rules()
    roles.sync()
    open_desk = DiscussionSettings.load()
    open_desk.held = FirstComment.NOBODY
    open_desk.save()
    language = request.getfixturevalue("language")
    member = make_member(Role.AUTHOR, first_name="Rosa", last_name="Winter")
    UserProfile.objects.create(user=member, preferred_language=language)
    made = make_article(
        section=make_section(title="Europa", language=language),
        title="Ein Hafen wird verkauft",
        authors=[make_author(staff_member=member)],
        body=json.dumps(body(PARAGRAPHS)),
    )
    thread = open_thread(article=made)
    add_comment(thread=thread, text="Die Stadt haftet:\n\n- für den Kai\n- für den Kran", guest_name="Bruno")
    add_comment(thread=thread, text="Kauft lieber bei mir!", guest_name="Hausierer")
    return made


@pytest.mark.parametrize(
    ("language", "width", "has_script"),
    [("de", 390, False), ("de", 1440, True), ("en", 390, True), ("en", 1440, False)],
)
def test_reader_takes_part_from_the_first_word_to_the_last_letter(
    article: ArticlePage, browser: Browser, live_server: LiveServer, language: str, width: int, has_script: bool
) -> None:
    words = GERMAN if language == "de" else ENGLISH
    size = {"width": width, "height": 900}
    context = browser.new_context(base_url=live_server.url, viewport=size, java_script_enabled=has_script)
    page = context.new_page()
    reader = Reader(page, words, has_script, article.get_url() or "")
    bruno, pedlar = Comment.objects.order_by("pk")

    # She writes, and wants to hear of answers.
    page.goto(reader.article_url)
    form = page.locator("#discussion > form[data-comment]")
    form.get_by_text(words["mail_box"]).click()
    form.get_by_label(words["mail"]).fill("helga@example.org")
    form.get_by_label(words["answers"]).check()
    own_url = reader.write(form, "Wer haftet eigentlich?")
    expect(page.get_by_text(words["on_its_way"])).to_be_visible()
    question = Comment.objects.get(guest_name="Helga")

    # She finds a better word.
    page.get_by_text(words["change"], exact=True).click()
    page.locator(".discussion-change [name=text]").fill("Wer haftet eigentlich am Ende?")
    page.get_by_role("button", name=words["save"]).click()
    expect(page.locator(".comment-text")).to_have_text("Wer haftet eigentlich am Ende?")
    page.get_by_role("link", name=words["among"]).click()
    expect(reader.comment(question)).to_contain_text("am Ende?")

    # She votes, and answers.
    page.goto(reader.article_url)
    reader.act(bruno, "[name=up]").click()
    if has_script:
        expect(reader.act(bruno, "[name=up]")).to_have_attribute("aria-pressed", "true")
        expect(reader.act(bruno, "[name=up]")).to_have_text("▲ 1")
        # What Bruno wrote as a list looks like one.
        point = reader.comment(bruno).locator("li").first
        assert point.evaluate("one => getComputedStyle(one).listStyleType") == "disc"
    else:
        expect(page.get_by_role("status")).to_contain_text(words["counts"])
        page.get_by_role("link", name=words["back"]).click()
    reader.act(bruno, words["answer"]).click()
    answer_url = reader.write(
        page.locator(f"form[action$='/{bruno.pk}/{'antworten' if language == 'de' else 'answer'}/']"), "Und wer zahlt?"
    )

    # She reports.
    page.goto(reader.article_url)
    reader.act(pedlar, words["report"]).click()
    page.get_by_label(words["rule"]).check()
    page.get_by_role("button", name=words["send_report"]).click()
    expect(page.get_by_role("status")).to_contain_text(words["receipt"])
    assert Report.objects.get().comment == pedlar

    # She knows better about a passage.
    if language == "en":
        page.goto(reader.article_url)
        if has_script:
            page.evaluate(MARK, [PAID[4:19], PAID[4:19]])
            page.locator(".passage-button").click()
        else:
            page.get_by_role("link", name="Comment on this paragraph").nth(1).click()
        form = page.locator(".passage-form form" if has_script else "form[data-comment]")
        reader.write(form, "Nein, es waren zwei.", is_correction=True)
        correction = Comment.objects.get(kind=CommentKind.CORRECTION)
        accept_correction(comment=correction, by=None, reason="Stimmt.")
        page.goto(reader.article_url)
        expect(reader.comment(correction).locator(".comment-verdict")).to_contain_text("Stimmt.")
        expect(reader.comment(correction).locator(".comment-passage a")).to_be_visible()

    # She confirms her address by the letter.
    run_waiting()
    page.goto(_link(Letter.objects.get(kind="readers_confirm")))
    page.get_by_role("button", name=words["yes"]).click()
    expect(page.get_by_role("heading", name=words["own"])).to_be_visible()
    page.locator("a[href*='/eigener/'], a[href*='/own/']").last.click()
    expect(page.get_by_text(words["confirmed"], exact=True)).to_be_visible()

    # The author answers, from the form that everybody else uses.
    _author_answers(browser, live_server, article, question, words)

    # She gets the letter, and leaves by one click.
    assert tell_followers.call(article.thread.pk) == 1
    run_waiting()
    letter = Letter.objects.get(kind="discussion_news")
    assert letter.language == language
    page.set_content(letter.html)
    expect(page.get_by_text("Der Käufer, sagt der Vertrag.")).to_be_visible()
    page.goto(_path(letter.unsubscribe_url))
    assert Subscription.objects.running().filter(kind="comment_answers").exists()
    page.get_by_role("button", name=words["leave"]).click()
    expect(page.get_by_role("heading", name=words["left"])).to_be_visible()
    assert not Subscription.objects.running().filter(kind="comment_answers").exists()

    # Two weeks on, her vote still counts for what was written since: by what her device keeps, or by a link.
    ada = add_comment(thread=article.thread, text="Der Vertrag ist alt.", guest_name="Ada")
    close_ballot(thread=article.thread)
    page.goto(reader.article_url)
    if not has_script:
        expect(reader.act(ada, "[name=down]")).to_be_disabled()
        page.get_by_role("link", name=words["vote_by_address"]).click()
        page.get_by_label(words["mail"]).fill("helga@example.org")
        page.get_by_role("button", name=words["send_link"]).click()
        run_waiting()
        (link,) = set(re.findall(r"https?://\S+", Letter.objects.get(kind="discussion_voting").text.split("\n\n")[1]))
        page.goto(_path(link))
    reader.act(ada, "[name=down]").click()
    if has_script:
        expect(reader.act(ada, "[name=down]")).to_have_text("▼ 1")
    else:
        expect(page.get_by_role("status")).to_contain_text(words["counts_against"])

    # She takes her answer back; what she asked stands.
    page.goto(answer_url)
    page.get_by_role("button", name=words["withdraw"]).click()
    expect(page.get_by_role("status")).to_contain_text(words["withdrawn"])
    page.goto(reader.article_url)
    expect(page.locator("#discussion")).not_to_contain_text("Und wer zahlt?")
    expect(reader.comment(question)).to_contain_text("Der Käufer, sagt der Vertrag.")
    assert own_url != answer_url
    assert Comment.objects.filter(guest_name="Helga", state=CommentState.PUBLIC).count() == (
        2 if language == "en" else 1
    )
    assert context.cookies() == []
    context.close()


def _author_answers(
    browser: Browser, live_server: LiveServer, article: ArticlePage, question: Comment, words: dict[str, str]
) -> None:
    """Let Rosa, who is signed in, answer `question` with her badge."""
    client = Client()
    client.force_login(article.bylines.get().author.staff_member)
    name = settings.SESSION_COOKIE_NAME
    with browser.new_context(base_url=live_server.url) as context:
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.goto(article.get_url() or "")
        page.goto(page.locator(f"#comment-{question.pk} > .comment-acts a[data-answer]").get_attribute("href") or "")
        page.get_by_role("link", name=words["as_newsroom"]).click()
        page.locator("[name=text]").fill("Der Käufer, sagt der Vertrag.")
        page.get_by_role("button", name=words["publish"]).click()
        said = page.locator(".comment.is-by-author").filter(has_text="Der Käufer, sagt der Vertrag.")
        expect(said.locator(".badge")).to_be_visible()


def _link(letter: Letter) -> str:
    (found,) = {_path(url) for url in re.findall(r"https?://\S+(?:leser|readers)/\S+", letter.text)}
    return found


def _path(url: str) -> str:
    return re.sub(r"https?://[^/]+", "", url)
