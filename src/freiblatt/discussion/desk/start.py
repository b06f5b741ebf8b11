"""What the desk's start page says of the discussion."""

from typing import Any

from wagtail.admin.ui.components import Component

from freiblatt.discussion.desk.queue import count_undecided, held

SHOWN = 3


class WaitingComments(Component):
    """How many comments wait, since when, and the way to them."""

    name, order = "waiting_comments", 5
    template_name = "discussion/desk/start_panel.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        found = list(held().select_related("thread__article")[:SHOWN])
        return {
            "comments": found,
            "waiting": count_undecided(),
            "oldest": found[0].created_on if found else None,
        }
