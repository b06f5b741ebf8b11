"""Publishing on the editor's side: many pages at once, and what was not published at its time."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.admin.views.pages.bulk_actions.publish import PublishBulkAction
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, PageLogEntry, Revision

from freiblatt.articles.actions.publishing import FAULT, NOT_PUBLISHED
from freiblatt.articles.checking import NotChecked
from freiblatt.articles.models.completeness import Incomplete, refuse_incomplete
from freiblatt.newsroom.models import StaffMember

#: More messages than this help nobody; the others are counted.
MESSAGES_AT_MOST = 5


class PublishChosen(PublishBulkAction):
    """Publishes all chosen pages that are complete and says of each other one what is missing."""

    def get_execution_context(self) -> dict[str, Any]:
        self.refused: list[str] = []
        return {**super().get_execution_context(), "refused": self.refused}

    @classmethod
    def execute_action(
        cls,
        objects: list[Page],
        include_descendants: bool = False,
        user: StaffMember | None = None,
        refused: list[str] | None = None,
        **kwargs: Any,
    ) -> tuple[int, int]:
        said = [] if refused is None else refused
        chosen_count = below_count = 0
        for page in objects:
            chosen_count += _publish_latest(page.specific, user, said)
            if not include_descendants:
                continue
            for draft in list(page.get_descendants().not_live().specific()):
                if user is None or draft.permissions_for_user(user).can_publish():
                    below_count += _publish_latest(draft, user, said)
        return chosen_count, below_count

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        if not num_parent_objects and not num_child_objects:
            return None
        return super().get_success_message(num_parent_objects, num_child_objects)

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        for sentence in self.refused[:MESSAGES_AT_MOST]:
            messages.error(self.request, sentence)
        if (more := len(self.refused) - MESSAGES_AT_MOST) and more > 0:
            messages.error(
                self.request,
                ngettext(
                    "%(count)d more page was not published, because it is not complete or not checked.",
                    "%(count)d more pages were not published, because they are not complete or not checked.",
                    more,
                )
                % {"count": more},
            )
        return response


def _publish_latest(page: Page, user: StaffMember | None, refused: list[str]) -> bool:
    """Return whether the latest version of `page` was published; else why not is added to `refused`."""
    try:
        with transaction.atomic():
            # What never had a version is nobody's, so whoever publishes it may be its second person.
            revision = page.get_latest_revision() or page.save_revision(clean=False)
            revision.publish(user=user)
    except ValidationError as error:
        refused.append(str(error if isinstance(error, Incomplete | NotChecked) else Incomplete(page, error)))
        return False
    return True


# After Wagtail's own, whose place it takes.
hooks.register("register_bulk_action", PublishChosen, order=100)


@hooks.register("register_log_actions")
def name_log_actions(actions: LogActionRegistry) -> None:
    """Let a page's history say why it was not published at its time."""

    @actions.register_action(NOT_PUBLISHED)
    class NotPublished(LogFormatter):
        label = _("Not published at its time")

        def format_message(self, log_entry: PageLogEntry) -> str:
            return log_entry.data.get("reason") or str(self.label)


class OverduePanel(Component):
    """On the start page: what should be public by now and is not, with what is missing and the way to mend it."""

    name = "overdue"
    order = 40
    template_name = "articles/desk/overdue.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"overdue": overdue_pages(parent_context["request"].user)}


def overdue_pages(user: StaffMember) -> list[dict[str, Any]]:
    """Return `page` and `reason` of what was not published at its time and may be edited by `user`."""
    noted = PageLogEntry.objects.filter(action=NOT_PUBLISHED).values("revision_id")
    found = []
    for revision in Revision.objects.filter(approved_go_live_at__lte=timezone.now(), pk__in=noted)[:20]:
        page = revision.as_object()
        try:
            refuse_incomplete(page)
        except Incomplete as error:
            reason = str(error)
        else:
            if not noted.filter(revision_id=revision.pk, data__is_fault=True).exists():
                continue
            reason = str(FAULT)
        if page.permissions_for_user(user).can_edit():
            found.append({"page": page, "reason": reason})
    return found


@hooks.register("construct_homepage_panels")
def show_overdue(request: HttpRequest, panels: list[Any]) -> None:
    """Put what is overdue onto the desk's start page."""
    panels.append(OverduePanel())
