"""Passages in an article's HTML: a mark around their words, how many comments each has, and the way to write one.

The HTML is that of our own templates. Nothing of it is changed: marks are put around words, never across an element's
border, and what is added says nothing of its own, so that the text stays what it was for whoever copies, searches or
prints it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from freiblatt.discussion.passages.texts import LINE_END, BlockText, Paragraph, Piece

#: So many places of an article are marked, those with the most comments; more would be a page of marks.
MOST_MARKED = 100


@dataclass(frozen=True, slots=True)
class Marked:
    """Words of a block that somebody commented on: code points of its text."""

    start: int
    end: int
    n_comments: int


@dataclass(slots=True)
class Additions:
    """What is drawn into one block."""

    marked: Sequence[Marked] = ()
    #: HTML that stands behind the paragraph with this number within the block.
    behind: dict[int, list[SafeString]] = field(default_factory=dict)
    #: The whole block is followed by what would stand behind a paragraph, because its inside is a quotation.
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Words that are marked together: next to each other in the HTML, and covered by the same passages."""

    source_start: int
    source_end: int
    start: int
    end: int


def mark_id(block: str, start: int) -> str:
    """Return the id of the mark whose passage begins at `start` of a block."""
    return f"w-{block[:8]}-{start}"


def draw(
    html: str,
    text: BlockText,
    *,
    block: str,
    additions: Additions,
    comment_link: Callable[[int], SafeString],
    count_link: Callable[[int, int], SafeString],
) -> SafeString:
    """Return the HTML of a block with its passages marked.

    `comment_link` gives the link at the end of the paragraph with a number within the block, `count_link` the one
    behind a passage that ends in that paragraph, with how many comments it has; both may be empty.
    """
    # At one place of the HTML marks end first, then stand links, then marks begin.
    inserted: list[tuple[int, int, str]] = []
    begins = {one.start for one in additions.marked}
    for stretch in _stretches(text, additions.marked):
        mark = mark_id(block, stretch.start)
        is_named = stretch.start in begins
        inserted.append((stretch.source_start, 2, f'<mark class="passage" id="{mark}">' if is_named else _MARK))
        inserted.append((stretch.source_end, 0, "</mark>"))
    counts: dict[int, int] = {}
    for one in additions.marked:
        counts[one.end] = counts.get(one.end, 0) + one.n_comments
    for end, n_comments in counts.items():
        if (place := _behind_words(text, end)) is not None:
            number, at = place
            inserted.append((at, 1, count_link(number, n_comments)))
    for number, paragraph in enumerate(text.paragraphs):
        inserted.append((paragraph.inner_end, 3, comment_link(number)))
        behind = additions.behind.get(number, ())
        at = len(html) if additions.is_whole else _behind(paragraph)
        inserted += [(at, 4, one) for one in behind]
    return mark_safe(_with_inserted(html, inserted))  # noqa: S308 (the template's HTML with our own elements in it)


_MARK = '<mark class="passage">'


def _behind(paragraph: Paragraph) -> int:
    """Return where what belongs to a paragraph may stand: inside an item of a list, behind everything else."""
    return paragraph.inner_end if paragraph.tag == "li" else paragraph.outer_end


def _with_inserted(html: str, inserted: Iterable[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for place, _order, added in sorted(inserted, key=lambda one: one[:2]):
        parts += [html[at:place], added]
        at = place
    return "".join([*parts, html[at:]])


def _stretches(text: BlockText, marked: Sequence[Marked]) -> list[_Stretch]:
    if not marked:
        return []
    borders = sorted({border for one in marked for border in (one.start, one.end)})
    found: list[tuple[_Stretch, frozenset[int]]] = []
    for paragraph in text.paragraphs:
        for piece in paragraph.pieces:
            for start, end, source_start, source_end in _cut(piece, borders):
                covered = frozenset(
                    number for number, one in enumerate(marked) if one.start <= start and end <= one.end
                )
                if not covered:
                    continue
                last = found[-1] if found else None
                if last and last[1] == covered and last[0].source_end == source_start and last[0].end == start:
                    found[-1] = (_Stretch(last[0].source_start, source_end, last[0].start, end), covered)
                else:
                    found.append((_Stretch(source_start, source_end, start, end), covered))
    return [stretch for stretch, _covered in found]


def _cut(piece: Piece, borders: list[int]) -> Iterable[tuple[int, int, int, int]]:
    """Give the parts of a piece between borders: where each is in the text and in the HTML."""
    if piece.text == LINE_END and piece.source_start == piece.source_end:
        return  # a line break, which is an element
    if piece.is_entity:
        yield piece.start, piece.end, piece.source_start, piece.source_end
        return
    cuts = [piece.start, *(one for one in borders if piece.start < one < piece.end), piece.end]
    for start, end in pairwise(cuts):
        yield start, end, piece.source_start + start - piece.start, piece.source_start + end - piece.start


def _behind_words(text: BlockText, end: int) -> tuple[int, int] | None:
    """Return the number of the paragraph in which a passage ends, and where in the HTML; never inside a link."""
    for number, paragraph in enumerate(text.paragraphs):
        if not paragraph.start < end <= paragraph.end:
            continue
        for piece in paragraph.pieces:
            if piece.start < end <= piece.end:
                whole = piece.is_entity or end == piece.end
                at = piece.source_end if whole else piece.source_start + end - piece.start
                return number, piece.behind_link or at
    return None


def plain_link(address: str, *, label: str, classes: str, count: int = 0) -> SafeString:
    """Return a link without words: those who listen hear `label`, others see what the look draws."""
    if count:
        return format_html('<a class="{}" href="{}" data-n="{}" aria-label="{}"></a>', classes, address, count, label)
    return format_html('<a class="{}" href="{}" aria-labelledby="{}"></a>', classes, address, label)
