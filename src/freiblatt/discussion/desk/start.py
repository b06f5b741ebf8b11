"""What the desk's start page says of the discussion."""

from typing import Any

from django.db.models import QuerySet
from wagtail.admin.ui.components import Component

from freiblatt.discussion.desk.queue import count_undecided, held
from freiblatt.discussion.models import Question
from freiblatt.newsroom.models import StaffMember

SHOWN = 3


def asked_of(member: StaffMember) -> QuerySet[Question]:
    """Return the open questions about comments below articles that name `member`, the oldest first."""
    return (
        Question.objects.filter(answered_on=None, comment__thread__article__bylines__author__staff_member=member)
        .distinct()
        .order_by("pk")
    )


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


class AskedOfYou(Component):
    """What the desk asks the member as an author."""

    name, order = "asked_of_you", 4
    template_name = "discussion/desk/asked_panel.html"

    def __init__(self, questions: list[Question]) -> None:
        self.questions = questions

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"questions": self.questions}
