"""Slices of a thread, single comments, and the doors at which readers write and vote."""

from freiblatt.discussion.views.own import own, own_edit, own_withdraw
from freiblatt.discussion.views.reading import (
    comment,
    comment_answers,
    thread,
    thread_after,
    thread_before,
    thread_newest,
    thread_top,
    thread_top_slice,
)
from freiblatt.discussion.views.voting import vote
from freiblatt.discussion.views.writing import answer, write

__all__ = [
    "answer",
    "comment",
    "comment_answers",
    "own",
    "own_edit",
    "own_withdraw",
    "thread",
    "thread_after",
    "thread_before",
    "thread_newest",
    "thread_top",
    "thread_top_slice",
    "vote",
    "write",
]
