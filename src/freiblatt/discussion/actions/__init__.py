"""Verbs of the room. Each is one transaction that also keeps the thread's counters and marks its pages stale."""

from freiblatt.discussion.actions.adding import add_comment, add_placeholder, correct_date
from freiblatt.discussion.actions.anchoring import carry_anchors, check_passage
from freiblatt.discussion.actions.asking import ask_at_passage, fold_question
from freiblatt.discussion.actions.consulting import answer_question, ask_authors, take_back_question
from freiblatt.discussion.actions.correcting import accept_correction, decline_correction, reopen_correction
from freiblatt.discussion.actions.deciding import (
    approve_comment,
    pick_comment,
    pin_comment,
    refuse_comment,
    remove_comment,
    restore_comment,
    unpick_comment,
)
from freiblatt.discussion.actions.ending import erase_by_rule, erase_comment, forget_refused, withdraw_comment
from freiblatt.discussion.actions.errors import (
    AddressMissingError,
    DiscussionError,
    NameTakenError,
    PassageError,
    ThreadClosedError,
    TooManyError,
)
from freiblatt.discussion.actions.following import follow, is_known_by
from freiblatt.discussion.actions.judging import plant_after_migrate, plant_house_rules
from freiblatt.discussion.actions.knowing import of_token, reader_of
from freiblatt.discussion.actions.learning import judgement_of_today, learn_from_decisions, sort_new_comments
from freiblatt.discussion.actions.names import check_name
from freiblatt.discussion.actions.news import tell_followers
from freiblatt.discussion.actions.ordering import order_by_votes
from freiblatt.discussion.actions.posting import (
    Posted,
    can_be_edited,
    check_open,
    check_parent,
    check_text,
    edit_comment,
    post_comment,
    stands_as_it_is,
    take_preview,
)
from freiblatt.discussion.actions.reporting import (
    Reported,
    can_reporter_object,
    can_writer_object,
    decide_objection,
    forget_reports,
    may_decide_objection,
    object_as_reporter,
    object_as_writer,
    of_receipt,
    open_objections,
    open_reports,
    report_comment,
    standing_decision,
)
from freiblatt.discussion.actions.speaking import answer_as_staff, author_of, may_speak
from freiblatt.discussion.actions.staffing import open_the_desk
from freiblatt.discussion.actions.threads import arrange_thread, hold_new_comments, note_lost, open_thread, show_turn
from freiblatt.discussion.actions.undoing import UNDO_MINUTES, undo_decision
from freiblatt.discussion.actions.voting import close_ballot, end_voting, forget_senders, send_voting_link, vote
from freiblatt.discussion.actions.writers import tell_writer, write_to_writer
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.discussion.senders import Sender

__all__ = [
    "UNDO_MINUTES",
    "AddressMissingError",
    "Chosen",
    "DiscussionError",
    "NameTakenError",
    "PassageError",
    "Posted",
    "Reported",
    "Sender",
    "ThreadClosedError",
    "TooManyError",
    "accept_correction",
    "add_comment",
    "add_placeholder",
    "answer_as_staff",
    "answer_question",
    "approve_comment",
    "arrange_thread",
    "ask_at_passage",
    "ask_authors",
    "author_of",
    "can_be_edited",
    "can_reporter_object",
    "can_writer_object",
    "carry_anchors",
    "check_name",
    "check_open",
    "check_parent",
    "check_passage",
    "check_text",
    "close_ballot",
    "correct_date",
    "decide_objection",
    "decline_correction",
    "edit_comment",
    "end_voting",
    "erase_by_rule",
    "erase_comment",
    "fold_question",
    "follow",
    "forget_refused",
    "forget_reports",
    "forget_senders",
    "hold_new_comments",
    "is_known_by",
    "judgement_of_today",
    "learn_from_decisions",
    "may_decide_objection",
    "may_speak",
    "note_lost",
    "object_as_reporter",
    "object_as_writer",
    "of_receipt",
    "of_token",
    "open_objections",
    "open_reports",
    "open_the_desk",
    "open_thread",
    "order_by_votes",
    "pick_comment",
    "pin_comment",
    "plant_after_migrate",
    "plant_house_rules",
    "post_comment",
    "reader_of",
    "refuse_comment",
    "remove_comment",
    "reopen_correction",
    "report_comment",
    "restore_comment",
    "send_voting_link",
    "show_turn",
    "sort_new_comments",
    "standing_decision",
    "stands_as_it_is",
    "take_back_question",
    "take_preview",
    "tell_followers",
    "tell_writer",
    "undo_decision",
    "unpick_comment",
    "vote",
    "withdraw_comment",
    "write_to_writer",
]
