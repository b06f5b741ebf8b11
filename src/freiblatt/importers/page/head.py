"""The head of a saved page: headline, standfirst, byline and date."""

import re
from dataclasses import dataclass, field
from datetime import date

from freiblatt.importers.page import furniture
from freiblatt.importers.page.dates import find_dates
from freiblatt.importers.page.ledger import Ledger
from freiblatt.importers.page.saved import NotAPageError, Reason

#: In how many filled lines the date has to be found; menus of a site may stand before it.
LINES_OF_HEAD = 80
#: Longer lines do not hold a byline or a date alone.
LONGEST_META = 160
#: As much as the database takes for a headline.
LONGEST_HEADLINE = 255
LONGEST_STANDFIRST = 600

_PREFIX = re.compile(
    r"^(?:(?:geschrieben|veröffentlicht|verfasst|written|posted|published|ein (?:beitrag|artikel|text)|text|story)\s+)?"
    r"(?:von|by)(?:\s*:\s*|\s+|(?=[A-ZÄÖÜ]))(?P<names>.+)$"
    r"|^(?:autor(?:in|en|innen)?|authors?|text)\s*:\s*(?P<named>.+)$",
    re.IGNORECASE,
)
_GLUED = re.compile(r"^(?:Von|VON|By|BY)(?=[A-ZÄÖÜ][a-zäöüß])")
_AND = re.compile(r"\s*(?:,|;|&|\bund\b|\band\b|\bsowie\b)\s*", re.IGNORECASE)
_PARTICLES = {
    "von", "van", "vom", "zu", "zur", "zum", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le",
    "el", "al", "bin", "ben", "ibn", "af", "av", "ten", "ter", "y", "e",
}  # fmt: skip
_WORD_OF_NAME = re.compile(r"^(?:[^\W\d_]['’\-.]?)+\.?$")
_SEPARATORS = re.compile(r"\s+[|·•/–—-]\s+|\s*[|·•]\s*|\t+|\x00")
_FILLERS = re.compile(
    r"^(?:(?:veröffentlicht|erschienen|publiziert|posted|published|stand|datum|date|on|am|um|at|uhr|vom|the|zuletzt|"
    r"aktualisiert|geändert|bearbeitet|last|updated|modified|edited|montag|dienstag|mittwoch|donnerstag|freitag|samstag|"
    r"sonntag|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)"
    r"\b[\s:,.]*)+$",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"(?:aktualisiert|geändert|bearbeitet|updated|modified|edited)[^\x00]*\x00", re.IGNORECASE)
_LOOSE_ENDS = re.compile(r"(?:\s+(?:am|on|um|at|vom|veröffentlicht|published|posted))+$", re.IGNORECASE)


@dataclass
class Meta:
    """What one line says about the article besides its text."""

    authors: tuple[str, ...] = ()
    published_on: date | None = None
    updated_on: date | None = None
    is_ambiguous: bool = False


@dataclass
class Head:
    """What stands above the text, and where the text begins."""

    headline: str = ""
    standfirst: str = ""
    authors: tuple[str, ...] = ()
    published_on: date | None = None
    updated_on: date | None = None
    numbers: list[int] = field(default_factory=list)
    end: int = 0


def read_head(ledger: Ledger) -> Head:
    """Return the head of the page. Raises NotAPageError where headline or date are missing."""
    places = ledger.filled(0, len(ledger))[:LINES_OF_HEAD]
    if places and re.match(r"<(?:!doctype|html|\?xml|head|body)\b", ledger.lines[places[0]], re.IGNORECASE):
        raise NotAPageError(_says_html())
    metas = {place: meta for place in places if (meta := _meta_of(ledger.lines[place], is_first=place == places[0]))}
    dated = next((place for place in metas if metas[place].published_on), None)
    if dated is None:
        raise NotAPageError(_says_no_date())
    first = _first_meta(ledger, metas, dated)
    head = Head(end=first)
    _take_metas(ledger, metas, places, head)
    above = _candidates(ledger, [place for place in places if place < first])
    if not above:
        # The headline stands below the date: take the next line, and what follows it about the article.
        above = list(ledger.filled(head.end, len(ledger))[:1])
        if above:
            head.end = above[0] + 1
            _take_metas(ledger, metas, places, head)
    _take_headline(ledger, above, head)
    if not head.headline:
        raise NotAPageError(_says_no_headline())
    if not head.authors:
        ledger.warn("no_author")
    return head


def names_in(text: str) -> tuple[str, ...]:
    """Return the names that `text` is, or () where it is something else."""
    parts = [part.strip() for part in _AND.split(furniture.plain(text)) if part.strip()]
    return tuple(parts) if parts and all(_is_name(part) for part in parts) else ()


def _first_meta(ledger: Ledger, metas: dict[int, Meta], dated: int) -> int:
    """Return the place of the first line of the group of bylines and dates that the date belongs to."""
    first = dated
    for place in reversed(ledger.filled(0, dated)):
        if place in metas or furniture.reason_of(ledger.lines[place]) is Reason.READING_TIME:
            first = place
        elif place < dated - 6:
            break
    # A standfirst may stand between byline and date; whatever else does is no part of the head's group.
    return first if dated - first <= 6 else dated


def _take_metas(ledger: Ledger, metas: dict[int, Meta], places: list[int], head: Head) -> None:
    """Take bylines, dates and furniture from `head.end` on; move the end behind them."""
    skipped: list[int] = []
    for place in [place for place in places if place >= head.end]:
        line = ledger.lines[place]
        meta = metas.get(place)
        if meta is not None:
            if head.published_on and meta.published_on and not meta.authors:
                break
            head.authors = head.authors or meta.authors
            head.published_on = head.published_on or meta.published_on
            head.updated_on = head.updated_on or meta.updated_on
            head.numbers.append(place + 1)
            if meta.is_ambiguous and head.published_on:
                ledger.warn("ambiguous_date", place, line, head.published_on.isoformat())
        elif (reason := furniture.reason_of(line)) is not None:
            ledger.leave_out(place, reason)
        elif furniture.count_of_comments(line) is not None:
            ledger.leave_out(place, Reason.COUNTER)
        elif not head.published_on and not skipped:
            # Between byline and date: a standfirst.
            skipped.append(place)
            continue
        else:
            break
        head.end = place + 1
    if skipped and head.end > skipped[0]:
        head.standfirst = furniture.plain(ledger.lines[skipped[0]])
        head.numbers.append(skipped[0] + 1)


def _candidates(ledger: Ledger, places: list[int]) -> list[int]:
    """Return the places above the byline that may hold the headline; account for furniture among them."""
    found = []
    for place in places:
        line = ledger.lines[place]
        reason = furniture.reason_of(line)
        if reason is not None or furniture.is_number(line) or furniture.is_ornament(line):
            ledger.leave_out(place, reason or Reason.NAVIGATION)
        else:
            found.append(place)
    return found


def _take_headline(ledger: Ledger, above: list[int], head: Head) -> None:
    lines = {place: furniture.plain(ledger.lines[place]) for place in above}
    if not head.authors and len(above) >= 2 and _is_full_name(lines[above[-1]]):
        # A name alone between headline and date.
        place = above.pop()
        head.authors = (lines[place],)
        head.numbers.append(place + 1)
        ledger.warn("name_taken_for_author", place, lines[place])
    if len(above) >= 2 and not head.standfirst and _is_sentence(lines[above[-1]]):
        before = lines[above[-2]]
        if len(before) >= 15 and not before.endswith("."):
            place = above.pop()
            head.standfirst = lines[place]
            head.numbers.append(place + 1)
    if not above:
        return
    *before_headline, place = above
    for other in before_headline:
        ledger.leave_out(other, Reason.BEFORE_HEADLINE)
    if len(lines[place]) > LONGEST_HEADLINE:
        raise NotAPageError(_says_no_headline())
    head.headline = lines[place]
    head.numbers.append(place + 1)


def _meta_of(line: str, *, is_first: bool) -> Meta | None:
    """Return what a line says about the article, if it says nothing else. The first line is the headline's."""
    short = furniture.plain(line)
    if len(short) > LONGEST_META or (is_first and not find_dates(short)):
        return None
    meta = Meta()
    rest = _GLUED.sub(lambda match: f"{match.group()} ", short)
    dates = find_dates(rest, language="en" if re.search(r"\b(?:by|on|posted|published)\b", rest, re.I) else "")
    for match, _moment, is_unsure in reversed(dates):
        rest = f"{rest[: match.start()]}\x00{rest[match.end() :]}"
        meta.is_ambiguous = meta.is_ambiguous or is_unsure
    updated = {rest[: match.end()].count("\x00") - 1 for match in _UPDATED.finditer(rest)}
    for place, (_match, moment, _is_unsure) in enumerate(dates):
        if place in updated:
            meta.updated_on = meta.updated_on or moment.day
        else:
            meta.published_on = meta.published_on or moment.day
    for segment in _SEPARATORS.split(rest):
        if not _takes_segment(segment.strip(" ,;:"), meta, has_dates=bool(dates)):
            return None
    return meta if meta.authors or dates else None


def _takes_segment(segment: str, meta: Meta, *, has_dates: bool) -> bool:
    """Take one part of a line into `meta`; return False where it is neither name nor filler."""
    if not segment or _FILLERS.match(segment) or re.fullmatch(r"\d{1,2}[:.]\d{2}(?:\s*(?:uhr|[ap]m))?", segment, re.I):
        return True
    if furniture.count_of_comments(segment) is not None or furniture.reason_of(segment) is Reason.READING_TIME:
        return True
    match = _PREFIX.match(_LOOSE_ENDS.sub("", segment))
    names = names_in(match["names"] or match["named"]) if match else ()
    if not names and has_dates and not meta.authors and _is_full_name(segment):
        names = (segment,)
    if names:
        meta.authors = meta.authors + names
    return bool(names)


def _is_name(text: str) -> bool:
    """Return whether `text` could be the name of a person or a desk."""
    words = text.split()
    if not 1 <= len(words) <= 6 or len(text) > 60:
        return False
    return words[-1][0].isupper() and all(
        word.lower() in _PARTICLES or (word[0].isupper() and _WORD_OF_NAME.match(word)) for word in words
    )


def _is_full_name(text: str) -> bool:
    """Return whether `text` could be nothing but the name of one person: two to four words, no digit, no end mark."""
    return 2 <= len(text.split()) <= 4 and len(text) <= 40 and _is_name(text)


def _is_sentence(text: str) -> bool:
    return len(text) >= 40 and text.rstrip("\"'”“»«").endswith((".", "!", "?", "…"))


def _says_html() -> str:
    from django.utils.translation import gettext as _

    return _("The file holds HTML. Open the page in a browser, select everything, copy it, and save that text.")


def _says_no_date() -> str:
    from django.utils.translation import gettext as _

    return _(
        "This is not the text of an article's page: no date such as 13 August 2025 or 13.08.2025 stands near its "
        "beginning."
    )


def _says_no_headline() -> str:
    from django.utils.translation import gettext as _

    return _("This is not the text of an article's page: no headline stands above or below its date.")
