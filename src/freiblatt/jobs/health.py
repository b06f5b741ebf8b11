"""What the doctor says of jobs and due times."""

import datetime
from collections import Counter
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freiblatt.jobs.models import Job, JobState, ScheduledRun, name_of
from freiblatt.lib.findings import Finding

#: A worker looks every second; what waits this long waits for nobody.
LONG = datetime.timedelta(minutes=10)
SHOWN = 5


def jobs() -> Iterator[Finding]:
    """Look at dead jobs, and whether somebody works."""
    now = timezone.now()
    names = Counter(name_of(path) for path in Job.objects.dead().values_list("task_path", flat=True))
    if names:
        shown = ", ".join(f"{name} ({count})" for name, count in names.most_common(SHOWN))
        yield Finding(
            "jobs_dead",
            "warning",
            ngettext(
                "%(count)d job has failed for good: %(names)s.",
                "%(count)d jobs have failed for good: %(names)s.",
                names.total(),
            )
            % {"count": names.total(), "names": shown},
            _("Look at why in the admin under Reports, Jobs, and try again or discard there."),
        )
    is_someone_at_work = Job.objects.filter(state=JobState.RUNNING, lease_until__gte=now).exists()
    oldest = Job.objects.ready(now).order_by("due_at").values_list("due_at", flat=True).first()
    overdue = ScheduledRun.objects.due(now - LONG).order_by("due_at").first()
    if oldest and now - oldest > LONG:
        yield Finding(
            "jobs_waiting",
            "warning" if is_someone_at_work else "problem",
            _("A job has been waiting for %(minutes)d minutes.") % {"minutes": (now - oldest).total_seconds() // 60},
            _("See whether a job worker runs: freiblatt serve with server_jobs = true, or freiblatt worker.")
            if not is_someone_at_work
            else _("The job worker is busy. If that stays so, run one more: freiblatt worker"),
        )
    if overdue:
        yield Finding(
            "schedules_overdue",
            "problem",
            _("“%(name)s” was due at %(moment)s and nobody did it.")
            % {"name": overdue.name, "moment": timezone.localtime(overdue.due_at).strftime("%Y-%m-%d %H:%M")},
            _("Run a job worker: freiblatt serve with server_jobs = true, or freiblatt worker."),
        )
    if not names and not overdue and not (oldest and now - oldest > LONG):
        yield Finding("jobs", "ok", _("No job has failed for good, and nothing is overdue."))
