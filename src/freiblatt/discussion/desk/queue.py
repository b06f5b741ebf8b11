"""What waits for the desk, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Sum, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest

from freiblatt.discussion.models import Comment, CommentState, Thread
from freiblatt.discussion.models.comments import CommentQuerySet

#: Who works the desk.
PERMISSION = "discussion.change_comment"
#: What one screen shows. An hour's work are three of them.
PAGE_SIZE = 50
#: Beyond it nothing is ever found.
GREATEST_ID = 2**63 - 1


def may_decide(request: HttpRequest) -> bool:
    """Return whether whoever asks works the desk."""
    return request.user.has_perm(PERMISSION)


def count_waiting() -> int:
    """Return how many comments wait for a decision."""
    return Thread.objects.aggregate(Sum("n_held"))["n_held__sum"] or 0


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is looked at; everything where nothing is asked for."""

    article: int = 0
    rule: str = ""
    phrase: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filters":
        """Return the filters that a query or a form names; what makes no sense is none."""
        article = asked.get("article", "")
        number = int(article) if article.isascii() and article.isdecimal() and len(article) < 19 else 0
        return cls(
            article=number,
            rule=asked.get("rule", "")[:40],
            phrase=asked.get("phrase", "").replace("\0", "").strip()[:200],
        )

    @property
    def query(self) -> str:
        """The filters as they stand in an address: "?article=7&rule=links"; "" for none."""
        found = {"article": self.article or "", "rule": self.rule, "phrase": self.phrase}
        said = {name: value for name, value in found.items() if value}
        return f"?{urlencode(said)}" if said else ""

    @property
    def are_set(self) -> bool:
        """Whether something is filtered."""
        return self.query != ""

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


def waiting() -> CommentQuerySet:
    """Return the comments that wait, the oldest first."""
    return Comment.objects.filter(state=CommentState.WAITING).order_by("pk")
