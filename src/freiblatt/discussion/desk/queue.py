"""What waits for the desk, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import F, Sum, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from freiblatt.discussion.models import Comment, CommentState, Objection, Report, Thread
from freiblatt.discussion.models.comments import CommentQuerySet

#: Who works the desk.
PERMISSION = "discussion.change_comment"
#: What one screen shows. An hour's work are three of them.
PAGE_SIZE = 50
#: Of what readers reported and objected to, so much is looked through at a time, the most urgent first.
URGENT = 500

#: How what is held is sorted: by age, or by what the desk's decisions have taught.
ORDERS = {
    "": _("the oldest first"),
    "fine": _("what will probably be approved first"),
    "doubtful": _("what will probably be refused first"),
}
KINDS = {
    "reported": _("Reported"),
    "objection": _("Objected to"),
    "waiting": _("Held"),
}


def may_decide(request: HttpRequest) -> bool:
    """Return whether whoever asks works the desk."""
    return request.user.has_perm(PERMISSION)


def count_waiting() -> int:
    """Return how many comments are held until somebody decides."""
    return Thread.objects.filter(n_held__gt=0).aggregate(Sum("n_held"))["n_held__sum"] or 0


def count_undecided() -> int:
    """Return how many comments need a decision: held, reported while public, and those whose writers object."""
    reported = Report.objects.open().filter(comment__state=CommentState.PUBLIC)
    objections = Objection.objects.open().filter(decision__comment__isnull=False)
    counted = reported.values("comment").distinct().count() + objections.values("decision__comment").distinct().count()
    return count_waiting() + counted


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is looked at; everything where nothing is asked for."""

    article: int = 0
    rule: str = ""
    phrase: str = ""
    kind: str = ""
    order: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filters":
        """Return the filters that a query or a form names; what makes no sense is none."""
        article = asked.get("article", "")
        number = int(article) if article.isascii() and article.isdecimal() and len(article) < 19 else 0
        kind, order = asked.get("kind", ""), asked.get("order", "")
        return cls(
            article=number,
            rule=asked.get("held_by", "")[:40].replace("\0", ""),
            phrase=asked.get("phrase", "").replace("\0", "").strip()[:200],
            kind=kind if kind in KINDS else "",
            order=order if order in ORDERS else "",
        )

    @property
    def said(self) -> dict[str, str | int]:
        """What is asked for, by the names that it has in addresses and forms."""
        found = {
            "article": self.article,
            "held_by": self.rule,
            "phrase": self.phrase,
            "kind": self.kind,
            "order": self.order,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        """The filters as they stand in an address: "?article=7&held_by=links"; "" for none."""
        return f"?{urlencode(self.said)}" if self.said else ""

    def apply(self, comments: CommentQuerySet) -> CommentQuerySet:
        """Return those of `comments` that are asked for."""
        if self.article:
            comments = comments.filter(thread__article_id=self.article)
        if self.rule:
            # As text, because only one of the databases looks into lists.
            said = f'"rule": "{self.rule}"'
            comments = comments.annotate(why=Cast("hold_reasons", TextField())).filter(why__contains=said)
        if self.phrase:
            comments = comments.filter(source_text__icontains=self.phrase)
        return comments


def held() -> CommentQuerySet:
    """Return the comments that are held, the oldest first."""
    return Comment.objects.filter(state=CommentState.WAITING).order_by("pk")


def queue_of(filters: Filters) -> tuple[list[Comment], int]:
    """Return the first comments that need a decision, the most urgent first, and how many there are like that.

    First what readers reported, by its deadline, what is said to be illegal before all else; then what writers object
    to, by its deadline; then what is held, the oldest first, or as the filters say.
    """
    urgent = _urgent(filters.kind)
    shown = filters.apply(Comment.objects.filter(pk__in=urgent)) if urgent else Comment.objects.none()
    known = set(shown.values_list("pk", flat=True))
    pks = [pk for pk in urgent if pk in known]
    total = len(pks)
    if filters.kind in ("", "waiting"):
        waiting = filters.apply(held()).exclude(pk__in=urgent)
        total += waiting.count()
        if filters.order:
            doubt = F("doubt")
            waiting = waiting.order_by(
                doubt.asc(nulls_last=True) if filters.order == "fine" else doubt.desc(nulls_last=True), "pk"
            )
        pks += waiting.values_list("pk", flat=True)[: max(0, PAGE_SIZE - len(pks))]
    pks = pks[:PAGE_SIZE]
    found = Comment.objects.select_related("thread__article", "author", "reader").in_bulk(pks)
    return [found[pk] for pk in pks if pk in found], total


def _urgent(kind: str) -> list[int]:
    """Return what has a deadline, the nearest first."""
    pks: list[int | None] = []
    if kind in ("", "reported"):
        reported = Report.objects.open().filter(comment__state__in=[CommentState.PUBLIC, CommentState.WAITING])
        pks += reported.order_by("-rule__is_legal", "due_on", "pk").values_list("comment", flat=True)[:URGENT]
    if kind in ("", "objection"):
        pks += Objection.objects.open().values_list("decision__comment", flat=True)[:URGENT]
    return [pk for pk in dict.fromkeys(pks) if pk]
