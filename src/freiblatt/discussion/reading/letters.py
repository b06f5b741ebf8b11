"""Comments as letters show them: a few lines of plain text, and where the rest stands."""

from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags

from freiblatt.discussion.models import Comment
from freiblatt.discussion.reading.addresses import Addresses
from freiblatt.discussion.reading.words import shown_name
from freiblatt.lib.addresses import absolute

#: A letter tells what there is to read, and is no copy of it: what goes later must not stay in mailboxes.
EXCERPT = 400


@dataclass(frozen=True, slots=True)
class ToldComment:
    """One comment in a letter."""

    name: str
    is_by_newsroom: bool
    #: Whom it answers; "" for nobody, or somebody who is gone.
    answers_name: str
    excerpt: str
    url: str


def told(comment: Comment, addresses: Addresses) -> ToldComment:
    """Return a public comment for a letter, its addresses in the language that is active."""
    return ToldComment(
        name=comment.name,
        is_by_newsroom=comment.author_id is not None or comment.is_by_staff,
        answers_name=shown_name(comment.parent) if comment.parent is not None else "",
        excerpt=excerpt(comment),
        url=absolute(addresses.comment(comment.pk)),
    )


def excerpt(comment: Comment, length: int = EXCERPT) -> str:
    """Return how a comment begins, as plain text on one line."""
    plain = " ".join(unescape(strip_tags(comment.html.replace("<", " <"))).split())
    return plain if len(plain) <= length else f"{plain[:length].rsplit(' ', 1)[0]} …"
