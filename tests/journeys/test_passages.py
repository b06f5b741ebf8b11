"""A reader says something on words of an article, with script and without; the newsroom's question stands between."""

import json

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from freiblatt.articles.models import ArticlePage, FrontPage
from freiblatt.discussion.actions import ask_at_passage, open_thread
from freiblatt.discussion.models import Anchor, Comment, DiscussionSettings, FirstComment
from freiblatt.discussion.passages.finding import Chosen
from tests.cast import make_owner
from tests.discussion.test_anchors import FIRST, PAID, PARAGRAPHS, body
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.journey

#: Marks words of one text node with the mouse's own means.
MARK = """([from, to]) => {
    const walker = document.createTreeWalker(document.querySelector('.story'), NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    const first = nodes.find((one) => one.data.includes(from)), last = nodes.find((one) => one.data.includes(to));
    const range = document.createRange();
    range.setStart(first, first.data.indexOf(from));
    range.setEnd(last, last.data.indexOf(to) + to.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


def is_fault(message: ConsoleMessage) -> bool:
    """Return whether a line of the console tells of a fault of ours; this server has no live news, and says so."""
    return message.type == "error" and "/-/live/" not in message.location["url"]


@pytest.fixture(autouse=True)
def _open_desk(front: FrontPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freiblatt.discussion.rules.LEAST_SECONDS", 0)
    settings = DiscussionSettings.load()
    settings.held = FirstComment.NOBODY
    settings.save()


@pytest.fixture
def article(front: FrontPage) -> ArticlePage:
    made = make_article(
        section=make_section(title="Europa"),
        title="Ein Hafen wird verkauft",
        authors=[make_author(name="Rosa Winter")],
        body=json.dumps(body(PARAGRAPHS)),
    )
    open_thread(article=made)
    return made


@pytest.mark.parametrize("width_px", [390, 1440])
@pytest.mark.parametrize(
    ("first", "last", "exact"),
    [
        (PAID[4:19], PAID[4:19], PAID[4:19]),
        ("im Vertrag", "& nirgends", "im Vertrag & nirgends"),
        ("beschlossen.", "Der Käufer", "beschlossen.\nDer Käufer"),
    ],
    ids=["words", "across a link", "across paragraphs"],
)
def test_reader_marks_words_and_comments_on_them(
    article: ArticlePage, live_server: LiveServer, page: Page, width_px: int, first: str, last: str, exact: str
) -> None:
    page.set_viewport_size({"width": width_px, "height": 844})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
    page.goto(live_server.url + article.get_url())
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    page.evaluate(MARK, [first, last])
    button = page.get_by_role("button", name="Diese Worte kommentieren")
    button.click()
    form = page.locator(".passage-form form")
    expect(form.locator("[data-quoted]")).to_have_text(exact.replace("\n", " "))
    expect(button).to_have_count(0)
    form.get_by_label("Ihr Kommentar").fill("Das stimmt so nicht ganz.")
    form.get_by_label("Ihr Name oder ein anderer").fill("Helga")
    form.get_by_role("button", name="Kommentar abschicken").click()
    own = page.locator(".passage-form .comment.is-own")
    expect(own).to_contain_text("Das stimmt so nicht ganz.")
    expect(own).to_be_focused()
    anchor = Anchor.objects.get()
    assert (anchor.exact, anchor.block) == (exact, FIRST)
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    page.reload()
    expect(page.locator("mark.passage").first).to_be_visible()
    assert "".join(page.locator("mark.passage").all_inner_texts()) == exact.replace("\n", "")
    # A second reader finds what was said, and adds to it: what is drawn in the page does not count as words.
    page.locator("a.said").click()
    expect(page.locator(".comment")).to_contain_text("Das stimmt so nicht ganz.")
    page.go_back()
    page.evaluate(MARK, ["Zweitens", "Kran."])
    page.get_by_role("button", name="Diese Worte kommentieren").click()
    expect(page.locator(".passage-form [data-quoted]")).to_have_text("Zweitens: der Kran.")
    assert page.context.cookies() == []
    assert faults == []


@pytest.mark.parametrize("width_px", [390, 1440])
def test_link_of_a_paragraph_shows_itself_to_whoever_tabs_to_it(
    article: ArticlePage, live_server: LiveServer, page: Page, width_px: int
) -> None:
    page.set_viewport_size({"width": width_px, "height": 844})
    page.goto(live_server.url + article.get_url())
    link = page.get_by_role("link", name="Diesen Absatz kommentieren").first
    assert link.evaluate("one => getComputedStyle(one).opacity") == "0"
    link.focus()
    assert link.evaluate("one => getComputedStyle(one).opacity") == "1"
    box = link.bounding_box() or {}
    assert box["x"] + box["width"] <= width_px
    # Whoever copies the article gets its words and no more.
    copied = page.evaluate(
        "(getSelection().selectAllChildren(document.querySelector('.story')), getSelection().toString())"
    )
    assert "Diesen Absatz" not in copied
    assert f"{PAID} So steht es im Vertrag & nirgends sonst." in copied


@pytest.mark.parametrize("width_px", [390, 1440])
def test_reader_without_script_comments_on_a_paragraph(
    article: ArticlePage, live_server: LiveServer, browser: Browser, width_px: int
) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width_px, "height": 844}, locale="de-DE"
    )
    page = context.new_page()
    page.goto(live_server.url + article.get_url())
    link = page.get_by_role("link", name="Diesen Absatz kommentieren").nth(1)
    expect(link).to_be_visible()
    link.click()
    expect(page.locator(".paragraph-quoted")).to_contain_text(PAID)
    page.get_by_label("Ihr Kommentar").fill("Welcher Vertrag ist das?")
    page.get_by_label("Ihr Name oder ein anderer").fill("Ingo")
    page.get_by_label("Das berichtigt etwas im Artikel").check()
    page.get_by_role("button", name="Weiter zur Vorschau").click()
    expect(page.locator("[data-quoted]")).to_contain_text(PAID)
    page.get_by_role("button", name="Kommentar abschicken").click()
    expect(page.get_by_role("status")).to_contain_text("Er ist jetzt für alle zu lesen.")
    page.goto(live_server.url + article.get_url())
    mark = page.locator("mark.passage").first
    expect(mark).to_be_visible()
    said = page.locator("#discussion .comment")
    expect(said.locator(".comment-kind")).to_have_text("Das berichtigt etwas")
    said.locator(".comment-passage a").click()
    expect(mark).to_be_in_viewport()
    page.get_by_role("link", name="1 Kommentar zu dieser Stelle").click()
    expect(page.locator(".comment")).to_contain_text("Welcher Vertrag ist das?")
    assert Comment.objects.count() == 1
    context.close()


@pytest.mark.parametrize("is_scripted", [True, False])
def test_reader_unfolds_a_question_and_answers_it(
    article: ArticlePage, live_server: LiveServer, browser: Browser, is_scripted: bool
) -> None:
    owner = make_owner()
    asked = ask_at_passage(
        thread=article.thread,
        chosen=Chosen(FIRST, 0, PAID),
        question="Wer kennt den Vertrag?",
        by=owner,
        is_unfolded=False,
    )
    context = browser.new_context(
        java_script_enabled=is_scripted, viewport={"width": 390, "height": 844}, locale="de-DE"
    )
    page = context.new_page()
    page.goto(live_server.url + article.get_url())
    question = page.locator("details.question")
    expect(question.get_by_text("Wer kennt den Vertrag?")).to_be_hidden()
    question.locator("summary").click()
    expect(question.get_by_text("Wer kennt den Vertrag?")).to_be_visible()
    question.get_by_role("link", name="Antworten", exact=True).click()
    expect(page).to_have_url(f"{live_server.url}{article.get_url()}diskussion/{asked.pk}/antworten/")
    page.get_by_role("textbox", name="Ihre Antwort").fill("Ich habe ihn gesehen.")
    page.get_by_label("Ihr Name oder ein anderer").fill("Ela")
    page.get_by_role("button", name="Kommentar abschicken").click()
    expect(page.get_by_text("Ich habe ihn gesehen.").first).to_be_visible()
    assert Comment.objects.get(parent=asked).guest_name == "Ela"
    context.close()
