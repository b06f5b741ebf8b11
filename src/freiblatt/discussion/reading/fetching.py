"""What is fetched of comments: only the columns that are shown, in statements that cost the same in long threads."""

import functools
from collections.abc import Sequence

from django.db import connection

from freiblatt.articles.models import Author
from freiblatt.discussion.models import ANSWERS_BELOW_ROOT, Comment, Slot

#: What readers see of a comment and its place; the rest of its columns stays in the database.
SHOWN_FIELDS = (
    *("id", "thread", "parent", "root", "state", "html", "author", "guest_name", "n_replies", "kind"),
    *("created_on", "created_precision", "created_is_approximate", "edited_on", "up", "down"),
    *("is_by_staff", "reader", "pick_reason", "has_passage"),
)


def fetched(condition: str, values: Sequence[int]) -> list[Comment]:
    """Return the comments (called `c`) that `condition` chooses, with SHOWN_FIELDS and their author's name and slug.

    Written by hand because the database answers in a tenth of the millisecond that Django takes to put such a
    statement together, and a page of a busy discussion waits for two of them after every comment.
    """
    found = []
    for comment in Comment.objects.raw(f"{_select()} {condition}", values):
        if comment.author_id is not None:
            comment.author = Author(pk=comment.author_id, name=comment.author_name, slug=comment.author_slug)
        found.append(comment)
    return found


@functools.cache
def _select() -> str:
    """Return the beginning of the statement that `fetched` sends."""
    quoted = connection.ops.quote_name
    columns = ", ".join(f"c.{quoted(Comment._meta.get_field(name).column)}" for name in SHOWN_FIELDS)
    comments, authors = quoted(Comment._meta.db_table), quoted(Author._meta.db_table)
    return (
        f"SELECT {columns}, a.name AS author_name, a.slug AS author_slug "  # noqa: S608 (our own names)
        f"FROM {comments} AS c LEFT JOIN {authors} AS a ON a.id = c.author_id"
    )


def first_answers(roots: Sequence[Comment]) -> dict[int, list[Comment]]:
    """Return the first answers below each of `roots`, in one statement of bounded cost.

    Each root is a branch of its own that the index (root, slot, id) answers; a window function or a correlated query
    would read every answer of every root.
    """
    with_answers = [root.pk for root in roots if root.n_replies]
    if not with_answers:
        return {}
    table = connection.ops.quote_name(Comment._meta.db_table)
    branch = (
        f"SELECT id FROM (SELECT id FROM {table} WHERE root_id = %s AND slot = %s "  # noqa: S608 (our own table's name)
        f"ORDER BY id LIMIT {ANSWERS_BELOW_ROOT}) AS branch"
    )
    first = " UNION ALL ".join([branch] * len(with_answers))
    values = [value for pk in with_answers for value in (pk, Slot.ANSWER.value)]
    below: dict[int, list[Comment]] = {}
    for answer in fetched(f"WHERE c.id IN ({first}) ORDER BY c.id", values):
        below.setdefault(answer.root_id or 0, []).append(answer)
    return below


def parents_of(comment: Comment) -> list[Comment]:
    """Return what `comment` answers, from the root down to its parent; one statement a level, the nearest ten."""
    above: list[Comment] = []
    parent_id = comment.parent_id
    while parent_id is not None and len(above) < 10:
        parent = Comment.objects.select_related("author").get(pk=parent_id)
        above.append(parent)
        parent_id = parent.parent_id
    return above[::-1]
