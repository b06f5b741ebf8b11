"""The desk's start page: the own drafts, what waits for a check, what is scheduled."""

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.ui.components import Component
from wagtail.admin.views.home import (
    RecentEditsPanel,
    UserObjectsInWorkflowModerationPanel,
    WorkflowObjectsToModeratePanel,
)
from wagtail.models import Page, Revision, TaskState, WorkflowState
from wagtail.permissions import policy_registry

from freiblatt.articles.models import ArticlePage
from freiblatt.articles.permissions import bylined_pks
from freiblatt.newsroom.models import PublicationSettings

#: Rows of one list; the others are counted, and found among the pages.
SHOWN = 8
#: Ours say the same, for articles, and in a number of queries that does not grow.
REPLACED = (WorkflowObjectsToModeratePanel, UserObjectsInWorkflowModerationPanel, RecentEditsPanel)


class StartPanel(Component):
    """A list of articles with a heading, and a sentence where there are none."""

    template_name = "articles/desk/start_panel.html"
    name = ""
    icon = "doc-empty-inverse"
    heading: str | Promise = ""
    nothing: str | Promise = ""

    def rows(self, user: Any) -> list[dict[str, Any]]:
        """Return of each article `title`, `url`, `note` and `moment`."""
        raise NotImplementedError

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        rows = self.rows(parent_context["request"].user)
        return {
            "panel": self,
            "rows": rows[:SHOWN],
            "more": max(0, len(rows) - SHOWN),
            "zone": timezone.get_default_timezone(),
        }


class OwnDrafts(StartPanel):
    """What the member works on: drafts and unpublished changes, the latest first."""

    name, order, icon = "own_drafts", 10, "edit"
    heading = gettext_lazy("My drafts")
    nothing = gettext_lazy("You have no open drafts. What you begin stands here until it is published.")

    def rows(self, user: Any) -> list[dict[str, Any]]:
        mine = Q(owner=user) | Q(pk__in=bylined_pks(user))
        articles = list(
            ArticlePage.objects.filter(mine, has_unpublished_changes=True)
            .order_by("-latest_revision_created_at", "-pk")
            .only("pk", "title", "draft_title", "live", "latest_revision_created_at")[: SHOWN * 10]
        )
        standing = _standing_of_workflows() if articles else {}
        return [
            {
                **_article(one),
                "moment": one.latest_revision_created_at,
                "note": _note(one, standing.get(str(one.pk), "")),
            }
            for one in articles
        ]


class ToCheck(StartPanel):
    """Articles that wait for a second person whom the member may be, the longest waiting first."""

    name, order, icon = "to_check", 20, "check"
    heading = gettext_lazy("To check")
    nothing = gettext_lazy("No article waits for your check.")

    def rows(self, user: Any) -> list[dict[str, Any]]:
        states = list(_waiting_states())
        if PublicationSettings.load().is_second_person_needed():
            states = [
                one for one in states if user.pk not in (one.revision.user_id, one.workflow_state.requested_by_id)
            ]
        articles = _articles(one.workflow_state.object_id for one in states)
        return [
            {
                **_article(articles[int(one.workflow_state.object_id)]),
                "moment": one.started_at,
                "note": _("by %(name)s") % {"name": one.workflow_state.requested_by}
                if one.workflow_state.requested_by
                else "",
            }
            for one in states
            if int(one.workflow_state.object_id) in articles
        ]


class Scheduled(StartPanel):
    """What will be published by itself, the next first, on the publication's clock."""

    name, order, icon = "scheduled", 30, "calendar-alt"
    heading = gettext_lazy("Scheduled")
    nothing = gettext_lazy("Nothing is scheduled.")

    def rows(self, user: Any) -> list[dict[str, Any]]:
        revisions = list(
            Revision.objects.filter(base_content_type=_page_type(), approved_go_live_at__gt=timezone.now())
            .order_by("approved_go_live_at", "pk")
            .values_list("object_id", "approved_go_live_at")[: SHOWN * 10]
        )
        articles = _articles(pk for pk, _moment in revisions)
        return [
            {**_article(articles[int(pk)]), "moment": moment, "note": "", "is_exact": True}
            for pk, moment in revisions
            if int(pk) in articles
        ]


def _page_type() -> ContentType:
    return ContentType.objects.get_for_model(Page)


def _waiting_states() -> Iterable[TaskState]:
    return (
        TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS, workflow_state__base_content_type=_page_type())
        .select_related("workflow_state__requested_by", "revision")
        .defer("revision__content")
        .order_by("started_at", "pk")
    )


def _articles(keys: Iterable[str]) -> dict[int, ArticlePage]:
    """Return the articles with these keys, in one query."""
    fields = ("pk", "title", "draft_title", "live", "latest_revision_created_at")
    return ArticlePage.objects.only(*fields).in_bulk({int(key) for key in keys})


def _article(article: ArticlePage) -> dict[str, Any]:
    return {
        "title": article.draft_title or article.title,
        "url": reverse("wagtailadmin_pages:edit", args=[article.pk]),
    }


def _standing_of_workflows() -> dict[str, str]:
    """Return how far the check of each article is that was submitted and is not through, by the article's key."""
    open_ones = (WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES)
    states = WorkflowState.objects.filter(status__in=open_ones, base_content_type=_page_type())
    return dict(states.values_list("object_id", "status"))


def _note(article: ArticlePage, status: str) -> str:
    if status == WorkflowState.STATUS_IN_PROGRESS:
        return _("being checked")
    if status == WorkflowState.STATUS_NEEDS_CHANGES:
        return _("changes are asked for")
    return _("changes to a published article") if article.live else ""


@hooks.register("construct_homepage_panels")
def show_lists(request: HttpRequest, panels: list[Any]) -> None:
    """Show those who work with articles their lists, in the place of Wagtail's."""
    panels[:] = [panel for panel in panels if not isinstance(panel, REPLACED)]
    if not user_has_any_page_permission(request.user):
        return
    panels.append(OwnDrafts())
    if policy_registry.get_by_type(Page).user_has_permission(request.user, "publish"):
        panels.append(ToCheck())
    panels.append(Scheduled())
