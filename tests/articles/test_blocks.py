"""What an article's body may contain, and how readers get it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import translation

from freiblatt.articles.blocks.embeds import frame_address
from freiblatt.articles.models import ArticleDocument, ArticlePage, FrontPage, Picture, Recording
from tests.factories import make_article, make_section
from tests.pictures import make_picture


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English outside requests; a page's own words are German all the same."""
    with translation.override("en"):
        yield


def german(message: str, **values: str) -> str:
    """Return a sentence of a page as German readers get it."""
    with translation.override("de"):
        return translation.gettext(message) % values


def render(client: Client, body: list[tuple[str, Any]]) -> str:
    """Return the page of an article with `body`, as a reader gets it, but for what the discussion adds."""
    article = make_article(section=make_section(title="Europa"), title="Ein Hafen", body=body)
    response = client.get(article.url)
    assert response.status_code == 200
    return re.sub(r'<a class="say[^>]*></a>', "", response.content.decode())


@pytest.fixture
def picture(front: FrontPage) -> Picture:
    return make_picture(
        credit="Rosa Winter", licence="CC BY 4.0", description="Ein Kran am Kai", caption="Der Kai im Mai"
    )


def block(name: str) -> Any:
    return ArticlePage._meta.get_field("body").stream_block.child_blocks[name]


def cleaned(name: str, value: Any) -> Any:
    made = block(name)
    return made.clean(made.to_python(value) if isinstance(value, dict) else made.normalize(value))


def test_text_keeps_headings_lists_links_and_emphasis(front: FrontPage, client: Client) -> None:
    text = (
        '<h2>Der Kauf</h2><p>Er zahlt <b>bar</b> und <i>sofort</i>, sagt <a href="https://example.org/">er</a>.</p>'
        "<ul><li>eins</li><li>zwei</li></ul>"
    )
    assert f'<div class="block-text prose">{text}</div>' in render(client, [("text", text)])


def test_text_in_another_language_says_so(front: FrontPage, client: Client) -> None:
    html = render(client, [("foreign_text", {"language": "uk", "text": "<p>Порт продано</p>"})])
    assert '<div class="block-text block-foreign-text prose" lang="uk"><p>Порт продано</p></div>' in html


def test_picture_brings_its_own_facts(picture: Picture, client: Client) -> None:
    html = render(client, [("picture", {"picture": picture, "width": "wide"})])
    assert '<figure class="block-picture is-wide"><picture' in html
    assert 'alt="Ein Kran am Kai"' in html
    assert (
        '<figcaption><span class="caption">Der Kai im Mai</span> '
        '<span class="credit">Rosa Winter, CC BY 4.0</span>' in html
    )


def test_place_may_say_other_facts_of_a_picture(picture: Picture, client: Client) -> None:
    value = {"picture": picture, "caption": "Heute", "alt": "Ein leerer Kai", "credit": "Archiv", "licence": "frei"}
    html = render(client, [("picture", value)])
    assert 'alt="Ein leerer Kai"' in html
    assert '<span class="caption">Heute</span> <span class="credit">Archiv, frei</span>' in html


def test_decorative_picture_is_silent(picture: Picture, client: Client) -> None:
    assert 'alt=""' in render(client, [("picture", {"picture": picture, "is_decorative": True, "alt": "x"})])


@pytest.mark.usefixtures("in_english")
def test_picture_without_description_is_refused_unless_decorative(front: FrontPage) -> None:
    picture = make_picture(description="")
    value = {"picture": picture.pk, "width": "text"}
    with pytest.raises(ValidationError) as refused:
        cleaned("picture", value)
    assert refused.value.block_errors["alt"].messages == [
        "Describe the picture for those who do not see it, or say that it is decorative."
    ]
    assert cleaned("picture", value | {"is_decorative": True})["picture"] == picture
    assert cleaned("picture", value | {"alt": "Ein Kran"}).alt_text == "Ein Kran"


def test_draft_may_lack_the_description(front: FrontPage) -> None:
    made = block("picture")
    made.defer_required_validation()
    try:
        assert cleaned("picture", {"picture": make_picture(description="").pk, "width": "text"}).alt_text == ""
    finally:
        made.restore_deferred_validation()


def test_gallery_shows_all_its_pictures(picture: Picture, client: Client) -> None:
    html = render(
        client, [("gallery", {"title": "Am Kai", "pictures": [{"picture": picture}, {"picture": picture, "alt": "B"}]})]
    )
    assert '<section class="block-gallery is-wide" aria-label="Am Kai">' in html
    assert html.count("<figure><picture") == 2
    assert 'alt="B"' in html


def test_quotation_names_speaker_language_and_original(front: FrontPage, client: Client) -> None:
    html = render(
        client,
        [
            (
                "quotation",
                {
                    "text": "Ich mache Geschäfte.",
                    "speaker": "Donald Trump",
                    "source": "vor Reportern",
                    "address": "https://example.org/mitschnitt",
                    "original": "I make deals.",
                    "original_language": "en",
                },
            )
        ],
    )
    assert '<blockquote cite="https://example.org/mitschnitt"><p>„Ich mache Geschäfte.“</p></blockquote>' in html
    assert '<b class="speaker">Donald Trump</b>, <a href="https://example.org/mitschnitt">vor Reportern</a>' in html
    assert '<div lang="en"><p>“I make deals.”</p></div>' in html


def test_quotation_in_another_language_has_its_marks(front: FrontPage, client: Client) -> None:
    html = render(client, [("quotation", {"text": "C’est fini.", "language": "fr"})])
    assert '<blockquote lang="fr"><p>«\u202fC’est fini.\u202f»</p></blockquote>' in html


def test_quotation_with_marks_of_its_own_gets_no_second_ones(front: FrontPage, client: Client) -> None:
    assert "<p>„Nein.“</p>" in render(client, [("quotation", {"text": "„Nein.“"})])


@pytest.mark.usefixtures("in_english")
def test_original_without_language_is_refused(front: FrontPage) -> None:
    with pytest.raises(ValidationError) as refused:
        cleaned("quotation", {"text": "Nein.", "original": "No."})
    assert refused.value.block_errors["original_language"].messages == ["Say in which language the original is."]


def test_link_of_a_quotation_runs_no_script(front: FrontPage) -> None:
    with pytest.raises(ValidationError):
        cleaned("quotation", {"text": "Nein.", "address": "javascript:alert(1)"})


def test_table_has_caption_and_headers(front: FrontPage, client: Client) -> None:
    table = {
        "columns": [
            {"type": "text", "heading": "Hafen"},
            {"type": "number", "heading": "Umschlag"},
            {"type": "rich_text", "heading": "Notiz"},
        ],
        "rows": [
            {"values": ["Nord", 1234567.5, "<p>neu</p>"]},
            {"values": ["Süd", None, ""]},
            {"values": ["Ost", 2025.0, ""]},
        ],
        "caption": "",
    }
    html = render(client, [("table", block("table").to_python({"caption": "Häfen", "table": table, "source": "Amt"}))])
    assert '<div class="table-scroll" role="region" tabindex="0" aria-label="Häfen">' in html
    assert "<caption>Häfen</caption>" in html
    assert '<th scope="col">Hafen</th><th scope="col" class="is-number">Umschlag</th>' in html
    assert '<tr><th scope="row">Nord</th><td class="is-number">1.234.567,5</td><td><p>neu</p></td></tr>' in html
    assert '<tr><th scope="row">Süd</th><td class="is-number"></td><td></td></tr>' in html
    assert '<tr><th scope="row">Ost</th><td class="is-number">2025</td>' in html
    assert "<figcaption>Amt</figcaption>" in html


@pytest.mark.parametrize(("own", "inner"), [("Häfen", "Ports"), ("", "Häfen"), ("Häfen", "")])
def test_table_has_one_caption_in_the_editor_and_loses_none(front: FrontPage, own: str, inner: str) -> None:
    table = block("table")
    cells = {"columns": [{"type": "text", "heading": "Ort"}], "rows": [{"values": ["Nord"]}], "caption": inner}
    shown = table.get_form_state(table.to_python({"caption": own, "table": cells}))
    assert (shown["caption"], shown["table"]["caption"]) == ("Häfen", "")
    assert shown["table"]["rows"] == [{"values": ["Nord"]}]


def test_amounts_that_a_writer_typed_stand_like_numbers(front: FrontPage, client: Client) -> None:
    table = {
        "columns": [{"type": "text", "heading": heading} for heading in ("Jahr", "Betrag", "Anteil", "Anmerkung")],
        "rows": [{"values": ["2024", "1.732,00 €", "−3,1 %", "3 Raten"]}, {"values": ["2025", "", "12 %", "7"]}],
        "caption": "",
    }
    html = render(client, [("table", block("table").to_python({"caption": "Kasse", "table": table}))])
    assert '<th scope="col" class="is-number">Betrag</th>' in html
    assert '<th scope="col">Anmerkung</th>' in html
    assert '<td class="is-number">1.732,00 €</td><td class="is-number">−3,1 %</td><td>3 Raten</td>' in html
    assert '<td class="is-number"></td><td class="is-number">12 %</td><td>7</td>' in html


@pytest.mark.parametrize(
    ("columns", "rows", "message"),
    [
        ([], [], "A table has at least one column and row."),
        ([{"type": "text", "heading": ""}], [{"values": ["x"]}], "Give every column a heading."),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_table_that_says_nothing_is_refused(front: FrontPage, columns: list, rows: list, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        cleaned("table", {"caption": "Häfen", "table": {"columns": columns, "rows": rows, "caption": ""}})
    assert refused.value.block_errors["table"].messages == [message]


def test_infobox_document_and_divider(picture: Picture, client: Client) -> None:
    document = ArticleDocument(title="Der Vertrag", source="Stadtarchiv")
    document.file.save("vertrag.pdf", ContentFile(b"%PDF-1.7\n" + b"x" * 2000))
    html = render(
        client,
        [
            ("infobox", {"title": "Der Hafen", "text": "<p>Gebaut 1880.</p>", "picture": picture}),
            ("divider", None),
            ("document", {"document": document, "note": "geschwärzt"}),
        ],
    )
    assert '<aside class="block-infobox" aria-label="Der Hafen"><h2>Der Hafen</h2>' in html
    assert '<div class="prose"><p>Gebaut 1880.</p></div>' in html
    assert '<hr class="block-divider">' in html
    assert f'<a href="{document.url}" type="application/pdf">Der Vertrag</a>' in html
    assert "PDF, 2,0\xa0KB, Stadtarchiv" in html
    assert "geschwärzt" in html


def test_recording_is_ours_and_has_its_transcript(front: FrontPage, client: Client) -> None:
    recording = Recording(title="Gespräch", type="audio", credit="Rosa Winter", transcript="Guten Tag.", duration=60)
    recording.file.save("gespraech.mp3", ContentFile(b"ID3"))
    html = render(client, [("recording", {"recording": recording, "caption": "Am Kai"})])
    assert '<audio controls preload="none" aria-label="Am Kai">' in html
    assert 'type="audio/mpeg"' in html
    summary = german("Transcript")
    assert f'<details class="transcript"><summary>{summary}</summary><p>Guten Tag.</p></details>' in html


def test_embed_is_a_link_until_the_reader_clicks(front: FrontPage, client: Client) -> None:
    article = make_article(
        section=make_section(title="Europa"),
        body=[("embed", {"address": "https://www.youtube.com/watch?v=abc&t=3", "title": "Rede im Hafen"})],
    )
    response = client.get(article.url)
    html = response.content.decode()
    assert 'href="https://www.youtube.com/watch?v=abc&amp;t=3"' in html
    assert 'data-embed="https://www.youtube-nocookie.com/embed/abc"' in html
    note = german("A click loads this from %(host)s; before that nothing is sent there.", host="youtube-nocookie.com")
    assert note in html
    assert "<iframe" not in html
    assert "frame-src https://www.youtube-nocookie.com;" in f"{response.headers['Content-Security-Policy']};"


def test_embed_of_a_host_that_is_not_allowed_is_a_plain_link(front: FrontPage, client: Client) -> None:
    article = make_article(
        section=make_section(title="Europa"),
        body=[("embed", {"address": "https://www.example.com/x", "title": "Karte"})],
    )
    response = client.get(article.url)
    html = response.content.decode()
    assert '<a class="embed" href="https://www.example.com/x"><b>Karte</b>' in html
    assert "data-embed=" not in html
    assert "frame-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("address", "frame"),
    [
        ("https://youtu.be/abc?si=1", "https://www.youtube-nocookie.com/embed/abc"),
        ("https://m.youtube.com/watch?v=a%22b", "https://www.youtube-nocookie.com/embed/a%22b"),
        ("https://www.youtube.com/shorts/abc", "https://www.youtube-nocookie.com/embed/abc"),
        ("https://vimeo.com/12345", "https://player.vimeo.com/video/12345?dnt=1"),
        ("https://player.vimeo.com/video/12345", "https://player.vimeo.com/video/12345"),
        ("http://player.vimeo.com/video/12345", ""),
        ("https://player.vimeo.com.example.com/video/1", ""),
        ("https://player.vimeo.com:8443/video/1", ""),
        ("https://me@player.vimeo.com/video/1", ""),
        ("https://notyoutube.com/watch?v=abc", ""),
        ("https://www.youtube.com/watch?v=", ""),
        ("https://[", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_frames_come_from_allowed_hosts_only(address: str, frame: str) -> None:
    assert frame_address(address) == frame


def test_lost_picture_needs_nothing_but_its_caption(front: FrontPage, client: Client) -> None:
    html = render(client, [("lost_picture", {"caption": "Best friends\nStolz wie Kinder"})])
    assert '<figure class="block-lost-picture">' in html
    assert "Best friends<br>Stolz wie Kinder" in html
    assert cleaned("lost_picture", {"caption": "Am Kai"})["caption"] == "Am Kai"


def test_no_block_prints_style_or_script(picture: Picture, client: Client) -> None:
    evil = '<img src=x onerror="alert(1)">'
    html = render(
        client,
        [
            ("text", f'<p style="color:red" onclick="x()">a{evil}<script>x()</script></p>'),
            ("quotation", {"text": evil, "speaker": evil, "source": evil}),
            ("infobox", {"title": evil, "text": f"<p>{evil}</p>"}),
            ("picture", {"picture": picture, "caption": evil, "alt": evil}),
            ("embed", {"address": "https://youtu.be/a", "title": evil, "caption": evil}),
            ("lost_picture", {"caption": evil}),
        ],
    )
    body = html.split("<main", 1)[1].split("</main>", 1)[0]
    assert "<script" not in body
    assert "<img src=x" not in body
    assert "style=" not in body
    assert "onclick" not in body


def test_reading_time_counts_the_words_of_all_blocks(front: FrontPage) -> None:
    section = make_section(title="Europa")
    words = " ".join(["Wort"] * 400)
    article = make_article(section=section, body=[("text", f"<p>{words}</p>"), ("quotation", {"text": words})])
    assert ArticlePage.objects.get(pk=article.pk).reading_minutes == 5
    english = make_article(
        section=make_section(title="Europe", language="en"),
        body=[("text", f"<p>{words}</p>"), ("quotation", {"text": words})],
    )
    assert english.reading_minutes == 4
    assert make_article(section=section, title="Leer").reading_minutes == 0
