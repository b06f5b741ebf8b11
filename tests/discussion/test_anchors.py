"""Readers write about a passage; it is marked in the article, and follows the text or is said to be lost."""

import json
import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freiblatt.articles.models import ArticlePage, FrontPage
from freiblatt.discussion.actions import (
    DiscussionError,
    PassageError,
    approve_comment,
    arrange_thread,
    ask_at_passage,
    carry_anchors,
    erase_comment,
    fold_question,
    open_thread,
    remove_comment,
    withdraw_comment,
)
from freiblatt.discussion.actions.judging import HouseRule
from freiblatt.discussion.models import (
    LONGEST_PASSAGE,
    Anchor,
    AnchorStatus,
    Comment,
    CommentKind,
    CommentState,
    DiscussionSettings,
    FirstComment,
    Thread,
    ThreadState,
    passages_key,
)
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.lib import limits
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.discussion.test_posting import nonce_of
from tests.factories import make_article, make_author, make_section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried", "open_desk")]

ARTICLE = "/europa/ein-hafen-wird-verkauft/"
WRITE = f"{ARTICLE}diskussion/schreiben/"
FIRST, SECOND, QUOTED = (f"b7f3a2c1-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
PAID = "Der Käufer zahlt 12 Millionen Euro."
PARAGRAPHS = (
    "<p>Der Rat hat am Montag den <b>Verkauf des Hafens</b> beschlossen.</p>"
    f'<p>{PAID} So steht es <a href="https://example.org/">im Vertrag</a> &amp; nirgends sonst.</p>'
    "<ul><li>Erstens: die Halle.</li><li>Zweitens: der Kran.</li></ul>"
)


def body(first: str = PARAGRAPHS, *more: tuple[str, str]) -> list[dict[str, Any]]:
    blocks = [(FIRST, first), *more] if first else list(more)
    quotation = {"id": QUOTED, "type": "quotation", "value": {"text": "Wir prüfen das.", "speaker": "Ida Moll"}}
    return [*({"id": pk, "type": "text", "value": html} for pk, html in blocks), quotation]


def publish(article: ArticlePage, *blocks: Any) -> ArticlePage:
    """Publish another text, as the editor's screen does."""
    page = ArticlePage.objects.get(pk=article.pk)
    page.body = json.dumps(body(*blocks))
    page.save_revision().publish()
    return ArticlePage.objects.get(pk=article.pk)


@pytest.fixture
def article(front: FrontPage) -> ArticlePage:
    article = make_article(
        section=make_section(title="Europa"),
        title="Ein Hafen wird verkauft",
        authors=[make_author(name="Rosa Winter")],
        body=json.dumps(body()),
    )
    return publish(article)


def say(client: Client, words: str = PAID, *, text: str = "Woher wissen Sie das?", **fields: Any) -> Any:
    """Send a comment on words of the article; return the answer."""
    sent = {"block": FIRST, "start": "0", "words": words, "prefix": "", "suffix": ""}
    nonce = nonce_of(client, WRITE)
    return client.post(WRITE, {"text": text, "name": "Helga", "nonce": nonce, **sent, **fields})


def page(client: Client, address: str = ARTICLE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def marked(html: str) -> list[str]:
    """Return the words of each mark."""
    return [re.sub("<[^>]*>", "", one) for one in re.findall(r"<mark[^>]*>(.*?)</mark>", html)]


def test_every_paragraph_offers_to_be_commented_on_without_script(thread: Thread, client: Client) -> None:
    html = page(client)
    assert re.findall(r'class="say" href="([^"]*)" aria-labelledby="say"></a></(\w+)>', html) == [
        ("diskussion/zu/0/", "p"),
        ("diskussion/zu/1/", "p"),
        ("diskussion/zu/2/", "li"),
        ("diskussion/zu/3/", "li"),
        ("diskussion/zu/4/", "p"),
    ]
    assert html.count('id="say"') == 1
    second = page(client, f"{ARTICLE}diskussion/zu/1/")
    assert f"<p>{PAID} So steht es im Vertrag &amp; nirgends sonst.</p>" in second
    assert f'action="{WRITE}"' in second
    assert f'name="block" value="{FIRST}"' in second
    assert "Wir prüfen das." in page(client, f"{ARTICLE}diskussion/zu/4/")
    for nowhere in ("5", "99999999999999999999"):
        assert client.get(f"{ARTICLE}diskussion/zu/{nowhere}/").status_code == 404


def test_paragraph_is_commented_on_without_script_through_the_preview(thread: Thread, client: Client) -> None:
    form = page(client, f"{ARTICLE}diskussion/zu/1/")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    sent = {name: value.replace("&amp;", "&").replace("&quot;", '"') for name, value in hidden.items()}
    preview = client.post(WRITE, {**sent, "text": "Welcher Vertrag?", "name": "Ingo", "preview": "1"})
    assert preview.status_code == 200
    again = preview.content.decode()
    assert "So steht es im Vertrag" in again
    nonce = re.findall(r'name="nonce" value="([^"]+)"', again)[0]
    assert client.post(WRITE, {**sent, "text": "Welcher Vertrag?", "name": "Ingo", "nonce": nonce}).status_code == 303
    anchor = Anchor.objects.get()
    assert anchor.exact == f"{PAID} So steht es im Vertrag & nirgends sonst."
    assert (anchor.block, anchor.status) == (FIRST, AnchorStatus.SURE)
    assert anchor.revision_id == thread.article.live_revision_id


def test_comment_stands_in_the_thread_with_its_words_and_the_article_has_a_mark(thread: Thread, client: Client) -> None:
    assert say(client).status_code == 303
    comment = Comment.objects.get()
    html = page(client)
    assert marked(html) == [PAID]
    assert '<a class="said" href="diskussion/zu/1/" data-n="1" aria-label="1 Kommentar zu dieser Stelle"></a>' in html
    start = Anchor.objects.get().start
    assert f'<mark class="passage" id="w-b7f3a2c1-{start}">' in html
    assert f'<a href="{ARTICLE}#w-b7f3a2c1-{start}">{PAID}</a>' in html
    assert comment.source_text in page(client, f"{ARTICLE}diskussion/zu/1/")
    assert comment.source_text not in page(client, f"{ARTICLE}diskussion/zu/0/")
    say(client, text="Das frage ich mich auch.")
    assert 'data-n="2" aria-label="2 Kommentare zu dieser Stelle"' in page(client)
    assert marked(page(client)) == [PAID]


def test_words_across_links_emphasis_and_paragraphs_are_marked(thread: Thread, client: Client) -> None:
    say(client, "Verkauf des Hafens beschlossen.\nDer Käufer")
    say(client, "es im Vertrag & nirgends", text="Wo sonst?")
    html = page(client)
    assert marked(html) == ["Verkauf des Hafens", " beschlossen.", "Der Käufer", "es ", "im Vertrag", " &amp; nirgends"]


@pytest.mark.parametrize("state", ["held", "withdrawn", "erased", "removed"])
def test_what_readers_do_not_see_makes_no_mark(thread: Thread, client: Client, state: str) -> None:
    say(client)
    comment = Comment.objects.get()
    if state == "held":
        Comment.objects.update(state=CommentState.WAITING, slot=0)
    if state == "withdrawn":
        withdraw_comment(comment=comment)
    if state == "erased":
        erase_comment(comment=comment)
    if state == "removed":
        remove_comment(comment=comment, by=None, rule=HouseRule.objects.first())
    assert marked(page(client)) == []
    assert Anchor.objects.exists() is (state in ("held", "removed"))


def test_held_comment_is_marked_once_the_desk_lets_it_through(thread: Thread, client: Client) -> None:
    settings = DiscussionSettings.load()
    settings.held = FirstComment.EVERYBODY
    settings.save()
    say(client)
    assert marked(page(client)) == []
    approve_comment(comment=Comment.objects.get(), by=None)
    assert marked(page(client)) == [PAID]


@pytest.mark.parametrize(
    "sent",
    [
        {"words": "Der Verkäufer zahlt nichts."},
        {"words": "x" * (LONGEST_PASSAGE + 1)},
        {"words": "Der Rat", "start": "-1"},
        {"words": "Der Rat", "start": "viele"},
        {"words": "Der Rat", "block": "x" * 400},
        {"words": "y" * 30_000},
        {"words": "e"},
    ],
)
def test_passage_that_is_not_there_is_said_and_the_text_kept(thread: Thread, client: Client, sent: dict) -> None:
    answer = say(client, **{"block": "nirgends", **sent})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Woher wissen Sie das?" in html
    assert 'role="alert"' in html
    # Sent again, it is a comment on the whole article.
    assert 'name="words"' not in html
    assert not Comment.objects.exists()


def test_words_are_found_where_the_text_was_changed_while_somebody_wrote(
    thread: Thread, article: ArticlePage, client: Client
) -> None:
    publish(article, PARAGRAPHS, (SECOND, "<p>Nachtrag: Der Rat schweigt.</p>"))
    assert say(client, start="3").status_code == 303
    assert marked(page(client)) == [PAID]


@pytest.mark.parametrize(
    ("blocks", "status", "now"),
    [
        ((f"<p>Neu ist dies.</p>{PARAGRAPHS}",), AnchorStatus.SURE, PAID),
        ((PARAGRAPHS.replace("12 M", "14 M"),), AnchorStatus.CHANGED, PAID.replace("12", "14")),
        ((PARAGRAPHS.replace(PAID, ""), (SECOND, f"<p>Am Ende: {PAID}</p>")), AnchorStatus.MOVED, PAID),
        ((PARAGRAPHS.replace(PAID, ""),), AnchorStatus.LOST, None),
        (("", (SECOND, "<p>Der Käufer zahlt 13 Millionen Euro.</p>")), AnchorStatus.LOST, None),
    ],
)
def test_passage_follows_when_another_text_is_published(
    thread: Thread, article: ArticlePage, client: Client, blocks: tuple, status: AnchorStatus, now: str | None
) -> None:
    say(client)
    publish(article, *blocks)
    anchor = Anchor.objects.get()
    assert (anchor.status, anchor.first_words) == (status, PAID)
    html = page(client)
    assert marked(html) == ([now] if now else [])
    assert ("Die Stelle wurde seitdem geändert." in html) is (status == AnchorStatus.CHANGED)
    is_lost = status == AnchorStatus.LOST
    assert ("Diese Stelle steht nicht mehr im Artikel." in html) is is_lost
    assert ('id="lost-passages"' in html) is is_lost
    # What the reader had chosen stays above the comment, whatever became of it.
    assert PAID in html.split('id="discussion"')[1]


def test_passage_comes_back_with_an_earlier_text(thread: Thread, article: ArticlePage, client: Client) -> None:
    say(client)
    publish(article, PARAGRAPHS.replace("12 M", "14 M"))
    publish(article)
    assert Anchor.objects.get().status == AnchorStatus.SURE
    publish(article, "<p>Kein Wort mehr davon.</p>")
    assert Anchor.objects.get().status == AnchorStatus.LOST
    publish(article)
    assert marked(page(client)) == [PAID]
    assert Anchor.objects.get().status == AnchorStatus.MOVED


def test_draft_and_its_preview_move_nothing_and_show_no_marks(
    thread: Thread, article: ArticlePage, client: Client
) -> None:
    say(client)
    draft = ArticlePage.objects.get(pk=article.pk)
    draft.body = json.dumps(body("<p>Ein ganz anderer Text.</p>"))
    draft.save_revision()
    assert marked(page(client)) == [PAID]
    preview = draft.make_preview_request().content.decode()
    assert "Ein ganz anderer Text." in preview
    assert "<mark" not in preview
    assert 'class="say"' not in preview


def test_carrying_again_changes_nothing_and_costs_nothing_without_passages(
    thread: Thread, article: ArticlePage, client: Client
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as none:
        assert carry_anchors(article=article) == {}
    assert len(none) <= 4
    say(client)
    page_now = publish(article, PARAGRAPHS.replace("12 M", "14 M"))
    before = Anchor.objects.values().get()
    assert carry_anchors(article=page_now) == {}
    assert Anchor.objects.values().get() == before


def test_mark_is_never_drawn_around_other_words(thread: Thread, article: ArticlePage, client: Client) -> None:
    say(client)
    # Somebody changes the database behind our back.
    Anchor.objects.update(start=0, end=9)
    assert marked(page(client)) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Anchor.objects.update(start=5, end=5)


def test_pages_go_stale_with_what_is_said_on_passages(thread: Thread, client: Client) -> None:
    answer = client.get(ARTICLE)
    assert passages_key(thread.article_id) in answer.store_keys
    assert passages_key(thread.article_id) in client.get(f"{ARTICLE}diskussion/zu/0/").store_keys


def test_page_of_a_paragraph_is_kept_and_carries_no_nonce(thread: Thread, client: Client) -> None:
    answer = client.get(f"{ARTICLE}diskussion/zu/0/")
    assert 'name="nonce"' not in answer.content.decode()
    assert "noindex" in answer.content.decode()


def test_closed_discussion_offers_no_paragraph_and_keeps_its_marks(thread: Thread, client: Client) -> None:
    say(client)
    arrange_thread(thread=thread, state=ThreadState.CLOSED)
    html = page(client)
    assert 'class="say"' not in html
    assert marked(html) == [PAID]
    assert "data-comment" not in page(client, f"{ARTICLE}diskussion/zu/1/")


def test_long_article_grows_by_less_than_three_kilobytes(front: FrontPage, client: Client) -> None:
    paragraphs = "".join(f"<p>Dies ist der {number}. Absatz von vielen.</p>" for number in range(40))
    long = make_article(section=make_section(title="Welt"), title="Lang", body=json.dumps(body(paragraphs)))
    thread = open_thread(article=publish(long, paragraphs))
    opened = page(client, "/welt/lang/").split('<div class="story story-more">')[0]
    arrange_thread(thread=thread, state=ThreadState.CLOSED)
    closed = page(client, "/welt/lang/").split('<div class="story story-more">')[0]
    assert 0 < len(opened.encode()) - len(closed.encode()) <= 3000


def test_number_of_statements_does_not_grow_with_the_passages(thread: Thread, client: Client) -> None:
    say(client)
    page(client)
    with CaptureQueriesContext(connection) as one:
        page(client)
    for number in range(4):
        say(client, ["Der Rat", "am Montag", "die Halle", "der Kran"][number], text=f"Frage {number}?")
    with CaptureQueriesContext(connection) as many:
        page(client)
    assert len(many) == len(one)
    assert len(marked(page(client))) == 5


@pytest.fixture
def rosa(article: ArticlePage) -> Any:
    member = make_member(Role.AUTHOR, first_name="Rosa", last_name="Winter")
    author = article.bylines.get().author
    author.staff_member = member
    author.save()
    return member


@pytest.mark.parametrize("is_unfolded", [True, False])
def test_author_asks_at_a_passage(
    thread: Thread, article: ArticlePage, rosa: Any, client: Client, is_unfolded: bool
) -> None:
    author = article.bylines.get().author
    comment = ask_at_passage(
        thread=thread,
        chosen=Chosen(FIRST, 0, PAID),
        question="Kennen Sie *den Vertrag*?",
        by=rosa,
        is_unfolded=is_unfolded,
    )
    assert (comment.kind, comment.author, comment.staff_member) == (CommentKind.QUESTION, author, rosa)
    html = page(client)
    opening = '<details class="question no-print" open>' if is_unfolded else '<details class="question no-print">'
    behind = html.split("nirgends sonst.", 1)[1]
    assert behind.index("</p>") < behind.index(opening) < behind.index("Erstens")
    assert "<em>den Vertrag</em>" in html.split('id="discussion"')[0]
    assert f'href="{ARTICLE}diskussion/{comment.pk}/antworten/"' in html
    assert marked(html) == []  # a question stands there itself
    fold_question(comment=comment, is_unfolded=not is_unfolded)
    assert opening not in page(client)
    withdraw_comment(comment=comment)
    assert 'class="question' not in page(client)


def test_question_needs_words_that_are_there_and_a_text(thread: Thread, rosa: Any) -> None:
    with pytest.raises(PassageError):
        ask_at_passage(thread=thread, chosen=Chosen(FIRST, 0, "Nie geschrieben."), question="Warum?", by=rosa)
    for question in ("", "  ", "x" * 601):
        with pytest.raises(DiscussionError):
            ask_at_passage(thread=thread, chosen=Chosen(FIRST, 0, PAID), question=question, by=rosa)
    assert not Comment.objects.exists()


def test_passages_are_given_to_programs_as_web_annotations(thread: Thread, client: Client) -> None:
    say(client, corrects="on")
    say(client, "Wir prüfen das.", block=QUOTED, text="Seit wann?")
    answer = client.get(f"{ARTICLE}diskussion/annotationen.json")
    assert answer["Content-Type"].startswith("application/ld+json")
    found = json.loads(answer.content)
    assert found["@context"] == "http://www.w3.org/ns/anno.jsonld"
    first, second = found["items"]
    quote, position = first["target"]["selector"]
    assert quote == {
        "type": "TextQuoteSelector",
        "exact": PAID,
        "prefix": "n Verkauf des Hafens beschlossen.\n"[-32:],
        "suffix": " So steht es im Vertrag & nirgends sonst."[:32],
    }
    text = f"Der Rat hat am Montag den Verkauf des Hafens beschlossen.\n{PAID}"
    assert position == {"type": "TextPositionSelector", "start": text.index(PAID), "end": len(text)}
    assert (first["motivation"], second["motivation"]) == ("editing", "commenting")
    assert second["body"]["value"] == "<p>Seit wann?</p>"
    assert second["creator"] == {"type": "Person", "name": "Helga"}
    later = f"{ARTICLE}diskussion/annotationen/nach/{Comment.objects.first().pk}.json"
    assert [one["id"] for one in json.loads(client.get(later).content)["items"]] == [second["id"]]


def test_article_reads_no_comments_texts_however_many_are_about_a_passage(article: ArticlePage, client: Client) -> None:
    for number in range(4):
        limits.start_over()
        assert say(client, text=f"Gedanke {number}").status_code == 303
    with CaptureQueriesContext(connection) as asked:
        html = page(client)
    assert marked(html) == [PAID]
    assert 'data-n="4"' in html
    asking = [one["sql"] for one in asked if "discussion_anchor" in one["sql"]]
    assert asking
    assert not any('"discussion_comment"."html"' in sql and '"discussion_anchor"."exact"' in sql for sql in asking)
