"""The desk's screens, and the doors behind its forms."""

from freiblatt.discussion.desk.views.asked import Asked, answer_question
from freiblatt.discussion.desk.views.heaps import HeapOfComments
from freiblatt.discussion.desk.views.queue import Queue, decide
from freiblatt.discussion.desk.views.screens import DeskView
from freiblatt.discussion.desk.views.threads import OneThread, Threads, hold_all

__all__ = [
    "Asked",
    "DeskView",
    "HeapOfComments",
    "OneThread",
    "Queue",
    "Threads",
    "answer_question",
    "decide",
    "hold_all",
]
