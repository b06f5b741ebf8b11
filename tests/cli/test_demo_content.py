"""The demo is a small newspaper that anybody may take apart: complete, linked, the same every time."""

import io
import re
import wave

import pytest
from django.test import Client, TestCase
from wagtail.models import Page

from freiblatt.articles.models import ArticlePage, Author, FrontPage, Picture, PlainPage, SectionPage, Topic
from freiblatt.cli.demo_content import fill
from freiblatt.cli.demo_content.blocks import MAKERS, body_of
from freiblatt.cli.demo_content.files import contract_pdf, readings_wav, seconds_of
from freiblatt.cli.demo_content.filling import Made
from freiblatt.cli.demo_content.pictures import drawings
from freiblatt.cli.demo_content.reading import read_facts, read_text, read_texts, rich_text
from freiblatt.discussion.models import Comment, CommentState
from freiblatt.newsroom.models import Menu

pytestmark = pytest.mark.once

HEAD = '+++\nlanguage = "de"\n+++\n'


def _counted() -> dict[str, int]:
    models = (Page, Author, Topic, Picture, Comment, Menu)
    return {model.__name__: model.objects.count() for model in models}


class TestFilledDemo(TestCase):
    """One filled demo for all these stories, because filling takes seconds."""

    @classmethod
    def setUpTestData(cls) -> None:
        with cls.captureOnCommitCallbacks(execute=True):  # whether a document is public is noted with the commit
            fill()

    def test_filling_twice_doubles_nothing(self) -> None:
        before = _counted()
        fill()
        assert _counted() == before

    def test_the_demo_has_articles_in_both_languages(self) -> None:
        live = ArticlePage.objects.live()
        assert live.filter(locale__language_code="de").count() == 12
        assert live.filter(locale__language_code="en").count() == 3
        assert live.filter(has_unpublished_changes=True).count() == 0

    def test_every_page_of_the_demo_opens(self) -> None:
        client = Client()
        pages = [*Page.objects.live().exclude(depth=1).specific()]
        assert {type(page) for page in pages} == {FrontPage, SectionPage, ArticlePage, PlainPage}
        for page in pages:
            response = client.get(page.url)
            assert response.status_code == 200, page.url
            assert response.headers["Content-Language"] == page.locale.language_code
        for listed in [*Author.objects.all(), *Topic.objects.all()]:
            assert client.get(listed.get_absolute_url()).status_code == 200, listed

    def test_every_link_of_the_demo_to_itself_leads_somewhere(self) -> None:
        client = Client()
        found: set[str] = set()
        for page in ArticlePage.objects.live():
            html = client.get(page.url).content.decode()
            found |= set(re.findall(r'href="(/[^"#?]*)"', html))
        leads_nowhere = [
            path
            for path in sorted(found)
            if not path.startswith(("/static/", "/media/"))
            and not path.endswith((".atom", ".json"))
            and client.get(path).status_code >= 400
        ]
        assert leads_nowhere == []

    def test_the_lead_story_and_its_translation_know_each_other(self) -> None:
        german = ArticlePage.objects.get(slug="telefonat-vor-alaska")
        english = ArticlePage.objects.get(slug="a-call-before-alaska")
        assert german.translation_key == english.translation_key
        assert english.url in Client().get(german.url).content.decode()

    def test_the_lead_story_is_discussed_and_its_author_answers(self) -> None:
        thread = ArticlePage.objects.get(slug="telefonat-vor-alaska").thread
        comments = Comment.objects.in_thread(thread)
        assert thread.n_public == 9
        assert comments.filter(author__slug="marlene-voss").count() == 1
        assert comments.get(state=CommentState.REMOVED).slot == 1
        assert comments.get(created_is_approximate=True).guest_name == "Helene M."
        assert max(comments.values_list("depth", flat=True)) == 2

    def test_readers_voted_and_the_newsroom_picked(self) -> None:
        client = Client()
        for article in ArticlePage.objects.filter(slug__in=["telefonat-vor-alaska", "hafen-fuer-einen-euro"]):
            thread = article.thread
            for comment in Comment.objects.in_thread(thread).filter(state=CommentState.PUBLIC):
                votes = list(comment.votes.values_list("value", flat=True))
                assert (comment.up, comment.down) == (votes.count(1), votes.count(-1))
            assert Comment.objects.in_thread(thread).exclude(pick_reason="").count() == 1
            top = client.get(f"{article.url}diskussion/beste/").content.decode()
            shown = [Comment.objects.get(pk=int(pk)) for pk in re.findall(r'id="comment-(\d+)"', top)]
            differences = [one.up - one.down for one in shown if one.parent_id is None]
            assert differences == sorted(differences, reverse=True)
            assert differences[0] > 5
        question = ArticlePage.objects.get(slug="was-in-der-wiede-schwimmt").thread.pinned
        assert question.author.slug == "jonas-achterberg"
        assert question.answers.count() == 2

    def test_the_front_page_is_led_by_the_summit(self) -> None:
        slots = FrontPage.objects.get(locale__language_code="de").slots.select_related("article")
        assert next((slot.size, slot.article.slug) for slot in slots) == ("lead", "telefonat-vor-alaska")
        assert {slot.size for slot in slots} == {"lead", "second", "brief"}


def test_a_discussion_belongs_to_an_article() -> None:
    names = {text.name for text in read_texts("articles")}
    discussed = {name for name in names if read_facts(f"discussions/{name}.toml")}
    assert len(discussed) == 4


def test_texts_use_the_quotation_marks_and_dashes_of_their_language() -> None:
    for text in [*read_texts("articles"), *read_texts("plain")]:
        words = "\n".join(mark.text for mark in text.marks)
        words += " ".join(value for value in text.head.values() if isinstance(value, str))
        assert '"' not in words, text.name
        assert not re.search(r"\w - \w", words), text.name
        assert "'" not in words, text.name
        if text.head["language"] == "de":
            assert words.count("„") == words.count("“"), text.name
            assert "”" not in words, text.name


def test_every_block_of_the_texts_is_known() -> None:
    assert {mark.kind for text in read_texts("articles") for mark in text.marks} == set(MAKERS)


def test_a_text_that_names_a_missing_article_is_refused() -> None:
    text = read_text("neu", HEAD + "Mehr [im anderen Text](article:nirgends).")
    with pytest.raises(KeyError, match="nirgends"):
        body_of(text, Made())


def test_a_text_without_a_head_is_refused() -> None:
    with pytest.raises(ValueError, match="neu: expected a head"):
        read_text("neu", "Ein Absatz.")


def test_a_block_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="the block infobox has no end"):
        read_text("neu", HEAD + "::: infobox\ntitle: Offen\n")


def test_running_text_becomes_rich_text() -> None:
    made = rich_text("## Über *Häfen*\n\nEin **Kai** & [mehr](/geld/).\n\n- eins\n- zwei", lambda to: f'href="{to}"')
    assert made == (
        "<h2>Über <i>Häfen</i></h2><p>Ein <b>Kai</b> &amp; "
        '<a href="/geld/">mehr</a>.</p><ul><li>eins</li><li>zwei</li></ul>'
    )


def test_a_date_and_a_paragraph_of_law_do_not_break() -> None:
    assert rich_text("§ 7 gilt ab 27. Juni", str) == "<p>§\u202f7 gilt ab 27.\u202fJuni</p>"
    assert rich_text("Poller 14 am Kai 3. Der Anstrich", str) == "<p>Poller 14 am Kai 3. Der Anstrich</p>"


def test_pictures_are_drawn_the_same_every_time() -> None:
    draw = drawings["register"].draw
    assert draw().tobytes() == draw().tobytes()


def test_every_picture_of_the_texts_is_drawn() -> None:
    named = {text.head["lead_picture"] for text in read_texts("articles") if "lead_picture" in text.head}
    named |= {mark.name for text in read_texts("articles") for mark in text.marks if mark.kind == "picture"}
    assert named <= set(drawings)


def test_the_contract_is_a_pdf_whose_table_of_objects_is_right() -> None:
    document = contract_pdf()
    assert document.startswith(b"%PDF-1.4")
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF", document)[1])
    assert document[start:].startswith(b"xref\n0 8\n")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", document), start=1):
        assert document[int(place) :].startswith(b"%d 0 obj" % number)


def test_the_measurements_sound_as_long_as_the_page_says() -> None:
    with wave.open(io.BytesIO(readings_wav())) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(seconds_of(), abs=0.01)
