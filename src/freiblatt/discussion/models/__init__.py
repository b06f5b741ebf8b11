"""Threads, comments, votes, and how the discussion is kept."""

from freiblatt.discussion.models.comments import (
    ANSWERS_BELOW_ROOT,
    ANSWERS_IN_SLICE,
    DEEPEST,
    LONGEST_TEXT,
    NAME_LENGTH,
    ROOTS_IN_SLICE,
    TOMBSTONES,
    Comment,
    CommentKind,
    CommentState,
    CommentVersion,
    DatePrecision,
    Slot,
)
from freiblatt.discussion.models.settings import DiscussionSettings, FirstComment
from freiblatt.discussion.models.threads import Thread, ThreadState, thread_key
from freiblatt.discussion.models.votes import Ballot, TopSlice, Vote

__all__ = [
    "ANSWERS_BELOW_ROOT",
    "ANSWERS_IN_SLICE",
    "DEEPEST",
    "LONGEST_TEXT",
    "NAME_LENGTH",
    "ROOTS_IN_SLICE",
    "TOMBSTONES",
    "Ballot",
    "Comment",
    "CommentKind",
    "CommentState",
    "CommentVersion",
    "DatePrecision",
    "DiscussionSettings",
    "FirstComment",
    "Slot",
    "Thread",
    "ThreadState",
    "TopSlice",
    "Vote",
    "thread_key",
]
