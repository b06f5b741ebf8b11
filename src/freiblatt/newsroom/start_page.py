"""On the start page: failed work for those who may mend it, and a word for those without screens of their own."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.ui.components import Component

from freiblatt.jobs.models import Job

SHOWN = 5


class FailingJobs(Component):
    """Work that was given up or fails, with the way to it."""

    name, order = "failing_jobs", 50
    template_name = "newsroom/failing_jobs.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        dead, failing = Job.objects.dead(), Job.objects.failing()
        return {
            "jobs": [*dead.order_by("-failed_at", "-pk")[:SHOWN]],
            "dead_count": dead.count(),
            "failing_count": failing.count(),
        }


class NothingHere(Component):
    """What a member reads who has no articles."""

    name, order = "nothing_here", 10
    template_name = "newsroom/nothing_here.html"


@hooks.register("construct_homepage_panels")
def show_jobs(request: HttpRequest, panels: list[Any]) -> None:
    """Show failed jobs to those who may see jobs, and a sentence to those without articles."""
    if request.user.has_perm("jobs.view_job"):
        panels.append(FailingJobs())
    if not user_has_any_page_permission(request.user):
        panels.append(NothingHere())
