"""What the desk asks an author about comments below the own articles."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from freiblatt.discussion import actions
from freiblatt.discussion.desk.entries import entries_of
from freiblatt.discussion.desk.start import asked_of
from freiblatt.discussion.desk.views.screens import DeskView
from freiblatt.discussion.models import Question
from freiblatt.lib.ids import GREATEST_ID

SHOWN = 50
ANYBODY = "wagtailadmin.access_admin"


@method_decorator(permission_required(ANYBODY), name="dispatch")
class Asked(DeskView):
    """The open questions to whoever is signed in, the oldest first."""

    page_title = gettext_lazy("Asked of you")
    template_name = "discussion/desk/asked.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        questions = list(_open_to(self.request)[:SHOWN])
        entries = entries_of([question.comment for question in questions])
        rows = [{"question": one, "entry": entry} for one, entry in zip(questions, entries, strict=True)]
        return super().get_context_data(rows=rows, **kwargs)


@require_POST
@permission_required(ANYBODY)
def answer_question(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the desk an answer to one question."""
    question = get_object_or_404(_open_to(request), pk=min(pk, GREATEST_ID))
    try:
        actions.answer_question(question=question, by=request.user, text=request.POST.get("answer", ""))
    except actions.DiscussionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The desk has your answer."))
    return HttpResponseRedirect(reverse("discussion_desk:asked"))


def _open_to(request: HttpRequest) -> QuerySet[Question]:
    return asked_of(request.user).select_related(
        "asked_by", "comment__thread__article", "comment__author", "comment__reader"
    )
