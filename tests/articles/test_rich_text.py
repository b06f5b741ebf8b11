"""What other programs leave on the clipboard arrives as plain running text."""

import pytest

from freiblatt.articles.models import ArticlePage, FrontPage, PlainPage
from freiblatt.articles.rich_text import clean_rich_text
from tests.factories import make_article, make_section

#: As Word for Microsoft 365 writes it, shortened in its head only.
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><!--[if gte mso 9]><xml><o:OfficeDocumentSettings>
</o:OfficeDocumentSettings></xml><![endif]--><style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;}
--></style></head><body lang=DE style='tab-interval:35.4pt'><!--StartFragment-->
<h1 style='mso-margin-top-alt:auto'><span style='font-family:"Calibri Light"'>Der Verkauf<o:p></o:p></span></h1>
<p class=MsoNormal><span style='font-size:12.0pt;line-height:107%;color:#1F1F1F'>Der K&auml;ufer zahlt <b
style='mso-bidi-font-weight:normal'>bar</b>, sagt&nbsp;<i>er</i>.<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>erstens<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;
</span></span></span><![endif]>zweitens<o:p></o:p></p>
<p class=MsoNormal>Mehr unter <a href="https://example.org/a?b=1&amp;c=2"><span style='color:#0563C1'>dieser
Adresse</span></a>.<o:p></o:p></p><!--EndFragment--></body></html>"""

CLEAN_WORD = (
    "<h2>Der Verkauf</h2> <p>Der Käufer zahlt <b>bar</b>, sagt <i>er</i>.</p> "
    "<ul><li>erstens</li><li>zweitens</li></ul> "
    '<p>Mehr unter <a href="https://example.org/a?b=1&amp;c=2">dieser Adresse</a>.</p>'
)

GOOGLE = (
    '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1">'
    '<p dir="ltr" style="line-height:1.38;">'
    '<span style="font-size:11pt;font-weight:700;">Fett</span><span style="font-weight:400;"> und </span>'
    '<span style="font-style:italic;">schräg</span></p></b>'
)


def squeezed(html: str) -> str:
    return " ".join(html.split())


def test_word_leaves_nothing_but_its_text() -> None:
    assert squeezed(clean_rich_text(WORD)) == squeezed(CLEAN_WORD)


def test_google_docs_keeps_emphasis() -> None:
    assert clean_rich_text(GOOGLE) == "<p><b>Fett</b> und <i>schräg</i></p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p>Ein Satz.</p>",
        '<p data-block-key="a1b2c">Ein <b>Satz</b>.<br/>Zwei.</p><hr/><ul><li data-block-key="x">a</li></ul>',
        '<p><a linktype="page" id="5">Seite</a> <a href="mailto:a@example.org">Post</a> 1 &lt; 2 &amp; „so“</p>',
        "<p>\u00a7\u00a07 Abs.\u00a02 Nr.\u00a03, 12\u202f%, z.\u202fB. Angela\u00a0Merkel, z.\u00a0<i>B.</i></p>",
        "",
    ],
)
def test_clean_text_comes_back_unchanged(html: str) -> None:
    assert clean_rich_text(html) == html


def test_cleaning_twice_changes_nothing() -> None:
    for html in (WORD, GOOGLE):
        assert clean_rich_text(clean_rich_text(html)) == clean_rich_text(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<div>eins</div><div>zwei</div>", "<p>eins</p><p>zwei</p>"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a</p><p>b</p>"),
        ("<h1>a</h1><h4>b</h4><strong>c</strong><em>d</em>", "<h2>a</h2><h3>b</h3><b>c</b><i>d</i>"),
        ("<p>a</p><p> </p><p><br></p><p>b</p>", "<p>a</p><p>b</p>"),
        ('<p>a<script>x()</script><img src=x onerror="x()"><svg onload=x()></svg></p>', "<p>a</p>"),
        ('<p><a href="javascript:x()">a</a></p>', "<p><a>a</a></p>"),
        ('<p><a href="data:text/html,x">a</a></p>', "<p><a>a</a></p>"),
        ("<p>un<unclosed", "<p>un&lt;unclosed</p>"),
        ("<p>&nbsp;</p><p>a</p><p>\u202f\u00a0</p>", "<p>a</p>"),
        ("<p>ein&nbsp; Wort,\u00a0\u00a0\u00a0zwei \u202fdrei</p>", "<p>ein Wort, zwei drei</p>"),
        ("<p style='x'>sagt\u00a0<i>er</i></p>", "<p>sagt <i>er</i></p>"),
        ("<p>Das\u00a0ganze\u00a0Wort\u00a0steht, 12&nbsp;%</p>", "<p>Das ganze Wort steht, 12 %</p>"),
        ("<p style='x'>nach \u00a7&nbsp;7 gilt</p>", "<p>nach \u00a7\u00a07 gilt</p>"),
        ("1. kein Absatz", "1. kein Absatz"),
        ("<p class='MsoListParagraph' style='mso-list:l1'>1)&nbsp; eins</p>", "<ol><li>eins</li></ol>"),
    ],
)
def test_foreign_elements_become_ours_or_go(html: str, expected: str) -> None:
    assert clean_rich_text(html) == expected


def test_stored_text_is_clean_whoever_brought_it(front: FrontPage) -> None:
    article = make_article(section=make_section(title="Europa"), body=[("text", WORD)])
    stored = ArticlePage.objects.get(pk=article.pk).body.raw_data[0]["value"]
    assert squeezed(stored) == squeezed(CLEAN_WORD)


def test_raw_text_of_an_importer_is_cleaned_too(front: FrontPage) -> None:
    article = make_article(section=make_section(title="Europa"))
    article.body = [{"type": "text", "value": "<p style='x'>a<script>x()</script></p>"}]
    article.save_revision().publish()
    assert ArticlePage.objects.get(pk=article.pk).body.raw_data[0]["value"] == "<p>a</p>"


def test_plain_page_is_cleaned_too(front: FrontPage) -> None:
    page = PlainPage(title="Impressum", slug="impressum", locale=front.locale, text="<p style='x'>a</p>")
    front.add_child(instance=page)
    assert PlainPage.objects.get().text == "<p>a</p>"
