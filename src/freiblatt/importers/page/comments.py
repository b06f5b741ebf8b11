"""The discussion of a saved page, as wpDiscuz and WordPress print it."""

import re
from dataclasses import dataclass, replace
from datetime import date

from freiblatt.importers.page import furniture
from freiblatt.importers.page.dates import parse_moment
from freiblatt.importers.page.ledger import Ledger
from freiblatt.importers.page.saved import Moment, Reason, SavedComment

LONGEST_NAME = 80

_SAYS = re.compile(r"^(?P<name>.{1,80}?)\s+(?:sagt|says|schreibt|schrieb|sagte)\s*:?(?:\s+(?P<moment>.{4,60}))?$", re.I)
_ANSWERS = re.compile(
    r"^(?:reply to|in reply to|replying to|antwort an|antwort auf|antwort zu|antworten an|antwortet auf|"
    r"als antwort auf|als antwort an)\s*:?\s+(?P<name>.{1,120})$",
    re.IGNORECASE,
)

#: Where a comment that may be answered stands: its place among the comments, or among the lost ones.
_Place = tuple[int | None, int | None]


@dataclass(frozen=True)
class _Header:
    """The lines above a comment's text."""

    name: str
    is_by_author: bool
    moment: Moment
    answers: str
    places: tuple[int, ...]
    end: int


@dataclass(frozen=True)
class Talk:
    """Where the discussion begins, and what it holds."""

    start: int
    announced: int | None
    comments: tuple[SavedComment, ...]
    lost: tuple[str, ...]
    frame: tuple[int, ...]


def read_talk(ledger: Ledger, start: int, *, saved_on: date, language: str) -> Talk:
    """Return the discussion found from the place `start` on; without one, `Talk.start` is the end of the page."""
    first = _first_header(ledger, start, saved_on, language)
    counted = _count_line(ledger, start, first)
    anchor = min(place for place in (counted, first, len(ledger)) if place is not None)
    if anchor == len(ledger):
        anchor = _first_interface_line(ledger, start)
    anchor = _up_through_furniture(ledger, anchor, start)
    if anchor == len(ledger):
        return Talk(anchor, None, (), (), ())
    begin = anchor if counted is None else counted + 1
    headers = _headers(ledger, begin, saved_on, language)
    frame_end = headers[0].places[0] if headers else len(ledger)
    for place in ledger.filled(anchor, frame_end):
        if place != counted:
            _leave_out_of_frame(ledger, place)
    comments = _comments(ledger, headers)
    hung, lost = _hang(ledger, comments, announced=_count_at(ledger, counted))
    return Talk(anchor, _count_at(ledger, counted), hung, lost, () if counted is None else (counted + 1,))


def _count_at(ledger: Ledger, place: int | None) -> int | None:
    return None if place is None else furniture.count_of_comments(ledger.lines[place])


def _first_header(ledger: Ledger, start: int, saved_on: date, language: str) -> int | None:
    """Return the place of the first comment that is certain: its name doubled, or "says:" behind it."""
    for place in range(start, len(ledger)):
        header = _header_at(ledger, place, saved_on, language, is_strict=True)
        if header is not None:
            return place
    return None


def _count_line(ledger: Ledger, start: int, first: int | None) -> int | None:
    """Return the place of the line that announces the comments: the last one before the first of them."""
    end = len(ledger) if first is None else first
    found = [place for place in range(start, end) if furniture.count_of_comments(ledger.lines[place]) is not None]
    if not found:
        return None
    return found[-1] if first is not None else found[0]


def _first_interface_line(ledger: Ledger, start: int) -> int:
    """Return where a discussion without comments begins: at words that only a discussion shows."""
    telling = re.compile(
        r"^(?:inline[ -]feedbacks|view all comments|alle kommentare (?:anzeigen|ansehen)|be the first to comment|"
        r"(?:schreibe|hinterlasse) einen kommentar|leave a (?:reply|comment)|would love your thoughts)",
        re.IGNORECASE,
    )
    for place in range(start, len(ledger)):
        if telling.match(furniture.plain(ledger.lines[place])):
            return place
    return len(ledger)


def _up_through_furniture(ledger: Ledger, anchor: int, start: int) -> int:
    """Return where the furniture that stands directly above `anchor` begins: the subscribe box."""
    if anchor == len(ledger):
        return anchor
    best = place = anchor
    while place > start:
        place -= 1
        if ledger.is_blank(place):
            continue
        if furniture.reason_of(ledger.lines[place]) not in (Reason.SUBSCRIBE, Reason.INTERFACE):
            break
        best = place
    return best


def _leave_out_of_frame(ledger: Ledger, place: int) -> None:
    line = ledger.lines[place]
    reason = furniture.reason_of(line)
    if reason is None and furniture.is_number(line):
        reason = Reason.COUNTER
    if reason is None and furniture.is_ornament(line):
        reason = Reason.ORNAMENT
    if reason is None and furniture.count_of_comments(line) is not None:
        reason = Reason.COUNTER
    if reason is None:
        reason = Reason.UNKNOWN
        ledger.warn("unknown_line", place, line)
    ledger.leave_out(place, reason)


def _headers(ledger: Ledger, begin: int, saved_on: date, language: str) -> list[_Header]:
    found: list[_Header] = []
    place = begin
    while place < len(ledger):
        header = _header_at(ledger, place, saved_on, language, is_strict=False)
        if header is None:
            place += 1
        else:
            found.append(header)
            place = header.end
    return found


def _header_at(ledger: Ledger, place: int, saved_on: date, language: str, *, is_strict: bool) -> _Header | None:
    """Return the header that begins at `place`, or None.

    wpDiscuz prints the name twice (the portrait's description is the first), then the age; WordPress prints "Name
    says:" and a date. A single name above an age counts only inside the discussion and behind a blank line.
    """
    name = furniture.plain(ledger.lines[place])
    if not name or len(name) > 160:
        return None
    if says := _SAYS.match(name):
        return _says_header(ledger, place, says, saved_on, language)
    if len(name) > LONGEST_NAME or furniture.is_badge(name):
        return None
    walk = _Walk(ledger, place + 1)
    is_by_author = _take_badges(walk)
    is_doubled = walk.line() == name
    if is_doubled:
        walk.step()
        is_by_author = _take_badges(walk) or is_by_author
    elif is_strict or furniture.reason_of(name) or not _stands_apart(ledger, place):
        return None
    answers = _take_answered(walk)
    moment = parse_moment(walk.line(), saved_on=saved_on, language=language)
    if moment is None:
        return None
    walk.step()
    is_by_author = _take_badges(walk) or is_by_author
    answers = answers or _take_answered(walk)
    return _Header(name, is_by_author, moment, answers, (place, *walk.taken), walk.place)


def _says_header(ledger: Ledger, place: int, says: re.Match[str], saved_on: date, language: str) -> _Header | None:
    walk = _Walk(ledger, place + 1)
    moment = parse_moment(says["moment"], saved_on=saved_on, language=language) if says["moment"] else None
    if moment is None and not says["moment"]:
        is_by_author = _take_badges(walk)
        moment = parse_moment(walk.line(), saved_on=saved_on, language=language)
        if moment is not None:
            walk.step()
    else:
        is_by_author = False
    if moment is None:
        return None
    answers = _take_answered(walk)
    return _Header(says["name"], is_by_author, moment, answers, (place, *walk.taken), walk.place)


def _stands_apart(ledger: Ledger, place: int) -> bool:
    return place == 0 or ledger.is_blank(place - 1) or furniture.reason_of(ledger.lines[place - 1]) is not None


class _Walk:
    """Steps down the lines of a header; one blank line between two of them is jumped over."""

    def __init__(self, ledger: Ledger, place: int) -> None:
        self._ledger = ledger
        self.place = place
        self.taken: list[int] = []

    def _next(self) -> int:
        place = self.place
        if place + 1 < len(self._ledger) and self._ledger.is_blank(place):
            place += 1
        return place

    def line(self) -> str:
        """Return the next filled line, "" at the end or behind two blank ones."""
        place = self._next()
        return furniture.plain(self._ledger.lines[place]) if place < len(self._ledger) else ""

    def step(self) -> None:
        """Take that line."""
        place = self._next()
        self.taken.append(place)
        self.place = place + 1


def _take_badges(walk: _Walk) -> bool:
    is_author = False
    while walk.line() and furniture.is_badge(walk.line()):
        is_author = is_author or furniture.is_author_badge(walk.line())
        walk.step()
    return is_author


def _take_answered(walk: _Walk) -> str:
    if match := _ANSWERS.match(walk.line()):
        walk.step()
        return match["name"]
    return ""


def _comments(ledger: Ledger, headers: list[_Header]) -> list[SavedComment]:
    found = []
    for number, header in enumerate(headers):
        end = headers[number + 1].places[0] if number + 1 < len(headers) else _end_of_talk(ledger, header.end)
        places = _text_places(ledger, header.end, end)
        if not places:
            for place in header.places:
                ledger.leave_out(place, Reason.EMPTY_COMMENT)
            ledger.warn("empty_comment", header.places[0], header.name)
            continue
        text = "\n".join(ledger.lines[place] for place in range(places[0], places[-1] + 1))
        numbers = (*header.places, *places)
        found.append(
            SavedComment(
                name=header.name,
                is_by_author=header.is_by_author,
                moment=header.moment,
                text=re.sub(r"\n{3,}", "\n\n", text),
                numbers=tuple(place + 1 for place in numbers),
                answers=header.answers,
            )
        )
    return found


def _end_of_talk(ledger: Ledger, start: int) -> int:
    """Return where the last comment ends: at the form for a new one, which is left out with all that follows."""
    form = next((place for place in range(start, len(ledger)) if furniture.opens_form(ledger.lines[place])), None)
    if form is None:
        return len(ledger)
    for place in ledger.filled(form, len(ledger)):
        if place == form:
            ledger.leave_out(place, Reason.INTERFACE)
        else:
            _leave_out_of_frame(ledger, place)
    return form


def _text_places(ledger: Ledger, start: int, end: int) -> list[int]:
    """Return the places of a comment's text; counters and interface words behind it are left out."""
    places = ledger.filled(start, end)
    trailing: list[tuple[int, Reason]] = []
    while places:
        place = places[-1]
        line = ledger.lines[place]
        reason = furniture.reason_of(line)
        if reason is None and furniture.is_number(line) and (trailing or place == start or ledger.is_blank(place - 1)):
            reason = Reason.COUNTER
        if reason is None:
            break
        trailing.append((places.pop(), reason))
    if not places and len(trailing) == 1 and trailing[0][1] is Reason.COUNTER:
        # Somebody wrote nothing but a number.
        return [trailing[0][0]]
    for place, reason in reversed(trailing):
        ledger.leave_out(place, reason)
    return places


def _hang(
    ledger: Ledger, comments: list[SavedComment], *, announced: int | None
) -> tuple[tuple[SavedComment, ...], tuple[str, ...]]:
    """Hang answers under what they answer, or under a placeholder for what the copy lost.

    A page prints answers below what they answer and above the next root, so the comment answered is looked for since
    the last root. Further up it is accepted only where nothing was lost and the name occurs once: an answer under the
    wrong comment would put words into somebody's mouth.
    """
    nothing_lost = announced is None or announced <= len(comments)
    hung: list[SavedComment] = []
    lost: list[str] = []
    since_root: dict[str, list[_Place]] = {}
    everywhere: dict[str, list[int]] = {}
    for number, comment in enumerate(comments):
        if not comment.answers:
            since_root = {}
        else:
            comment = _hung_one(ledger, comment, since_root, everywhere if nothing_lost else {}, lost)
        since_root.setdefault(comment.name.casefold(), []).append((number, None))
        everywhere.setdefault(comment.name.casefold(), []).append(number)
        hung.append(comment)
    return tuple(hung), tuple(lost)


def _hung_one(
    ledger: Ledger,
    comment: SavedComment,
    since_root: dict[str, list[_Place]],
    everywhere: dict[str, list[int]],
    lost: list[str],
) -> SavedComment:
    wanted = furniture.plain(comment.answers).casefold()
    near = since_root.get(wanted, [])
    if len(near) > 1:
        ledger.warn("several_answered", comment.numbers[0] - 1, comment.name, comment.answers)
    if near:
        parent, lost_parent = near[-1]
        return replace(comment, parent=parent, lost_parent=lost_parent)
    far = everywhere.get(wanted, [])
    if len(far) == 1:
        return replace(comment, parent=far[0])
    lost.append(comment.answers)
    since_root[wanted] = [(None, len(lost) - 1)]
    ledger.warn("parent_lost", comment.numbers[0] - 1, comment.name, comment.answers)
    return replace(comment, lost_parent=len(lost) - 1)
