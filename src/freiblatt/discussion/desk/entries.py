"""What the desk sees of a comment that waits: the text, its writer, why it waits, and what stands around it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.safestring import SafeString, mark_safe

from freiblatt.discussion.actions import judgement_of_today
from freiblatt.discussion.models import (
    Comment,
    CommentState,
    CommentVersion,
    DecisionKind,
    Objection,
    Question,
    Report,
)
from freiblatt.discussion.reading import Addresses, tombstone_text
from freiblatt.discussion.rules import sentences
from freiblatt.discussion.text import to_html

#: So many levels of what a comment answers are shown, and so many earlier comments of its writer.
LEVELS_ABOVE = 2
EARLIER = 5


@dataclass(frozen=True, slots=True)
class Beside:
    """Another comment, as it is shown beside one that waits."""

    pk: int
    name: str
    html: SafeString
    #: What stands in the place of a text that is gone.
    sentence: str
    state: str
    comment: Comment


@dataclass(slots=True)
class Entry:
    """One comment that waits, with everything that is needed to decide."""

    comment: Comment
    #: Names comment, state, text, reports and objections as they are shown, so that nobody decides about something
    #: else (`token_of`).
    token: str
    html: SafeString
    reasons: list[str]
    headline: str
    article_url: str
    #: Where readers see it; "" as long as they do not.
    url: str
    above: list[Beside] = field(default_factory=list)
    earlier: list[Beside] = field(default_factory=list)
    versions: list[CommentVersion] = field(default_factory=list)
    #: What the authors were asked about it, the latest first.
    questions: list[Question] = field(default_factory=list)
    #: How likely the desk refuses it, in per cent, and the words that say so; None where nothing was learnt.
    doubt: int | None = None
    doubt_words: list[str] = field(default_factory=list)
    #: Open reports of readers, the most urgent first.
    reports: list[Report] = field(default_factory=list)

    #: What its writer, or a reader who reported it, says against the decision; None for nothing open.
    objection: Objection | None = None

    @property
    def needs_answer(self) -> bool:
        """Whether an objection is answered by itself; one to hiding by reports is answered by any decision about it."""
        return self.objection is not None and self.objection.decision.kind != DecisionKind.HELD

    @property
    def is_public(self) -> bool:
        """Whether readers see it at this moment."""
        return self.comment.state == CommentState.PUBLIC


def token_of(comment: Comment) -> str:
    """Return what a form says of a comment as it is now: its id, and a hash of all that somebody looked at."""
    reports = Report.objects.open().filter(comment=comment).values_list("pk", flat=True)
    objections = Objection.objects.open().filter(decision__comment=comment).values_list("pk", flat=True)
    return _token(comment, reports, objections)


def _token(comment: Comment, reports: Iterable[int], objections: Iterable[int]) -> str:
    """Return the token for the ids of open reports and objections, which are decided with the comment."""
    said = f"{comment.state}\n{sorted(reports)}\n{sorted(objections)}\n{comment.source_text}"
    return f"{comment.pk}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def entries_of(comments: Sequence[Comment]) -> list[Entry]:
    """Return what the desk sees of `comments`, in a number of statements that does not grow with them."""
    above = _above(comments)
    earlier = _earlier(comments)
    versions: dict[int, list[CommentVersion]] = {}
    for version in CommentVersion.objects.filter(comment__in=comments):
        versions.setdefault(version.comment_id, []).append(version)
    reports: dict[int, list[Report]] = {}
    for report in Report.objects.open().filter(comment__in=comments).prefetch_related("rule__texts"):
        reports.setdefault(report.comment_id or 0, []).append(report)
    objections: dict[int | None, list[Objection]] = {}
    for objection in Objection.objects.open().filter(decision__comment__in=comments).select_related("decision__rule"):
        objections.setdefault(objection.decision.comment_id, []).append(objection)
    questions: dict[int, list[Question]] = {}
    for question in Question.objects.filter(comment__in=comments).select_related("answered_by").order_by("-pk"):
        questions.setdefault(question.comment_id, []).append(question)
    judgement = judgement_of_today()
    found = []
    for comment in comments:
        article = comment.thread.article
        is_public = comment.state == CommentState.PUBLIC
        reported, objected = reports.get(comment.pk, []), objections.get(comment.pk, [])
        found.append(
            Entry(
                comment=comment,
                token=_token(comment, (one.pk for one in reported), (one.pk for one in objected)),
                html=_html(comment),
                reasons=sentences(comment.hold_reasons),
                headline=article.title,
                article_url=article.get_url() or "",
                url=Addresses(article).comment(comment.pk) if is_public else "",
                above=[_beside(one) for one in above.get(comment.pk, [])],
                earlier=[_beside(one) for one in earlier.get(comment.pk, [])],
                versions=versions.get(comment.pk, []),
                objection=objected[0] if objected else None,
                questions=questions.get(comment.pk, []),
                doubt=round(judgement.doubt(comment.source_text) * 100) if judgement else None,
                doubt_words=[one.text for one in judgement.reasons(comment.source_text)] if judgement else [],
                reports=reported,
            )
        )
    return found


def _html(comment: Comment) -> SafeString:
    """Return the text, also of what was removed: the desk keeps it as long as somebody may object."""
    html = comment.html or to_html(comment.source_text)
    return mark_safe(html)  # noqa: S308 (cleaned when it was written)


def _beside(comment: Comment) -> Beside:
    return Beside(
        pk=comment.pk,
        name=comment.name,
        html=_html(comment),
        sentence=tombstone_text(comment),
        state=comment.get_state_display(),
        comment=comment,
    )


def _above(comments: Sequence[Comment]) -> dict[int, list[Comment]]:
    """Return for each comment what it answers, the highest first; one statement a level."""
    found: dict[int, list[Comment]] = {comment.pk: [] for comment in comments}
    wanted = {comment.pk: comment.parent_id for comment in comments if comment.parent_id}
    for _level in range(LEVELS_ABOVE):
        parents = Comment.objects.select_related("author").in_bulk({pk for pk in wanted.values() if pk})
        for pk, parent_pk in list(wanted.items()):
            parent = parents.get(parent_pk or 0)
            if parent is not None:
                found[pk].insert(0, parent)
            wanted[pk] = parent.parent_id if parent else None
        if not any(wanted.values()):
            break
    return found


def _earlier(comments: Sequence[Comment]) -> dict[int, list[Comment]]:
    """Return for each comment the last ones of the same writer, the latest first; one statement."""
    keys = {comment.writer_key for comment in comments} - {""}
    if not keys:
        return {}
    numbered = Comment.objects.filter(writer_key__in=keys).annotate(
        place=Window(RowNumber(), partition_by=F("writer_key"), order_by=F("pk").desc())
    )
    # One more than is shown, because the comment that waits may be among them.
    by_writer: dict[str, list[Comment]] = {}
    for one in numbered.filter(place__lte=EARLIER + len(comments)).order_by("-pk"):
        by_writer.setdefault(one.writer_key, []).append(one)
    return {
        comment.pk: [one for one in by_writer.get(comment.writer_key, []) if one.pk != comment.pk][:EARLIER]
        for comment in comments
        if comment.writer_key
    }
