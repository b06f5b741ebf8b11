"""No half-translated screen: every page for readers speaks the language of its address, and that one alone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polib
import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

import freiblatt
from freiblatt.articles.models import ArticlePage, Author, FrontPage
from freiblatt.discussion.actions import add_comment, add_placeholder, open_thread, remove_comment, withdraw_comment
from freiblatt.discussion.reading import count_text
from freiblatt.discussion.reading.shown import _as_html
from tests.factories import house_rule, make_article, make_author, make_section, make_topic

pytestmark = pytest.mark.once

CATALOGUE = Path(freiblatt.__file__).parent / "locale/de/LC_MESSAGES/django.po"
#: Stands in everything that the desk or a reader has written here, and in nothing of ours.
OWN = "§"
#: Stands around every sentence of a catalogue in which nothing else was changed.
OPENING, CLOSING = "⟦", "⟧"

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
SPOKEN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title")
TEXTS = (
    "a",
    "b",
    "button",
    "caption",
    "dd",
    "dt",
    "figcaption",
    "h1",
    "h2",
    "h3",
    "label",
    "li",
    "p",
    "span",
    "summary",
)

ADDRESSES = {
    "de": (
        "/",
        "/europa/",
        "/europa/hafen/",
        "/europa/hafen/diskussion/",
        "/autoren/rainer-hofmann/",
        "/themen/handel/",
        "/archiv/",
        "/archiv/2025/08/",
        "/gibt-es-nicht/",
    ),
    "en": (
        "/en/",
        "/en/europe/",
        "/en/europe/harbour/",
        "/en/europe/harbour/discussion/",
        "/en/authors/rainer-hofmann/",
        "/en/topics/trade/",
        "/en/archive/",
        "/en/archive/2025/08/",
        "/en/no-such-page/",
    ),
}


def write_article(*, language: str, section: str, slug: str, topic: str, authors: list[Author]) -> None:
    """Publish an article with what a body and a discussion may consist of."""
    quotation = {
        "text": f"{OWN} 1",
        "speaker": f"{OWN} Donald Trump",
        "address": "https://example.org/",
        "original": f"{OWN} 2",
        "original_language": "ru",
    }
    article = make_article(
        section=make_section(title=f"{OWN} {section}", slug=section, language=language),
        title=f"{OWN} {slug}",
        slug=slug,
        kicker=f"{OWN} 3",
        standfirst=f"{OWN} 4",
        authors=authors,
        topics=[make_topic(name=f"{OWN} {topic}", slug=topic, language=language, is_dossier=True)],
        published_on=datetime(2025, 8, 13, 7, 40, tzinfo=UTC),
        updated_on=datetime(2025, 8, 14, 7, 40, tzinfo=UTC),
        body=[
            ("text", f"<p>{OWN} 5</p>"),
            ("quotation", quotation),
            ("embed", {"address": "https://www.youtube.com/watch?v=abc", "title": f"{OWN} 6"}),
            ("embed", {"address": "https://example.org/", "title": f"{OWN} 7"}),
            ("lost_picture", {"caption": f"{OWN} 8"}),
        ],
    )
    discuss(article, authors[0])


def discuss(article: ArticlePage, author: Author) -> None:
    """Put a discussion below `article` in which everything happens that can."""
    thread = open_thread(article=article, n_lost=2)
    root = add_comment(thread=thread, guest_name=f"{OWN} Helga", text=f"{OWN} 9")
    for number in range(5):
        answer = add_comment(thread=thread, guest_name=f"{OWN} Ingo", text=f"{OWN} {number}", parent=root)
    for is_removed in (False, True):
        gone = add_comment(thread=thread, guest_name=f"{OWN} Ela", text=f"{OWN} 10")
        add_comment(thread=thread, guest_name=f"{OWN} Uwe", text=f"{OWN} 11", parent=gone)
        if is_removed:
            remove_comment(comment=gone, by=None, rule=house_rule())
        else:
            withdraw_comment(comment=gone)
    lost = add_placeholder(thread=thread, guest_name=f"{OWN} Rainer")
    add_comment(thread=thread, guest_name=f"{OWN} Ute", text=f"{OWN} 12", parent=lost)
    add_comment(thread=thread, author=author, text=f"{OWN} 13", parent=answer)


@pytest.fixture
def publication(front: FrontPage) -> None:
    """A publication in German and English with an article and a discussion in each."""
    authors = [make_author(name="Rainer Hofmann"), make_author(name="Rosa Winter")]
    write_article(language="de", section="europa", slug="hafen", topic="handel", authors=authors)
    write_article(language="en", section="europe", slug="harbour", topic="trade", authors=authors)


@pytest.fixture
def marked_catalogue() -> Iterator[None]:
    """Put marks around every sentence of ours, in German."""
    catalogue = trans_real.translation("de")._catalog._catalogs
    kept = dict(catalogue[0])
    for entry in polib.pofile(str(CATALOGUE)):
        key = f"{entry.msgctxt}\x04{entry.msgid}" if entry.msgctxt else entry.msgid
        if is_address(entry.msgid):
            continue
        if entry.msgid_plural:
            for form, sentence in entry.msgstr_plural.items():
                catalogue[0][key, form] = f"{OPENING}{sentence}{CLOSING}"
        else:
            catalogue[0][key] = f"{OPENING}{entry.msgstr}{CLOSING}"
    # Comments that were shown before are remembered, without marks; nobody may remember those with marks.
    _as_html.cache_clear()
    yield
    _as_html.cache_clear()
    catalogue[0].clear()
    catalogue[0].update(kept)


def is_address(message: str) -> bool:
    """Whether a message of the catalogue is a pattern of addresses."""
    return message.startswith("^") or message.endswith("/")


def said(html: str, language: str) -> set[str]:
    """Return every text that a page in `language` shows or reads aloud, except what is marked as another language."""
    page = BeautifulSoup(html, "html.parser")
    for hidden in page(["script", "style"]):
        hidden.decompose()
    for foreign in page.find_all(lambda tag: tag.name != "html" and tag.get("lang") not in (None, language)):
        foreign.decompose()
    nodes = [str(node) for node in page.find_all(string=True) if type(node).__name__ == "NavigableString"]
    whole = [tag.get_text() for tag in page(TEXTS)]
    spoken = [tag[name] for tag in page(True) for name in SPOKEN_ATTRIBUTES if isinstance(tag, Tag) and tag.get(name)]
    return {" ".join(str(text).split()) for text in (*nodes, *whole, *spoken)} - {""}


def foreign_sentences(language: str) -> list[re.Pattern]:
    """Return what must not be read in `language`: all sentences of the other one that are said differently here."""
    found = []
    for entry in polib.pofile(str(CATALOGUE)):
        if is_address(entry.msgid):
            continue
        english = {entry.msgid, entry.msgid_plural} - {""}
        german = set(entry.msgstr_plural.values()) if entry.msgid_plural else {entry.msgstr}
        here, there = (german, english) if language == "de" else (english, german)
        for sentence in there - here:
            parts = [re.escape(part) for part in PLACEHOLDER.split(" ".join(sentence.split()))]
            if re.search(r"[^\W\d_]", PLACEHOLDER.sub("", sentence)):
                found.append(re.compile(".+".join(parts)))
    return found


@pytest.mark.parametrize("language", ADDRESSES)
def test_page_says_nothing_in_the_other_language(publication: None, client: Client, language: str) -> None:
    forbidden = foreign_sentences(language)
    assert len(forbidden) > 500
    for address in ADDRESSES[language]:
        response = client.get(address)
        html = response.content.decode()
        assert response.status_code == (404 if address == ADDRESSES[language][-1] else 200)
        assert f'<html lang="{language}">' in html
        texts = said(html, language)
        assert len(texts) > 10
        assert (address, {text for text in texts for foreign in forbidden if foreign.fullmatch(text)}) == (
            address,
            set(),
        )


#: What is printed without a catalogue: the names of the cast, of the publication and of hosts; dates and figures.
NAMES = re.compile(
    r"http://testserver/\S*|Testblatt|Rainer Hofmann|Rosa Winter|youtube-nocookie\.com|example\.org|Deutsch|English"
)
FIGURES = re.compile(
    r"Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|(Mon|Diens|Donners|Frei|Sams|"
    r"Sonn)tag|Mittwoch|Uhr|[\W\d]"
)


def test_every_sentence_of_a_page_comes_from_the_catalogue(
    publication: None, marked_catalogue: None, client: Client
) -> None:
    for address in ADDRESSES["de"]:
        html, found = client.get(address).content.decode(), 1
        assert OPENING in html
        # From the inside outwards: a sentence may have others, and elements, between its words.
        while found:
            html, found = re.subn(f"{OPENING}[^{OPENING}{CLOSING}]*{CLOSING}", "", html)
        texts = [text for text in said(html, "de") if OWN not in text]
        assert (address, [text for text in texts if FIGURES.sub("", NAMES.sub("", text))]) == (address, [])


def test_byline_is_one_sentence(publication: None, client: Client) -> None:
    assert "Von Rainer Hofmann und Rosa Winter" in said(client.get("/europa/hafen/").content.decode(), "de")
    assert "By Rainer Hofmann and Rosa Winter" in said(client.get("/en/europe/harbour/").content.decode(), "en")


@pytest.mark.parametrize(
    ("language", "counts"),
    [("de", ["0 Kommentare", "1 Kommentar", "2 Kommentare"]), ("en", ["0 comments", "1 comment", "2 comments"])],
)
def test_counts_have_their_plural(language: str, counts: list[str]) -> None:
    with translation.override(language):
        assert [count_text(count) for count in (0, 1, 2)] == counts


def test_times_are_printed_as_newspapers_do(publication: None, client: Client) -> None:
    assert "13. August 2025, 9.40 Uhr" in said(client.get("/europa/hafen/").content.decode(), "de")
    assert "13 August 2025, 09:40" in said(client.get("/en/europe/harbour/").content.decode(), "en")


@pytest.mark.django_db
def test_door_of_the_newsroom_speaks_german(client: Client) -> None:
    texts = said(client.get("/admin/login/").content.decode(), "de")
    assert {"Anmeldung zur Redaktion", "E-Mail-Adresse", "Anmelden"} <= texts
    assert any(text.startswith("Passwort") for text in texts)
    assert not any(text.startswith("Password") for text in texts)


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/", "Testblatt"),
        ("/archiv/", "Archiv – Testblatt"),
        ("/en/archive/", "Archive – Testblatt"),
        ("/archiv/2025/08/", "August 2025 – Testblatt"),
        ("/gibt-es-nicht/", "Seite nicht gefunden – Testblatt"),
        ("/europa/hafen/diskussion/", f"Diskussion: {OWN} hafen – Testblatt"),
    ],
)
def test_page_has_a_title_of_its_own(publication: None, client: Client, address: str, title: str) -> None:
    page = BeautifulSoup(client.get(address).content.decode(), "html.parser")
    assert page.title is not None
    assert page.title.get_text() == title


def test_what_english_says_otherwise_is_said_in_all_languages() -> None:
    """The words of libraries that English replaces stand in the other catalogue too, with the same placeholders."""
    known = {entry.msgid for entry in polib.pofile(str(CATALOGUE))}
    for entry in polib.pofile(str(CATALOGUE.parent.parent.parent / "en/LC_MESSAGES/django.po")):
        assert entry.msgid in known
        assert set(PLACEHOLDER.findall(entry.msgid)) == set(PLACEHOLDER.findall(entry.msgstr))
