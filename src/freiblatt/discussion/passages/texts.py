"""The words of an article as readers see them, and where each of them stands in its HTML."""

import html as entities
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils import translation

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage

#: Blocks of words that readers may comment on piece by piece, as `articles.body` names them.
BLOCKS_OF_WORDS = frozenset({"text", "foreign_text", "quotation", "infobox"})
#: Elements whose words are one paragraph; words outside of them (credits, labels) are none of the text.
PARAGRAPHS = frozenset({"p", "li", "h2", "h3", "h4"})
VOID = frozenset({"br", "hr", "img", "source", "wbr", "input", "link", "meta", "col", "area", "embed", "track"})
#: Stands between two paragraphs of a text, and for a line break inside one.
LINE_END = "\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that follow each other without markup between them."""

    #: Where they stand in the block's text, and how many code points they are.
    start: int
    text: str
    #: Where they stand in the HTML.
    source_start: int
    source_end: int
    #: Whether they are one sign written as an entity, which cannot be cut.
    is_entity: bool = False
    #: Behind the link around them; 0 where there is none.
    behind_link: int = 0

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(slots=True)
class Paragraph:
    """One paragraph, headline or item of a list."""

    tag: str
    #: Where it begins in the block's text.
    start: int
    text: str
    pieces: list[Piece]
    #: Where its element ends in the HTML: before the closing tag, and behind it.
    inner_end: int
    outer_end: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(slots=True)
class BlockText:
    """The words of one block: `text` is that of its paragraphs, parted by line ends."""

    text: str = ""
    paragraphs: list[Paragraph] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """A paragraph that is being read."""

    tag: str
    depth: int
    order: int
    pieces: list[tuple[str, int, int, bool]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Notes where every token begins; the words are cut out of the source afterwards, untouched."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.tokens: list[tuple[str, str, tuple[int, int]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tokens.append(("open", tag, self.getpos()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tokens.append(("void", tag, self.getpos()))

    def handle_endtag(self, tag: str) -> None:
        self.tokens.append(("close", tag, self.getpos()))

    def handle_data(self, data: str) -> None:
        self.tokens.append(("words", "", self.getpos()))

    def handle_charref(self, name: str) -> None:
        self.tokens.append(("entity", name, self.getpos()))

    handle_entityref = handle_charref

    def handle_comment(self, data: str) -> None:
        self.tokens.append(("other", "", self.getpos()))

    handle_decl = handle_pi = unknown_decl = handle_comment


def read(html: str) -> BlockText:
    """Return the words of a block's HTML, with the place of each in it."""
    found: list[tuple[_Open, int, int]] = []
    open_tags: list[str] = []
    open_paragraphs: list[_Open] = []
    link_begins = 0
    links: list[tuple[int, int]] = []
    opened = 0
    for kind, tag, start, end in _tokens(html):
        if kind == "open" and tag not in VOID:
            open_tags.append(tag)
            if tag == "a":
                link_begins = start
            if tag in PARAGRAPHS:
                open_paragraphs.append(_Open(tag, len(open_tags), opened))
                opened += 1
        elif kind == "close" and tag in open_tags:
            if tag == "a":
                links.append((link_begins, end))
            while open_tags:
                if open_paragraphs and open_paragraphs[-1].depth == len(open_tags):
                    found.append((open_paragraphs.pop(), start, end))
                if open_tags.pop() == tag:
                    break
        elif tag == "br" and open_paragraphs:
            open_paragraphs[-1].pieces.append((LINE_END, end, end, True))
        elif kind == "words" and open_paragraphs:
            open_paragraphs[-1].pieces.append((html[start:end], start, end, False))
        elif kind == "entity" and open_paragraphs:
            open_paragraphs[-1].pieces.append((entities.unescape(html[start:end]), start, end, True))
    found.sort(key=lambda one: one[0].order)
    return _placed(found, links)


def _tokens(html: str) -> Iterable[tuple[str, str, int, int]]:
    """Give every token with its kind, its tag, and where it begins and ends in `html`."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    # The parser counts lines at \n alone.
    lines = [0]
    for line in html.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    begins = [(kind, tag, lines[line - 1] + column) for kind, tag, (line, column) in reader.tokens]
    for (kind, tag, start), (_kind, _tag, end) in pairwise([*begins, ("end", "", len(html))]):
        yield kind, tag, start, end


def _placed(found: list[tuple[_Open, int, int]], links: list[tuple[int, int]]) -> BlockText:
    """Return the paragraphs that say something, one behind the other."""
    block = BlockText()
    at = 0
    for one, inner_end, outer_end in found:
        text = "".join(words for words, *_place in one.pieces)
        if not text.strip():
            continue
        if block.paragraphs:
            at += len(LINE_END)
        paragraph = Paragraph(one.tag, at, text, [], inner_end, outer_end)
        for words, source_start, source_end, is_entity in one.pieces:
            behind = next((end for start, end in links if start < source_start < end), 0)
            paragraph.pieces.append(Piece(at, words, source_start, source_end, is_entity, behind))
            at += len(words)
        block.paragraphs.append(paragraph)
    block.text = LINE_END.join(paragraph.text for paragraph in block.paragraphs)
    return block


def texts_of(article: "ArticlePage") -> dict[str, BlockText]:
    """Return the words of every block of words of `article`, as it is in memory, by the block's id, in their order."""
    found = {}
    with translation.override(article.language):
        for child in article.body:
            if child.block_type in BLOCKS_OF_WORDS and child.id:
                found[child.id] = read(str(child.render({"page": article})))
    return found
