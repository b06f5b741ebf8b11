"""Many comments at once: all of one writer, from one network, with one phrase, or below one article."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from freiblatt.discussion.actions import DiscussionError
from freiblatt.discussion.actions.bookkeeping import locked_as_seen
from freiblatt.discussion.desk.deeds import DEEDS, Told
from freiblatt.discussion.models import Comment, CommentState
from freiblatt.discussion.models.comments import CommentQuerySet

#: Of one click; what is left is counted and asked about again.
MOST_AT_ONCE = 500
#: A shorter phrase is in everything.
SHORTEST_PHRASE = 3
#: What each deed is done to.
STATE_OF = {"approve": CommentState.WAITING, "refuse": CommentState.WAITING, "remove": CommentState.PUBLIC}


@dataclass(frozen=True, slots=True)
class Heap:
    """Comments that have something in common; `says` is what, for a heading."""

    says: str
    comments: CommentQuerySet
    #: As it stands in the address.
    asked: dict[str, str]

    def to_decide(self, deed: str) -> CommentQuerySet:
        """Return those that `deed` would be done to."""
        return self.comments.filter(state=STATE_OF[deed]).order_by("pk")


def heap_of(asked: Mapping[str, str]) -> Heap | None:
    """Return the heap that an address asks for; None where it makes no sense."""
    kind = asked.get("of", "")
    if kind == "phrase":
        phrase = asked.get("phrase", "").replace("\0", "").strip()[:200]
        if len(phrase) < SHORTEST_PHRASE:
            return None
        found = Comment.objects.filter(source_text__icontains=phrase)
        return Heap(_("Comments with “%(phrase)s”") % {"phrase": phrase}, found, {"of": kind, "phrase": phrase})
    number = asked.get("comment", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    comment = Comment.objects.select_related("thread__article").filter(pk=int(number)).first()
    if comment is None:
        return None
    said = {"of": kind, "comment": number}
    if kind == "writer" and comment.writer_key:
        name = _("Comments by the writer of “%(name)s”") % {"name": comment.name}
        return Heap(name, Comment.objects.filter(writer_key=comment.writer_key), said)
    if kind == "network" and comment.network:
        name = _("Comments from the network of “%(name)s”, of the last two days") % {"name": comment.name}
        return Heap(name, Comment.objects.filter(network=comment.network), said)
    if kind == "article":
        name = _("Comments below “%(article)s”") % {"article": comment.thread.article.title}
        return Heap(name, Comment.objects.filter(thread=comment.thread_id), said)
    return None


def decide_heap(heap: Heap, deed: str, told: Told, *, until: int, seen_on: datetime | None) -> tuple[int, list[str]]:
    """Do one thing with the comments of a heap up to the id `until`; return with how many, and what went wrong.

    What came or was edited after the page was shown, at `seen_on`, is not touched; without a moment nothing that was
    ever edited. Raises DiscussionError for a deed that does not exist.
    """
    if deed not in STATE_OF:
        raise DiscussionError(_("This form says nothing that the desk can do. Please load the page anew."))
    if deed != "approve" and told.rule is None:
        raise DiscussionError(_("Choose the house rule that the comments break."))
    do = DEEDS["approve" if deed == "approve" else "refuse"].do
    if deed == "approve":
        # What the form has is said to those whose comments go.
        told = replace(told, words="")
    done, faults = 0, []
    is_as_read = Q(edited_on=None) if seen_on is None else Q(edited_on=None) | Q(edited_on__lt=seen_on)
    for comment in heap.to_decide(deed).filter(is_as_read, pk__lte=until)[:MOST_AT_ONCE]:
        try:
            with transaction.atomic():
                # Others decide and writers edit while a long heap is worked off.
                locked_as_seen(comment)
                do(comment, told)
        except DiscussionError as error:
            faults.append(str(error))
        else:
            done += 1
    return done, list(dict.fromkeys(faults))
