"""What readers see of a thread, decided in Python and ready for the templates."""

from freiblatt.discussion.reading.addresses import Addresses
from freiblatt.discussion.reading.newsroom import Said, show_newsroom
from freiblatt.discussion.reading.passages import draw_passages, render_lost
from freiblatt.discussion.reading.shown import Order, ShownComment, ShownConversation, ShownPassage, ShownThread
from freiblatt.discussion.reading.slices import show_alone, show_conversation, show_some, show_thread, show_top
from freiblatt.discussion.reading.words import count_text, tombstone_text

__all__ = [
    "Addresses",
    "Order",
    "Said",
    "ShownComment",
    "ShownConversation",
    "ShownPassage",
    "ShownThread",
    "count_text",
    "draw_passages",
    "render_lost",
    "show_alone",
    "show_conversation",
    "show_newsroom",
    "show_some",
    "show_thread",
    "show_top",
    "tombstone_text",
]
