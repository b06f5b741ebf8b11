"""What owners see of the work for later. Arguments of jobs are not shown: they may name readers."""

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from freiblatt.jobs import actions
from freiblatt.jobs.models import Job, JobState, ScheduledRun

PAGE_SIZE = 50
OVERDUE_MINUTES = 5  # a worker looks every second; only one that is missing or drowned in work is this late


@method_decorator(permission_required("jobs.view_job"), name="dispatch")
class Overview(WagtailAdminTemplateMixin, TemplateView):
    """Dead and failing jobs, the queues, and what is scheduled."""

    page_title = gettext_lazy("Jobs")
    header_icon = "tasks"
    template_name = "jobs/overview.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dead = dead_jobs(before=self.request.GET.get("before", ""))
        failing = Job.objects.failing().order_by("due_at")
        scheduled = ScheduledRun.objects.pending().order_by("due_at")
        now = timezone.now()
        return super().get_context_data(
            dead=dead[:PAGE_SIZE],
            dead_count=Job.objects.dead().count(),
            older=dead[PAGE_SIZE - 1].pk if len(dead) > PAGE_SIZE else None,
            failing=failing[:PAGE_SIZE],
            failing_count=failing.count(),
            scheduled=scheduled[:PAGE_SIZE],
            scheduled_count=scheduled.count(),
            queues=queue_counts(now),
            overdue_since=overdue_since(now),
            may_change=self.request.user.has_perm("jobs.change_job"),
            may_discard=self.request.user.has_perm("jobs.delete_job"),
            **kwargs,
        )


def dead_jobs(*, before: str) -> list[Job]:
    """Return one page of dead jobs and one more, the latest first; `before`: key of the last job already seen."""
    jobs = Job.objects.dead().order_by("-failed_at", "-pk")
    try:
        last = Job.objects.filter(pk=uuid.UUID(before)).first()
    except ValueError:
        last = None
    if last and last.failed_at:
        jobs = jobs.filter(Q(failed_at__lt=last.failed_at) | Q(failed_at=last.failed_at, pk__lt=last.pk))
    return list(jobs[: PAGE_SIZE + 1])


def queue_counts(now: datetime.datetime) -> list[dict[str, Any]]:
    """Return for each queue its label and how many jobs run, wait for a worker, and wait for a later time."""
    labels = {
        "urgent": pgettext("queue", "Urgent"),
        "default": pgettext("queue", "Ordinary"),
        "bulk": pgettext("queue", "Bulk"),
    }
    counts = {
        row["queue"]: row
        for row in Job.objects.values("queue").annotate(
            running=Count("pk", filter=Q(state=JobState.RUNNING)),
            ready=Count("pk", filter=Q(state=JobState.WAITING, due_at__lte=now)),
            later=Count("pk", filter=Q(state=JobState.WAITING, due_at__gt=now)),
        )
    }
    empty = {"running": 0, "ready": 0, "later": 0}
    names = [*settings.TASKS["default"]["QUEUES"]]
    return [{"label": labels.get(name, name), **counts.get(name, empty)} for name in names]


def overdue_since(now: datetime.datetime) -> datetime.datetime | None:
    """Return since when the oldest ready job of the urgent or ordinary queue waits, if that is far too long."""
    limit = now - datetime.timedelta(minutes=OVERDUE_MINUTES)
    return (
        Job.objects.ready(limit).exclude(queue="bulk").order_by("due_at").values_list("due_at", flat=True).first()
        or ScheduledRun.objects.due(limit).order_by("due_at").values_list("due_at", flat=True).first()
    )


@require_POST
@permission_required("jobs.change_job")
def again(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Let one job run again."""
    return _decided(request, actions.run_again, key, _("“%(name)s” runs again now."))


@require_POST
@permission_required("jobs.delete_job")
def discard(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Discard one job."""
    return _decided(request, actions.discard, key, _("“%(name)s” was discarded."))


@require_POST
@permission_required("jobs.change_job")
def again_all(request: HttpRequest) -> HttpResponse:
    """Let every dead job run again."""
    count = actions.run_dead_again()
    messages.success(
        request,
        ngettext("%(count)d job runs again now.", "%(count)d jobs run again now.", count) % {"count": count},
    )
    return redirect("jobs:overview")


def _decided(request: HttpRequest, verb: Any, key: uuid.UUID, done: str) -> HttpResponseRedirect:
    job = Job.objects.filter(pk=key).first() or Job(pk=key)
    try:
        verb(job=job)
    except actions.JobError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done % {"name": job.title})
    return HttpResponseRedirect(reverse("jobs:overview"))
