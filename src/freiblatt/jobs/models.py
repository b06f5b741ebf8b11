"""Jobs that have not ended well yet, and due times.

What a job is called with and what it returned stands in `DBTaskResult` of `django_tasks_db`, whose table is not ours
to change. Our row beside it lives as long as the job has not succeeded, so that workers look through a small table.
"""

import datetime

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tasks.base import TASK_MAX_PRIORITY, TASK_MIN_PRIORITY

from freiblatt.lib.wording import in_words


def name_of(task_path: str) -> str:
    """Return the last word of a dotted path."""
    return task_path.rpartition(".")[2]


def room_of(task_path: str) -> str:
    """Return the name of the room or library that a dotted path lies in, in the active language."""
    app = apps.get_containing_app_config(task_path)
    return str(app.verbose_name) if app else task_path.partition(".")[0]


class JobState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("job", "waiting")
    RUNNING = "running", pgettext_lazy("job", "running")
    DEAD = "dead", pgettext_lazy("job", "dead")


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs by what may be done with them now."""

    def ready(self, now: datetime.datetime) -> "JobQuerySet":
        """Return jobs that may start."""
        return self.filter(state=JobState.WAITING, due_at__lte=now)

    def abandoned(self, now: datetime.datetime) -> "JobQuerySet":
        """Return running jobs whose worker has not been heard of for the length of its lease."""
        return self.filter(state=JobState.RUNNING, lease_until__lt=now)

    def failing(self) -> "JobQuerySet":
        """Return jobs that failed and will be tried again."""
        return self.filter(failed_at__isnull=False).exclude(state=JobState.DEAD)

    def dead(self) -> "JobQuerySet":
        """Return jobs that will not be tried again unless a person says so."""
        return self.filter(state=JobState.DEAD)


class Job(models.Model):
    """A job that has not succeeded yet."""

    result = models.OneToOneField(
        "django_tasks_database.DBTaskResult", on_delete=models.CASCADE, primary_key=True, related_name="job"
    )
    task_path = models.CharField(_("function"), max_length=250)
    queue = models.CharField(_("queue"), max_length=32)
    priority = models.SmallIntegerField(_("priority"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.WAITING)
    due_at = models.DateTimeField(_("due"))
    dedupe_key = models.CharField(
        _("key against doubles"), max_length=200, null=True, unique=True, help_text=_("Emptied when the job starts.")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    lease = models.UUIDField(_("lease"), null=True, unique=True)
    lease_until = models.DateTimeField(_("leased until"), null=True)
    worker = models.CharField(_("worker"), max_length=100, blank=True)

    failed_at = models.DateTimeField(_("failed at"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        default_permissions = ("view", "change", "delete")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(priority__range=(TASK_MIN_PRIORITY, TASK_MAX_PRIORITY)), name="job_priority_range"
            ),
            models.CheckConstraint(
                condition=models.Q(state=JobState.RUNNING, lease__isnull=False, lease_until__isnull=False)
                | models.Q(~models.Q(state=JobState.RUNNING), lease__isnull=True, lease_until__isnull=True),
                name="running_job_has_lease",
            ),
        ]
        indexes = [
            # In the order in which a worker looks, so that 100,000 waiting jobs cost no more than ten.
            models.Index(fields=["state", "queue", "-priority", "due_at"], name="jobs_job_next"),
            models.Index(fields=["state", "lease_until"], name="jobs_job_lease"),
        ]

    def __str__(self) -> str:
        return self.task_path

    @property
    def name(self) -> str:
        """The function's name alone."""
        return name_of(self.task_path)

    @property
    def title(self) -> str:
        """What the function does, in the active language."""
        return in_words(self.name)

    @property
    def room(self) -> str:
        """Name of the room or library the function belongs to, in the active language."""
        return room_of(self.task_path)


class ScheduledRunQuerySet(models.QuerySet["ScheduledRun"]):
    """Due times, to come and past."""

    def pending(self) -> "ScheduledRunQuerySet":
        """Return runs that have not fired."""
        return self.filter(fired_at__isnull=True)

    def due(self, now: datetime.datetime) -> "ScheduledRunQuerySet":
        """Return runs that must fire now."""
        return self.pending().filter(due_at__lte=now)


class ScheduledRun(models.Model):
    """A due time of a name. Its row is made once, and fires once, in whichever process comes first."""

    name = models.CharField(_("name"), max_length=150)
    due_at = models.DateTimeField(_("due"))
    task_path = models.CharField(_("function"), max_length=250)
    queue = models.CharField(_("queue"), max_length=32)
    priority = models.SmallIntegerField(_("priority"), default=0)
    kwargs = models.JSONField(_("arguments"), default=dict)
    is_recurring = models.BooleanField(_("recurs"), default=False)
    fired_at = models.DateTimeField(_("fired at"), null=True)
    job_id = models.UUIDField(_("job"), null=True)

    objects = ScheduledRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled run")
        verbose_name_plural = _("scheduled runs")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["name", "due_at"], name="one_run_per_name_and_due_time")]
        indexes = [models.Index(fields=["fired_at", "due_at"], name="jobs_run_due")]

    def __str__(self) -> str:
        return f"{self.name} {timezone.localtime(self.due_at):%Y-%m-%d %H:%M}"

    @property
    def title(self) -> str:
        """What will be done, in the active language; where nobody gave the function words, the due time's own name."""
        return in_words(self.job_name, self.name)

    @property
    def job_name(self) -> str:
        """The function's name alone."""
        return name_of(self.task_path)

    @property
    def room(self) -> str:
        """Name of the room or library the function belongs to, in the active language."""
        return room_of(self.task_path)
