"""Clean running text: what is stored of it, whoever brings it."""

import re
from collections.abc import Mapping

import nh3
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

from freiblatt.articles import body

#: What running text consists of, as it is stored. Links to our own pages are elements with a type and an id.
TAGS = {"p", "h2", "h3", "b", "i", "sub", "sup", "a", "ul", "ol", "li", "br", "hr"}
ATTRIBUTES = {"a": {"href", "linktype", "id"}, "*": {"data-block-key"}}
SCHEMES = {"http", "https", "mailto", "tel"}

#: What other programs call the same thing. A headline inside a text is one level below the article's own.
SYNONYMS = {"strong": "b", "em": "i", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
#: Elements that are lines of their own; their text must not run into its neighbour when the element goes.
LINES = ("div", "section", "article", "blockquote", "pre", "td", "dt", "dd", "figcaption", "center", "address")

#: The signs that Word writes before the paragraphs that it means as items of a list.
BULLET = re.compile(r"^[\s\u00a0]*(?:[·•▪–\u00a7\uf0b7-]|o(?=[\s\u00a0]))[\s\u00a0]*")
NUMBER = re.compile(r"^[\s\u00a0]*(?:\d{1,3}|[a-z])[.)][\s\u00a0]*")
ELEMENT = re.compile(r"</?([a-zA-Z][\w:-]*)")
LEFT_BY_OTHERS = re.compile(r"\s(?:style|class)\s*=|\u00ad", re.IGNORECASE)

#: The no-break spaces: as wide as a space, and narrow ("12 %", "z. B.").
NO_BREAK = "\u00a0\u202f"
TAG = re.compile(r"""(<[^>"]*(?:"[^"]*"[^>"]*)*>)""")
SPACES = re.compile(rf"[ \t\r\n{NO_BREAK}]{{2,}}")
#: Between two words of three letters and more nobody sets one on purpose, but for a name or two.
LOOSE = re.compile(rf"(?<=[^\W\d_]{{3}})[{NO_BREAK}](?=[^\W\d_]{{3}})")
LOOSE_AT_MOST = 2


def clean_rich_text(html: str) -> str:
    """Return `html` with nothing but what running text consists of; clean text comes back unchanged.

    Made for what Word, Google Docs and web pages leave on the clipboard: styles, classes and comments go, lists that
    only look like lists become lists, headlines fit below the article's, empty paragraphs disappear. No-break spaces
    that a writer set stay ("§ 7"); those that other programs use to fill and to indent become spaces.
    """
    registered = body.text_elements()
    is_pasted = _looks_pasted(html, registered)
    if is_pasted:
        html = _mend(html)
    cleaned = nh3.clean(
        html,
        tags=TAGS | registered.keys(),
        attributes={**ATTRIBUTES, **registered},
        url_schemes=SCHEMES,
        link_rel=None,
        generic_attribute_prefixes=set(),
        clean_content_tags={"script", "style", "title", "head", "xml"},
    )
    cleaned = "".join(
        piece if piece.startswith("<") else _settle_spaces(piece, is_pasted=is_pasted)
        for piece in TAG.split(cleaned.replace("&nbsp;", "\u00a0"))
    )
    return (
        re.sub(r"<p(?: [^>]*)?>(?:\s|<br>)*</p>", "", cleaned).replace("<br>", "<br/>").replace("<hr>", "<hr/>").strip()
    )


def _settle_spaces(text: str, *, is_pasted: bool) -> str:
    """Return the text between two tags with no-break spaces where a writer set them only."""
    if not any(sign in text for sign in NO_BREAK):
        return text
    text = SPACES.sub(lambda run: " " if any(sign in run[0] for sign in NO_BREAK) else run[0], text)
    if len(LOOSE.findall(text)) > LOOSE_AT_MOST:
        return re.sub(f"[{NO_BREAK}]", " ", text)
    # Word writes them beside its elements, where a space would not be seen.
    return re.sub(rf"^[{NO_BREAK}]|[{NO_BREAK}]$", " ", text) if is_pasted else text


def _looks_pasted(html: str, registered: Mapping[str, set[str]]) -> bool:
    if LEFT_BY_OTHERS.search(html):
        return True
    return any(name.lower() not in TAGS and name.lower() not in registered for name in ELEMENT.findall(html))


def _mend(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for unseen in soup(["script", "style", "head", "title", "xml", "meta", "link"]):
        unseen.decompose()
    for declaration in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        declaration.extract()  # comments and Word's <![if …]>
    for mark in soup.find_all(lambda tag: "mso-list:ignore" in str(tag.get("style", "")).replace(" ", "").lower()):
        mark.decompose()
    for span in soup(["span", "font"]):
        _keep_emphasis(soup, span)
    for name, plain in SYNONYMS.items():
        for tag in soup(name):
            tag.name = plain
    _drop_bold_of_everything(soup)
    _make_lists(soup)
    for line in soup(LINES):
        if line.find(["p", "h2", "h3", "ul", "ol"]):
            line.unwrap()
        else:
            line.name = "p"
    mended = str(soup).replace("\u00ad", "")
    return re.sub(r"[ \t\r\n]+", " ", mended)


def _keep_emphasis(soup: BeautifulSoup, span: Tag) -> None:
    """Say with an element what a style says; Google Docs knows emphasis by style only."""
    style = str(span.get("style", "")).replace(" ", "").lower()
    if "font-style:italic" in style:
        span.wrap(soup.new_tag("i"))
    if re.search(r"font-weight:(bold|[6-9]00)", style):
        span.wrap(soup.new_tag("b"))
    span.unwrap()


def _drop_bold_of_everything(soup: BeautifulSoup) -> None:
    """Google Docs wraps the whole clipboard into one bold element with the weight taken back by style."""
    for bold in soup("b"):
        style = str(bold.get("style", "")).replace(" ", "")
        if re.search(r"(?:^|;)font-weight:(?:normal|400)", style) or bold.find(["p", "ul", "ol", "h2"]):
            bold.unwrap()


def _make_lists(soup: BeautifulSoup) -> None:
    """Turn Word's paragraphs that look like items (`MsoListParagraph`) into lists."""
    current: Tag | None = None
    for paragraph in soup("p"):
        said = f"{paragraph.get('class', '')} {paragraph.get('style', '')}".lower()
        if "msolist" not in said and "mso-list" not in said:
            current = None
            continue
        kind = "ol" if NUMBER.match(paragraph.get_text()) else "ul"
        for text in paragraph.find_all(string=True):
            if text.strip("\u00a0 \n\r\t"):
                text.replace_with(BULLET.sub("", NUMBER.sub("", text, count=1), count=1))
                break
        if current is None or current.name != kind:
            current = soup.new_tag(kind)
            paragraph.insert_before(current)
        paragraph.name = "li"
        current.append(paragraph.extract())
