"""The desk's view of the work for later, among the reports."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from freiblatt.jobs import urls


class JobsMenuItem(MenuItem):
    """Shown to those who may see jobs."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.view_job")


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern | URLResolver]:
    """Put our addresses below the admin's."""
    return [path("jobs/", include(urls))]


@hooks.register("register_reports_menu_item")
def register_jobs_menu_item() -> MenuItem:
    """Put "Jobs" into the menu of reports."""
    return JobsMenuItem(_("Jobs"), reverse("jobs:overview"), name="jobs", icon_name="tasks", order=1200)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Let owners give a group the right to see, repeat and discard jobs."""
    return Permission.objects.filter(content_type__app_label="jobs", content_type__model="job")


@hooks.register("register_log_actions")
def name_log_actions(actions: LogActionRegistry) -> None:
    """Let the log say what people decided about jobs."""
    actions.register_action("jobs.run_again", _("Run a job again"), _("Run again by hand"))
    actions.register_action("jobs.discard", _("Discard a job"), _("Discarded by hand"))
