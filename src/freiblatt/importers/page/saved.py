"""What was found in a saved page. Line numbers count from 1, as editors show them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

Precision = Literal["minute", "day", "month", "year"]


class NotAPageError(Exception):
    """The file is not what this importer reads; the message is a sentence for the operator."""


class Reason(StrEnum):
    """Why a line was left out. `report` has the words."""

    NAVIGATION = "navigation"
    BEFORE_HEADLINE = "before_headline"
    READING_TIME = "reading_time"
    SHARING = "sharing"
    PLEA = "plea"
    SUBSCRIBE = "subscribe"
    INTERFACE = "interface"
    COUNTER = "counter"
    ORNAMENT = "ornament"
    RELATED = "related"
    FOOTER = "footer"
    EMPTY_COMMENT = "empty_comment"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Moment:
    """When something was written: a day, or a moment where the page gave a time of day."""

    day: date
    time: datetime | None
    precision: Precision
    #: Whether it was reckoned from an age such as "2 months ago".
    is_approximate: bool


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text; more than one line where the page broke the lines itself."""

    lines: tuple[str, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Caption:
    """The caption of a picture that the copy lost: a title, a text, or both."""

    title: str
    text: str
    numbers: tuple[int, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether a sub-heading could look the same."""
        return not self.title


@dataclass(frozen=True)
class SavedComment:
    """One comment of the copy."""

    name: str
    #: Whether the page marked the writer as its author ("Autor").
    is_by_author: bool
    moment: Moment
    text: str
    numbers: tuple[int, ...]
    #: Whom it answers, as the page names it; "" on roots.
    answers: str = ""
    #: Place in `SavedPage.comments` of the comment it answers, where that can be told.
    parent: int | None = None
    #: Place in `SavedPage.lost` of the placeholder it hangs under, where the copy lost what it answers.
    lost_parent: int | None = None


@dataclass(frozen=True)
class LeftOut:
    """A line that is no part of article or discussion."""

    number: int
    text: str
    reason: Reason


@dataclass(frozen=True)
class Warned:
    """Something the desk should look at: a kind with its values. `report` has the words."""

    kind: str
    number: int = 0
    text: str = ""
    other: str = ""


@dataclass(frozen=True)
class SavedPage:
    """A saved page, read."""

    headline: str
    standfirst: str
    authors: tuple[str, ...]
    published_on: date
    updated_on: date | None
    language: str
    body: tuple[Paragraph | Caption, ...]
    #: How many comments the page announced; None where it announced none.
    announced: int | None
    comments: tuple[SavedComment, ...]
    #: Writers of comments that the copy lost while answers to them are there.
    lost: tuple[str, ...]
    #: Numbers of the lines that headline, standfirst, byline and date were taken from.
    head_numbers: tuple[int, ...]
    #: Numbers of lines that frame the discussion: the announced count.
    frame_numbers: tuple[int, ...]
    left_out: tuple[LeftOut, ...]
    warnings: tuple[Warned, ...] = field(default=())

    @property
    def paragraphs(self) -> int:
        """How many paragraphs the article has."""
        return sum(isinstance(block, Paragraph) for block in self.body)

    @property
    def pictures(self) -> int:
        """How many pictures left a caption."""
        return sum(isinstance(block, Caption) for block in self.body)

    @property
    def n_announced(self) -> int:
        """How many comments the page had by its own account, at least those that are there."""
        return len(self.comments) if self.announced is None else self.announced

    @property
    def n_lost(self) -> int:
        """How many announced comments the copy does not contain."""
        return max(0, self.n_announced - len(self.comments))
