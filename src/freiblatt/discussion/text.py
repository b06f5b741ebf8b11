"""From what a reader typed to what readers see. Rendered once, when it is written, never when it is read.

Markdown, as much of it as a conversation needs: paragraphs, emphasis, quotations, lists, code and links. All
else stays as it was typed.
"""

import functools
import re
import unicodedata
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import mistune
import nh3

#: Raised when the rules below change; a comment keeps the version that made its HTML.
RULES_VERSION = 4

_ADDRESS = r"https?://[^\s<>\"'\u201c\u201d\u201e\u00ab\u00bb]+"
_TRAILING = ".,;:!?\u2026)]}*_`"
#: Characters that reorder or hide what surrounds them, and those that no database or no feed (XML) takes.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u2064\u2066-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff]"
)
#: More marks than this above one letter write over the lines around it.
_HEAP_OF_MARKS = re.compile(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")  # fmt: skip  # noqa: E501
_BLOCKS = ["blank_line", "fenced_code", "thematic_break", "block_quote", "list"]
_INLINE = ["escape", "codespan", "emphasis", "link", "link_close", "auto_link", "address", "linebreak"]
#: More marks of emphasis than this in one paragraph mean none: pairing them costs the square of their number.
MOST_MARKS = 40
_MARKS = re.compile(r"\*+|_+")
#: What looks like more items of lists than this means none: each costs as much as ten lines, nested ones more.
MOST_ITEMS = 100
_ITEM = re.compile(r"(?:^|(?<=[\s>]))(?:[-+*]|\d{1,9}[.)])(?=\s|$)")
#: A name as it is compared is cut behind so many letters: one sign can stand for eighteen.
FOLDED_LENGTH = 160
TAGS = {"p", "br", "a", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li"}
#: Letters of other scripts and signs that are read as Latin ones; enough to catch a borrowed name, not all there are.
_LOOKALIKES = str.maketrans(
    "абвгдезиіјклмнорѕстухүԁһԛԝɡıɑαβγδεικνορτυχω0135$@|!",
    "a6brdeзuijkлmhopsctyxyдhqwgiaaßydeikvopruxwoieesaii".replace("з", "3").replace("л", "n").replace("д", "d"),
)


def tidy(text: str) -> str:
    """Return `text` with line ends as \\n, without invisible controls, without blank lines around it."""
    plain = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _HEAP_OF_MARKS.sub(r"\1", plain).strip("\n").rstrip()


def tidy_name(name: str) -> str:
    """Return `name` on one line, with single spaces and without invisible controls."""
    return " ".join(_HEAP_OF_MARKS.sub(r"\1", _INVISIBLE.sub("", name)).split())


def folded(name: str) -> str:
    """Return `name` as it is compared with others: what looks alike to a hasty reader is alike.

    Case, accents, blanks and signs do not count, and letters of other scripts count as the Latin ones they look like.
    At most FOLDED_LENGTH letters.
    """
    plain = unicodedata.normalize("NFKD", tidy_name(name)).casefold().translate(_LOOKALIKES)
    letters = "".join(letter for letter in plain if letter.isalnum())
    # "lda" and "Ida", "VVinter" and "Winter"; in the other direction there is no telling.
    return letters.replace("l", "i").replace("vv", "w")[:FOLDED_LENGTH]


def to_html(text: str) -> str:
    """Return safe HTML of a comment: the tags of TAGS, and no attribute but a link's address and a list's first number.

    Links carry rel="nofollow ugc noopener": a discussion is not a place to win ranks.
    """
    typed = tidy(text)
    html = str(_markdown(has_lists=len(_ITEM.findall(typed)) <= MOST_ITEMS)(typed))
    return nh3.clean(
        html.replace("\n", ""),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        generic_attribute_prefixes=set(),
        url_schemes={"http", "https"},
        link_rel="nofollow ugc noopener",
    ).replace(_LINE_END, "\n")


def shows_something(html: str) -> bool:
    """Return whether a reader sees anything of a comment's HTML: a letter, a figure, a sign."""
    text = unescape(re.sub(r"<[^>]*>", "", html))
    return any(unicodedata.category(sign)[0] in "LNPS" and sign != "\u2800" for sign in text)


def links_in(html: str) -> list[str]:
    """Return the addresses that a comment's HTML links to, in their order."""
    return [address.replace("&amp;", "&") for address in re.findall(r'<a href="([^"]*)"', html)]


def host_of(address: str) -> str:
    """Return the host that an address of the web leads to; "" where that cannot be told.

    Browsers take addresses that Python refuses to split.
    """
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


#: Stands for a line end inside code, where it counts; a private character that `to_html` alone puts in and takes out.
_LINE_END = "\ue000"


class _Renderer(mistune.HTMLRenderer):
    """HTML of the subset, without what readers must not bring: headings, pictures, raw HTML."""

    def paragraph(self, text: str) -> str:
        return f"<p>{text}</p>"

    def linebreak(self) -> str:
        return "<br>"

    def softbreak(self) -> str:
        return "<br>"

    def block_code(self, code: str, info: str | None = None) -> str:
        shown = mistune.escape(code.replace(_LINE_END, "").rstrip("\n")).replace("\n", _LINE_END)
        return f"<pre><code>{shown}</code></pre>"

    def thematic_break(self) -> str:
        return "<p>* * *</p>"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        # nh3 drops what is no address of the web; without one a link is its text.
        return f'<a href="{mistune.escape(url)}">{text}</a>' if re.match(r"https?://", url) else text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return self.link(text or mistune.escape(url), url)


class _Inline(mistune.InlineParser):
    """The parser of a line's marks, whose work stays in proportion to the text."""

    def finalize_tokens(self, tokens: list[dict[str, Any]], depth: int) -> list[dict[str, Any]]:
        marks = sum(len(_MARKS.findall(token["raw"])) for token in tokens if token["type"] == "text")
        # At the greatest depth the parser leaves marks as they were typed.
        return super().finalize_tokens(tokens, self.max_nested_level if marks > MOST_MARKS else depth)


class _WithoutLists(mistune.BlockParser):
    """The parser of blocks that takes no line for an item, not even to end a quotation."""

    def parse_list(self, m: re.Match[str], state: mistune.BlockState) -> int | None:
        return None


@functools.cache
def _markdown(*, has_lists: bool) -> mistune.Markdown:
    """Return the parser of the subset, or of the subset without lists."""
    blocks = [name for name in _BLOCKS if has_lists or name != "list"]
    parser = mistune.BlockParser if has_lists else _WithoutLists
    block = parser(block_quote_rules=blocks, list_rules=blocks, max_nested_level=4)
    inline = _Inline(hard_wrap=True)
    inline.register("address", _ADDRESS, _address)
    markdown = mistune.Markdown(_Renderer(escape=True), block=block, inline=inline)
    block.rules = blocks
    inline.rules = list(_INLINE)
    return markdown


def _address(inline: mistune.InlineParser, found: re.Match[str], state: Any) -> int:
    """Make a typed address a link; what closes the sentence around it is not part of it."""
    typed = found.group()
    address = typed.rstrip(_TRAILING)
    # "(see https://example.org/a_(b))": the last bracket belongs to the address, the outer one does not.
    if address.count("(") > address.count(")") and typed[len(address) :].startswith(")"):
        address += ")"
    if state.in_link:
        inline.process_text(address, state)
    else:
        state.append_token({"type": "link", "children": [{"type": "text", "raw": address}], "attrs": {"url": address}})
    return found.start() + len(address)
