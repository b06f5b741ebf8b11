"""Comments in reading order, each in its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from freiblatt.discussion.models import (
    Comment,
    CommentKind,
    CommentState,
    DatePrecision,
    DiscussionSettings,
    Thread,
)
from freiblatt.discussion.reading.addresses import Addresses
from freiblatt.discussion.reading.passages import notes_of, shown_passage, verdict_text
from freiblatt.discussion.reading.shown import ShownComment
from freiblatt.discussion.reading.words import all_answers, dates, dates_of, hidden_text, shown_name, tombstone_text

#: Levels of answers that are set in below each other; deeper ones name whom they answer instead.
LEVELS_SET_IN = 3


@dataclass(frozen=True, slots=True)
class Doors:
    """What readers can do in a thread at this moment."""

    is_open: bool = False
    can_report: bool = False
    can_vote: bool = False
    can_vote_down: bool = False
    #: Whether only readers with a confirmed address vote: what told the votes of others apart is deleted.
    is_vote_of_readers: bool = False

    @classmethod
    def of(cls, thread: Thread, settings: DiscussionSettings) -> "Doors":
        """Return what can be done in `thread`; asks the database nothing."""
        is_open = thread.is_open()
        can_vote = is_open and settings.has_votes
        return cls(
            is_open=is_open,
            can_report=True,
            can_vote=can_vote,
            can_vote_down=can_vote and settings.has_down_votes,
            is_vote_of_readers=can_vote and thread.voting_ended_on is not None,
        )


def as_tree(top: Comment, answers: Iterable[Comment]) -> list[Comment]:
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


def shown_comments(
    ordered: Sequence[Comment],
    addresses: Addresses,
    doors: Doors,
    *,
    shown_answers: dict[int, int] | None,
    is_for_writer: bool = False,
) -> list[ShownComment]:
    """Return what templates print of comments in reading order.

    `shown_answers` says how many answers stand below each root; None where roots offer no more of them.
    Of what is not public only a sentence is left, unless `is_for_writer`: that one, and the desk, see what waits.
    """
    placed = _placed(ordered)
    language, time_zone = get_language() or "", get_current_timezone_name()
    by_pk = {comment.pk: comment for comment in ordered}
    notes = notes_of(ordered)
    levels_behind = [*(level for _comment, level, _names_parent in placed[1:]), 0][: len(placed)]
    shown = []
    for (comment, level, names_parent), next_level in zip(placed, levels_behind, strict=True):
        root = by_pk.get(comment.root_id or comment.pk) if shown_answers is not None and next_level == 0 else None
        has_more = root is not None and root.n_replies > (shown_answers or {}).get(root.pk, 0)
        answered = (by_pk.get(comment.parent_id or 0) or comment.parent) if names_parent else None
        is_public = comment.state == CommentState.PUBLIC
        is_gone = comment.is_tombstone if is_for_writer else not is_public
        author = None if is_gone else comment.author
        date, machine_date = dates(comment, language, time_zone) if not is_gone else ("", "")
        shown.append(
            ShownComment(
                pk=comment.pk,
                name=shown_name(comment) if is_gone else comment.name,
                is_by_author=author is not None,
                author_url=author.get_absolute_url() if author else "",
                url=addresses.comment(comment.pk),
                date=date,
                machine_date=machine_date,
                is_exact=comment.created_precision == DatePrecision.MINUTE and not comment.created_is_approximate,
                html=mark_safe(comment.html if not is_gone else ""),  # noqa: S308 (cleaned when it was written)
                sentence=tombstone_text(comment) if is_for_writer else hidden_text(comment),
                answers_name=shown_name(answered) if answered else "",
                answers_url=addresses.comment(answered.pk) if answered else "",
                more_label=all_answers(root) if root and has_more else "",
                more_url=addresses.comment(root.pk) if root and has_more else "",
                closes="." * (level + 1 - next_level),
                badge=_badge(comment) if not is_gone else "",
                answer_url=addresses.answer(comment.pk) if doors.is_open and is_public else "",
                report_url=addresses.report(comment.pk) if doors.can_report and is_public else "",
                can_vote=doors.can_vote and is_public,
                can_vote_down=doors.can_vote_down and is_public,
                is_vote_of_readers=doors.is_vote_of_readers and is_public,
                up=comment.up if not is_gone else 0,
                down=comment.down if not is_gone else 0,
                edited=_edited(comment, language, time_zone) if not is_gone else "",
                pick_reason=comment.pick_reason if is_public else "",
                corrects=comment.kind == CommentKind.CORRECTION and not is_gone,
                verdict=verdict_text(notes.answers.get(comment.pk)) if not is_gone else "",
                passage=shown_passage(notes.passages.get(comment.pk), addresses) if not is_gone else None,
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


def _badge(comment: Comment) -> str:
    """Return who speaks, by what is stored and never by the name."""
    if comment.author_id is not None:
        return "author"
    if comment.is_by_staff:
        return "staff"
    return "reader" if comment.reader_id is not None else ""


def _edited(comment: Comment, language: str, time_zone: str) -> str:
    """Return when a comment was edited; "" if it never was."""
    if comment.edited_on is None:
        return ""
    return dates_of(comment.edited_on, DatePrecision.MINUTE, False, language, time_zone)[0]
