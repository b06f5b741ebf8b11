"""What readers see of a thread, decided in Python and ready for the templates.

The first slice of a thread costs three statements however long it is: the thread, its first roots, and the first
answers below each of them in one statement. Every comment in a busy discussion makes a reader wait for it, so it also
takes few CPU: only the columns that are shown are fetched, and a comment that was shown before is not shown anew.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name, localtime
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from freiblatt.articles.models import ArticlePage, Author
from freiblatt.discussion.models import (
    ANSWERS_BELOW_ROOT,
    ANSWERS_IN_SLICE,
    ROOTS_IN_SLICE,
    Comment,
    CommentState,
    DatePrecision,
    Slot,
    Thread,
)

Order = Literal["oldest", "newest"]

#: Levels of answers that are set in below each other; deeper ones name whom they answer instead.
LEVELS_SET_IN = 3
#: What readers see of a comment and its place; the rest of its columns stays in the database.
SHOWN_FIELDS = (
    *("id", "thread", "parent", "root", "state", "html", "author", "guest_name", "n_replies"),
    *("created_on", "created_precision", "created_is_approximate"),
)
#: How many comments are remembered as they were shown: the first slices of a dozen busy discussions, some megabytes.
REMEMBERED = 1024
#: A longer text is rare, and many of them would fill the memory.
LONGEST_REMEMBERED = 4000


@dataclass(frozen=True, slots=True)
class ShownComment:
    """One comment, tombstone or placeholder, as a template prints it."""

    pk: int
    name: str
    is_by_author: bool
    author_url: str
    url: str
    date: str
    #: The `datetime` attribute of <time>: full, or a day, month or year where no more is known.
    machine_date: str
    #: Whether the moment is known, so that a module may say how long ago it was.
    is_exact: bool
    html: SafeString
    #: What stands in the place of a text that is gone; empty on comments.
    sentence: str
    #: Whom it answers, where the comment answered does not stand above it.
    answers_name: str
    answers_url: str
    #: "View all 12 answers" and where, on the last comment below a root of which not all answers are shown here.
    more_label: str
    more_url: str
    #: How many levels end behind this comment, as a string of that length for a template to walk.
    closes: str

    @property
    def as_html(self) -> SafeString:
        """The comment as `discussion/comment.html` shows it in the active language."""
        show = _as_html if len(self.html) <= LONGEST_REMEMBERED else _as_html.__wrapped__
        return show(self, get_language() or "")


@dataclass(frozen=True, slots=True)
class ShownThread:
    """One slice of a thread."""

    heading: str
    lost: str
    comments: list[ShownComment]
    order: Order
    url: str
    oldest_url: str
    newest_url: str
    #: Where the next slice is, "" at the end.
    more_url: str
    #: Whether there is something to order.
    has_orders: bool


@dataclass(frozen=True, slots=True)
class ShownConversation:
    """One comment with everything above it and a slice of what stands below it."""

    comment: ShownComment
    comments: list[ShownComment]
    more_url: str
    #: Where everything below the same root stands; "" where this is it.
    root_url: str
    has_answers: bool


class Addresses:
    """Where the discussion of one article is found; made once for all comments on a page."""

    def __init__(self, article: ArticlePage) -> None:
        # /<front page>/<section>/<article>/
        self._section, self._slug = article.url_path.strip("/").split("/")[-2:]
        self.thread = reverse("thread", args=[self._section, self._slug])
        # Eighty comments on a page are eighty addresses of one pattern: ask for it once.
        self._comment = reverse("comment", args=[self._section, self._slug, 0]).removesuffix("0/")

    def newest(self) -> str:
        """Return the address of the slice with the newest roots."""
        return reverse("thread_newest", args=[self._section, self._slug])

    def slice(self, order: Order, key: int) -> str:
        """Return the address of the slice that follows the root with the id `key`."""
        name = "thread_after" if order == "oldest" else "thread_before"
        return reverse(name, args=[self._section, self._slug, key])

    def comment(self, pk: int) -> str:
        """Return the lasting address of one comment."""
        return f"{self._comment}{pk}/"

    def answers(self, pk: int, after: int) -> str:
        """Return the address of the answers below a root that follow the answer with the id `after`."""
        return reverse("comment_answers", args=[self._section, self._slug, pk, after])


def count_text(n_public: int) -> str:
    """Return "9 comments" in the active language."""
    return ngettext("%(count)d comment", "%(count)d comments", n_public) % {"count": n_public}


def show_thread(thread: Thread, *, article: ArticlePage, order: Order = "oldest", key: int = 0) -> ShownThread:
    """Return one slice of `thread`: the first one, or the one behind the root with the id `key`. Two statements."""
    addresses = Addresses(article)
    side, direction = ("<", "DESC") if order == "newest" else (">", "ASC")
    beyond, values = (f"AND c.id {side} %s", [key]) if key else ("", [])
    page = _fetched(
        f"WHERE c.thread_id = %s AND c.slot = %s {beyond} ORDER BY c.id {direction} LIMIT {ROOTS_IN_SLICE + 1}",
        [thread.pk, Slot.ROOT.value, *values],
    )
    has_more = len(page) > ROOTS_IN_SLICE
    page = page[:ROOTS_IN_SLICE]
    below = _first_answers(page)
    ordered = [comment for root in page for comment in (root, *_as_tree(root, below.get(root.pk, [])))]
    return ShownThread(
        heading=count_text(thread.n_public),
        lost=_lost_text(thread),
        comments=_shown(ordered, addresses, shown_answers={pk: len(found) for pk, found in below.items()}),
        order=order,
        url=addresses.thread,
        oldest_url=addresses.thread,
        newest_url=addresses.newest(),
        more_url=addresses.slice(order, page[-1].pk) if has_more else "",
        has_orders=bool(key) or order == "newest" or has_more,
    )


def show_conversation(comment: Comment, *, article: ArticlePage, after: int = 0) -> ShownConversation:
    """Return `comment` below everything it answers, with a slice of the answers that follow.

    Below a root these are all its answers; below an answer its own ones.
    """
    addresses = Addresses(article)
    above = _parents_of(comment)
    if comment.root_id is None:
        answers = Comment.objects.answers_below(comment)
    else:
        answers = Comment.objects.filter(parent=comment, slot=Slot.ANSWER)
    page = list(answers.select_related("author", "parent__author").oldest_first(after=after)[: ANSWERS_IN_SLICE + 1])
    has_more = len(page) > ANSWERS_IN_SLICE
    page = page[:ANSWERS_IN_SLICE]
    ordered = [*above, comment, *_as_tree(comment, page)]
    shown = _shown(ordered, addresses, shown_answers=None)
    return ShownConversation(
        comment=next(one for one in shown if one.pk == comment.pk),
        comments=shown,
        more_url=addresses.answers(comment.pk, page[-1].pk) if has_more else "",
        root_url=addresses.comment(comment.root_id) if comment.root_id else "",
        has_answers=bool(page),
    )


def _fetched(condition: str, values: Sequence[int]) -> list[Comment]:
    """Return the comments (called `c`) that `condition` chooses, with SHOWN_FIELDS and their author's name and slug.

    Written by hand because the database answers in a tenth of the millisecond that Django takes to put such a
    statement together, and a page of a busy discussion waits for two of them after every comment.
    """
    found = []
    for comment in Comment.objects.raw(f"{_select()} {condition}", values):
        if comment.author_id is not None:
            comment.author = Author(pk=comment.author_id, name=comment.author_name, slug=comment.author_slug)
        found.append(comment)
    return found


@functools.cache
def _select() -> str:
    """Return the beginning of the statement that `_fetched` sends."""
    quoted = connection.ops.quote_name
    columns = ", ".join(f"c.{quoted(Comment._meta.get_field(name).column)}" for name in SHOWN_FIELDS)
    comments, authors = quoted(Comment._meta.db_table), quoted(Author._meta.db_table)
    return (
        f"SELECT {columns}, a.name AS author_name, a.slug AS author_slug "  # noqa: S608 (our own names)
        f"FROM {comments} AS c LEFT JOIN {authors} AS a ON a.id = c.author_id"
    )


@functools.lru_cache(maxsize=REMEMBERED)
def _as_html(comment: ShownComment, language: str) -> SafeString:
    """Return one comment as its template shows it. All that the template may show is an argument; times do not pass."""
    html = render_to_string("discussion/comment.html", {"comment": comment})
    return mark_safe(html.removesuffix("\n"))  # noqa: S308 (a template's answer without the end of its file)


def _first_answers(roots: Sequence[Comment]) -> dict[int, list[Comment]]:
    """Return the first answers below each of `roots`, in one statement of bounded cost.

    Each root is a branch of its own that the index (root, slot, id) answers; a window function or a correlated query
    would read every answer of every root.
    """
    with_answers = [root.pk for root in roots if root.n_replies]
    if not with_answers:
        return {}
    table = connection.ops.quote_name(Comment._meta.db_table)
    branch = (
        f"SELECT id FROM (SELECT id FROM {table} WHERE root_id = %s AND slot = %s "  # noqa: S608 (our own table's name)
        f"ORDER BY id LIMIT {ANSWERS_BELOW_ROOT}) AS branch"
    )
    first = " UNION ALL ".join([branch] * len(with_answers))
    values = [value for pk in with_answers for value in (pk, Slot.ANSWER.value)]
    below: dict[int, list[Comment]] = {}
    for answer in _fetched(f"WHERE c.id IN ({first}) ORDER BY c.id", values):
        below.setdefault(answer.root_id or 0, []).append(answer)
    return below


def _parents_of(comment: Comment) -> list[Comment]:
    """Return what `comment` answers, from the root down to its parent; one statement a level, the nearest ten."""
    above: list[Comment] = []
    parent_id = comment.parent_id
    while parent_id is not None and len(above) < 10:
        parent = Comment.objects.select_related("author").get(pk=parent_id)
        above.append(parent)
        parent_id = parent.parent_id
    return above[::-1]


def _as_tree(top: Comment, answers: Iterable[Comment]) -> list[Comment]:
    """Return `answers` in reading order: each behind the comment it answers, those of one comment by age.

    An answer whose parent is not among them stands directly below `top`.
    """
    below: dict[int, list[Comment]] = {}
    known = {top.pk}
    for answer in answers:
        below.setdefault(answer.parent_id if answer.parent_id in known else top.pk, []).append(answer)
        known.add(answer.pk)
    ordered: list[Comment] = []
    waiting = below.get(top.pk, [])[::-1]
    while waiting:
        answer = waiting.pop()
        ordered.append(answer)
        waiting += below.get(answer.pk, [])[::-1]
    return ordered


def _shown(
    ordered: Sequence[Comment], addresses: Addresses, *, shown_answers: dict[int, int] | None
) -> list[ShownComment]:
    """Return what templates print of comments in reading order.

    `shown_answers` says how many answers stand below each root; None where roots offer no more of them.
    """
    placed = _placed(ordered)
    language, time_zone = get_language() or "", get_current_timezone_name()
    by_pk = {comment.pk: comment for comment in ordered}
    levels_behind = [*(level for _comment, level, _names_parent in placed[1:]), 0][: len(placed)]
    shown = []
    for (comment, level, names_parent), next_level in zip(placed, levels_behind, strict=True):
        root = by_pk.get(comment.root_id or comment.pk) if shown_answers is not None and next_level == 0 else None
        has_more = root is not None and root.n_replies > (shown_answers or {}).get(root.pk, 0)
        answered = (by_pk.get(comment.parent_id or 0) or comment.parent) if names_parent else None
        is_tombstone = comment.is_tombstone
        author = None if is_tombstone else comment.author
        date, machine_date = _dates(comment, language, time_zone) if not is_tombstone else ("", "")
        shown.append(
            ShownComment(
                pk=comment.pk,
                name=_shown_name(comment),
                is_by_author=author is not None,
                author_url=author.get_absolute_url() if author else "",
                url=addresses.comment(comment.pk),
                date=date,
                machine_date=machine_date,
                is_exact=comment.created_precision == DatePrecision.MINUTE and not comment.created_is_approximate,
                html=mark_safe(comment.html),  # noqa: S308 (cleaned when it was written)
                sentence=tombstone_text(comment),
                answers_name=_shown_name(answered) if answered else "",
                answers_url=addresses.comment(answered.pk) if answered else "",
                more_label=_all_answers(root) if root and has_more else "",
                more_url=addresses.comment(root.pk) if root and has_more else "",
                closes="." * (level + 1 - next_level),
            )
        )
    return shown


def _placed(ordered: Sequence[Comment]) -> list[tuple[Comment, int, bool]]:
    """Return each comment with its level, and whether it has to say whom it answers, because that does not show."""
    levels: dict[int, int] = {}
    placed = []
    for comment in ordered:
        above = levels.get(comment.parent_id or 0)
        if not levels or comment.parent_id is None:
            level, names_parent = 0, comment.parent_id is not None
        elif above is None:
            level, names_parent = 1, True
        else:
            level, names_parent = min(above + 1, LEVELS_SET_IN), above >= LEVELS_SET_IN
        levels[comment.pk] = level
        placed.append((comment, level, names_parent))
    return placed


def _shown_name(comment: Comment) -> str:
    """Return the name that readers see; "" where it went with the text. A lost one's is known from its answer."""
    return comment.name if comment.state == CommentState.LOST or not comment.is_tombstone else ""


def _all_answers(root: Comment) -> str:
    return ngettext("View the answer", "View all %(count)d answers", root.n_replies) % {"count": root.n_replies}


def tombstone_text(comment: Comment) -> str:
    """Return the sentence that stands in the place of a comment that is gone; "" for one that is there."""
    match comment.state:
        case CommentState.WITHDRAWN:
            return _("This comment was withdrawn by its writer.")
        case CommentState.REMOVED:
            return _("This comment was removed by the newsroom.")
        case CommentState.ERASED:
            return _("This comment was erased.")
        case CommentState.LOST:
            return _("A comment by %(name)s stood here; the copy this page was taken from had lost it.") % {
                "name": comment.guest_name
            }
    return ""


def _dates(comment: Comment, language: str, time_zone: str) -> tuple[str, str]:
    """Return when `comment` was written: for readers as exactly as it is known ("13 August 2025, 12:10", "about August
    2025"), for machines a moment with offset or the day, month or year that is known. Empty where nothing is.
    """
    if comment.created_on is None:
        return "", ""
    precision, is_approximate = comment.created_precision, comment.created_is_approximate
    return _dates_of(comment.created_on, precision, is_approximate, language, time_zone)


#: For each precision: the format for readers, and that of the machine-readable day, month or year.
FORMATS: dict[str, tuple[str, str]] = {
    DatePrecision.YEAR: ("Y", "%Y"),
    DatePrecision.MONTH: ("YEAR_MONTH_FORMAT", "%Y-%m"),
    DatePrecision.DAY: ("DATE_FORMAT", "%Y-%m-%d"),
    DatePrecision.MINUTE: ("DATETIME_FORMAT", ""),
}


@functools.lru_cache(maxsize=REMEMBERED)
def _dates_of(
    created_on: datetime, precision: str, is_approximate: bool, _language: str, _time_zone: str
) -> tuple[str, str]:
    """Return what `_dates` does; in the active language and time zone, which are arguments to be remembered by."""
    when = localtime(created_on)
    shown, machine = FORMATS[precision]
    text = date_format(when, shown)
    if is_approximate:
        text = pgettext("date", "about %(date)s") % {"date": text}
    return text, when.strftime(machine) if machine else when.isoformat(timespec="minutes")


def _lost_text(thread: Thread) -> str:
    """Return what is said of comments that an older site had counted and its copy did not contain."""
    if not thread.n_lost:
        return ""
    return ngettext(
        "The page this was taken from counted %(count)d more comment, which its copy no longer contained.",
        "The page this was taken from counted %(count)d more comments, which its copy no longer contained.",
        thread.n_lost,
    ) % {"count": thread.n_lost}
