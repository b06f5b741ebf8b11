"""Reads the text of a saved page. Pure: the same text and day give the same result."""

import re
from datetime import date

from freiblatt.importers.page import furniture
from freiblatt.importers.page.comments import read_talk
from freiblatt.importers.page.head import LONGEST_STANDFIRST, read_head
from freiblatt.importers.page.ledger import Ledger
from freiblatt.importers.page.saved import Caption, NotAPageError, Paragraph, Reason, SavedPage

#: A line up to this length between paragraphs is a caption or a sub-heading; which one, no copy tells.
LONGEST_CAPTION = 120
#: As much as the block takes.
LONGEST_TITLE = 200

_SMALL_WORDS = {
    "de": re.compile(r"\b(?:der|die|das|und|ist|nicht|mit|von|den|auf|für|ein|eine|sich|dem|auch|als|wie|aus|nach)\b"),
    "en": re.compile(r"\b(?:the|and|of|to|is|that|for|with|was|his|on|it|are|by|from|this|which|be|have|has)\b"),
}


def read_page(text: str, *, saved_on: date) -> SavedPage:
    """Return what the text of a saved page holds. Ages count back from `saved_on`, the day the copy was made.

    Every filled line is accounted for: in head, body, comments or `left_out`. Raises NotAPageError for a text that is
    no article's page.
    """
    ledger = Ledger.of(text)
    head = read_head(ledger)
    language = _language_of(ledger.lines[head.end - 1 :] or ledger.lines)
    talk = read_talk(ledger, head.end, saved_on=saved_on, language=language)
    body = _read_body(ledger, head.end, talk.start)
    standfirst = head.standfirst
    if len(standfirst) > LONGEST_STANDFIRST:
        body = [Paragraph((standfirst,), ()), *body]
        standfirst = ""
    if not any(isinstance(block, Paragraph) for block in body):
        raise NotAPageError(_says_no_paragraph())
    assert head.published_on is not None  # noqa: S101 (read_head refuses a page without)
    return SavedPage(
        headline=head.headline,
        standfirst=standfirst,
        authors=head.authors,
        published_on=head.published_on,
        updated_on=head.updated_on,
        language=language,
        body=tuple(body),
        announced=talk.announced,
        comments=talk.comments,
        lost=talk.lost,
        head_numbers=tuple(sorted(head.numbers)),
        frame_numbers=talk.frame,
        left_out=tuple(sorted(ledger.left_out, key=lambda one: one.number)),
        warnings=tuple(sorted(ledger.warnings, key=lambda one: one.number)),
    )


def _read_body(ledger: Ledger, start: int, end: int) -> list[Paragraph | Caption]:
    """Return paragraphs and captions between head and discussion; account for what is neither."""
    groups = _groups(ledger, start, end)
    groups = _without_pleas(ledger, groups)
    groups = _without_related(ledger, groups)
    body: list[Paragraph | Caption] = []
    for group in groups:
        content = []
        for place in group:
            reason = furniture.reason_of(ledger.lines[place])
            if reason is None and furniture.is_number(ledger.lines[place]):
                reason = Reason.COUNTER
            if reason is None and furniture.is_ornament(ledger.lines[place]):
                reason = Reason.ORNAMENT
            if reason is None:
                content.append(place)
            else:
                ledger.leave_out(place, reason)
        body += _blocks_of(ledger, content)
    return body


def _groups(ledger: Ledger, start: int, end: int) -> list[list[int]]:
    """Return the places of lines that stand together without a blank line between them."""
    groups: list[list[int]] = []
    for place in ledger.filled(start, end):
        if groups and groups[-1][-1] == place - 1:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _without_related(ledger: Ledger, groups: list[list[int]]) -> list[list[int]]:
    """Leave out a list of other articles behind the text, from its heading to the next long paragraph."""
    kept: list[list[int]] = []
    is_related = False
    for number, group in enumerate(groups):
        if furniture.opens_related(ledger.lines[group[0]]):
            # Inside the text such a box holds a few short lines; behind it, nothing but short ones follows.
            is_related = True
        elif is_related and any(_is_long(ledger.lines[place]) for place in group):
            is_related = False
        if is_related:
            for place in group:
                ledger.leave_out(place, Reason.RELATED)
        else:
            kept.append(groups[number])
    return kept


def _without_pleas(ledger: Ledger, groups: list[list[int]]) -> list[list[int]]:
    """Leave out pleas for support: lines that ask, what stands in one group with them, and their headings."""
    asks = [any(furniture.is_plea(ledger.lines[place]) for place in group) for group in groups]
    is_heading = [
        all(not _is_long(ledger.lines[place]) or _asks(ledger.lines[place]) for place in group)
        and any(furniture.is_plea_heading(ledger.lines[place]) for place in group)
        for group in groups
    ]
    left: set[int] = set()
    for number, group in enumerate(groups):
        if asks[number]:
            pleas = {place for place in group if _asks(ledger.lines[place])}
            # Labels and buttons go with the plea they stand in one group with, unless the article stands there too.
            is_shared = any(_is_long(ledger.lines[place]) and place not in pleas for place in group)
            left |= pleas if is_shared else set(group)
        elif is_heading[number] and (
            (number + 1 < len(groups) and (asks[number + 1] or is_heading[number + 1]))
            or (number > 0 and groups[number - 1][-1] in left)
            or number == len(groups) - 1
        ):
            left |= set(group)
    for place in sorted(left):
        ledger.leave_out(place, Reason.PLEA)
    return [rest for group in groups if (rest := [place for place in group if place not in left])]


def _asks(line: str) -> bool:
    return furniture.is_plea(line) or furniture.is_plea_heading(line)


def _blocks_of(ledger: Ledger, places: list[int]) -> list[Paragraph | Caption]:
    """Return what one group of lines is: paragraphs line by line, short lines between them as captions."""
    blocks: list[Paragraph | Caption] = []
    shorts: list[int] = []
    for place in [*places, None]:
        if place is not None and not _is_long(ledger.lines[place]):
            shorts.append(place)
            continue
        if shorts:
            blocks.append(_short_block(ledger, shorts))
            shorts = []
        if place is not None:
            blocks.append(Paragraph((ledger.lines[place],), (place + 1,)))
    return blocks


def _short_block(ledger: Ledger, places: list[int]) -> Paragraph | Caption:
    lines = tuple(ledger.lines[place] for place in places)
    numbers = tuple(place + 1 for place in places)
    if len(places) == 1:
        ledger.warn("caption_or_heading", places[0], lines[0])
        return Caption("", lines[0], numbers)
    if len(places) == 2:
        return Caption(lines[0], lines[1], numbers)
    ledger.warn("short_lines", places[0], lines[0], str(len(lines)))
    return Paragraph(lines, numbers)


def _is_long(line: str) -> bool:
    """Return whether `line` is a paragraph by its length, or by ending like the beginning of a list or a speech."""
    return len(line) > LONGEST_CAPTION or line.endswith(":")


def _language_of(lines: list[str]) -> str:
    """Return "de" or "en", whichever has more of its small words in the text; "" where neither has any."""
    text = " ".join(line for line in lines if _is_long(line)).lower()
    counts = {language: len(small.findall(text)) for language, small in _SMALL_WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else ""


def _says_no_paragraph() -> str:
    from django.utils.translation import gettext as _

    return _("This is not the text of an article's page: no paragraph stands below its date.")
