"""Verbs of the room. Each is one transaction that also keeps the thread's counters and marks its pages stale."""

from freiblatt.discussion.actions.adding import add_comment, add_placeholder, correct_date
from freiblatt.discussion.actions.deciding import (
    approve_comment,
    pick_comment,
    pin_comment,
    refuse_comment,
    unpick_comment,
)
from freiblatt.discussion.actions.ending import erase_comment, remove_comment, withdraw_comment
from freiblatt.discussion.actions.errors import DiscussionError, NameTakenError, ThreadClosedError, TooManyError
from freiblatt.discussion.actions.ordering import order_by_votes
from freiblatt.discussion.actions.posting import Posted, can_be_edited, edit_comment, of_token, post_comment
from freiblatt.discussion.actions.threads import note_lost, open_thread
from freiblatt.discussion.actions.voting import close_ballot, forget_senders, is_voting_open, vote

__all__ = [
    "DiscussionError",
    "NameTakenError",
    "Posted",
    "ThreadClosedError",
    "TooManyError",
    "add_comment",
    "add_placeholder",
    "approve_comment",
    "can_be_edited",
    "close_ballot",
    "correct_date",
    "edit_comment",
    "erase_comment",
    "forget_senders",
    "is_voting_open",
    "note_lost",
    "of_token",
    "open_thread",
    "order_by_votes",
    "pick_comment",
    "pin_comment",
    "post_comment",
    "refuse_comment",
    "remove_comment",
    "unpick_comment",
    "vote",
    "withdraw_comment",
]
