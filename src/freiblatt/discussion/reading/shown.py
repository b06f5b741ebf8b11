"""What templates print of a discussion."""

import functools
from dataclasses import dataclass
from typing import Literal

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

Order = Literal["oldest", "newest", "top"]

#: How many comments are remembered as they were shown: the first slices of a dozen busy discussions, some megabytes.
REMEMBERED = 1024
#: A longer text is rare, and many of them would fill the memory.
LONGEST_REMEMBERED = 4000


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """The passage that a comment is about."""

    words: str
    #: Where it stands in the article; "" where it is lost.
    url: str
    #: What became of it since; "" if nothing.
    note: str


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
    #: Who speaks, where that is not a guest: "author", "staff" or "reader"; "" for guests.
    badge: str = ""
    #: Where it is answered; "" where nobody can.
    answer_url: str = ""
    #: Where it is reported; "" where nobody can.
    report_url: str = ""
    #: Whether readers may vote for it, and against it.
    can_vote: bool = False
    can_vote_down: bool = False
    #: Whether only those with a confirmed address may; a stored page does not know who reads it.
    is_vote_of_readers: bool = False
    up: int = 0
    down: int = 0
    #: When it was edited, as `date`; "" if never.
    edited: str = ""
    #: Why the newsroom picked it; "" where it did not.
    pick_reason: str = ""
    corrects: bool = False
    #: What the newsroom says to a correction; "" while it is open.
    verdict: str = ""
    passage: ShownPassage | None = None

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
    #: "" where there is no order by votes yet.
    top_url: str = ""
    #: Where new comments and votes go; "" where none are taken.
    write_url: str = ""
    vote_url: str = ""
    #: Where readers with a confirmed address vote when others no longer can; "" where all vote, or nobody.
    reader_vote_url: str = ""
    #: The newsroom's question above all.
    pinned: ShownComment | None = None
    #: What holds in the discussion, and what was decided by it.
    rules_url: str = ""
    log_url: str = ""
    #: What is said where nobody can write: that comments are closed, or from when on they are open.
    closed: str = ""
    feed_url: str = ""
    #: Where the newsroom's answers stand alone; "" where none of them is on this slice.
    newsroom_url: str = ""
    #: Behind the last slice by votes: where all comments stand by time, also those that it left out; "" elsewhere.
    rest_url: str = ""


@dataclass(frozen=True, slots=True)
class ShownConversation:
    """One comment with everything above it and a slice of what stands below it."""

    comment: ShownComment
    comments: list[ShownComment]
    more_url: str
    #: Where everything below the same root stands; "" where this is it.
    root_url: str
    has_answers: bool
    #: Where votes go; "" where none are taken. `reader_vote_url` as in ShownThread.
    vote_url: str = ""
    reader_vote_url: str = ""


@functools.lru_cache(maxsize=REMEMBERED)
def _as_html(comment: ShownComment, language: str) -> SafeString:
    """Return one comment as its template shows it. All that the template may show is an argument; times do not pass."""
    html = render_to_string("discussion/comment.html", {"comment": comment})
    return mark_safe(html.removesuffix("\n"))  # noqa: S308 (a template's answer without the end of its file)
