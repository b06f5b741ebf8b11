"""Who somebody is, by the token of an own page and by nothing else."""

import hmac

from freiblatt.discussion.models import Comment
from freiblatt.discussion.tokens import comment_in, own_key, reader_token
from freiblatt.readers.models import Reader, ReaderState


def of_token(token: str) -> Comment | None:
    """Return the comment whose own page `token` opens, with thread, article, parent and reader; None for no token.

    There are two keys: the one that came back when it was sent, and the one in letters to its reader.
    """
    if not token or len(token) > 64:
        return None
    found = Comment.objects.select_related("thread__article", "parent__author", "reader", "author")
    comment = found.filter(own_key=own_key(token)).first()
    if comment is None and (pk := comment_in(token)):
        comment = found.filter(pk=pk, reader__isnull=False).first()
        if comment is not None and not hmac.compare_digest(reader_token(comment).encode(), token.encode()):
            comment = None
        if comment is not None and comment.is_forgotten:
            comment = None
    return comment


def reader_of(token: str) -> Reader | None:
    """Return the reader whose confirmed address stands behind the comment that `token` opens; None for a guest."""
    return confirmed_reader(of_token(token))


def confirmed_reader(comment: Comment | None) -> Reader | None:
    """Return the reader whose confirmed address stands behind `comment`, as `of_token` found it; None for a guest."""
    reader = comment.reader if comment is not None else None
    return reader if reader is not None and reader.state == ReaderState.CONFIRMED else None
