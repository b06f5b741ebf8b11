"""Slices of a thread, single comments, and the doors at which readers write and vote."""

from freiblatt.discussion.views.feed import thread_feed
from freiblatt.discussion.views.judging import house_rules, log, log_month, log_table
from freiblatt.discussion.views.own import own, own_edit, own_follow, own_moved, own_object, own_withdraw
from freiblatt.discussion.views.passages import annotations, paragraph
from freiblatt.discussion.views.reading import (
    comment,
    comment_answers,
    thread,
    thread_after,
    thread_before,
    thread_newest,
    thread_newsroom,
    thread_top,
    thread_top_slice,
)
from freiblatt.discussion.views.reporting import receipt, receipt_object, report
from freiblatt.discussion.views.voting import reader_vote, reader_votes, vote
from freiblatt.discussion.views.writing import answer, write

__all__ = [
    "annotations",
    "answer",
    "comment",
    "comment_answers",
    "house_rules",
    "log",
    "log_month",
    "log_table",
    "own",
    "own_edit",
    "own_follow",
    "own_moved",
    "own_object",
    "own_withdraw",
    "paragraph",
    "reader_vote",
    "reader_votes",
    "receipt",
    "receipt_object",
    "report",
    "thread",
    "thread_after",
    "thread_before",
    "thread_feed",
    "thread_newest",
    "thread_newsroom",
    "thread_top",
    "thread_top_slice",
    "vote",
    "write",
]
