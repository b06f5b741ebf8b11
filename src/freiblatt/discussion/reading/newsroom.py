"""What the newsroom says in a thread, each with what it answers."""

from dataclasses import dataclass

from django.db.models import Q

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.models import ROOTS_IN_SLICE, Comment, CommentState, Thread
from freiblatt.discussion.reading.addresses import Addresses
from freiblatt.discussion.reading.shown import ShownComment
from freiblatt.discussion.reading.slices import show_alone


@dataclass(frozen=True, slots=True)
class Said:
    """Something the newsroom says, and the comment that it answers; None where it answers none that is there."""

    question: ShownComment | None
    answer: ShownComment


def show_newsroom(thread: Thread, *, article: ArticlePage, after: int = 0) -> tuple[list[Said], str]:
    """Return a slice of what authors and newsroom say, by age, and the address of the next one; "" at the end.

    One statement.
    """
    by_newsroom = Q(author__isnull=False) | Q(is_by_staff=True)
    found = Comment.objects.in_thread(thread).filter(by_newsroom, state=CommentState.PUBLIC).oldest_first(after=after)
    page = list(found.select_related("author", "parent__author")[: ROOTS_IN_SLICE + 1])
    addresses = Addresses(article)
    more_url = addresses.newsroom(page[ROOTS_IN_SLICE - 1].pk) if len(page) > ROOTS_IN_SLICE else ""
    said = []
    for one in page[:ROOTS_IN_SLICE]:
        question, one.parent = one.parent, None
        if question is not None and question.state != CommentState.PUBLIC:
            question = None
        said.append(Said(show_alone(question, addresses) if question else None, show_alone(one, addresses)))
    return said, more_url
