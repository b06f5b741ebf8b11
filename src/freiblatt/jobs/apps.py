from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "freiblatt.jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from datetime import time

        from django.core.exceptions import ObjectDoesNotExist
        from django.db import IntegrityError
        from modelsearch import tasks as search_tasks
        from wagtail import tasks as wagtail_tasks

        from freiblatt.jobs import actions, health, rhythms, schedules
        from freiblatt.jobs.policies import policy
        from freiblatt.lib import findings
        from freiblatt.lib.wording import call

        findings.register("jobs", health.jobs)
        call({"prune_results": _("Clear away finished jobs")})
        schedules.every(rhythms.daily(time(4, 10)), name="prune job results", job=actions.prune_results)
        # The libraries look up what they index when their job starts; what was deleted before that needs no index.
        # Two saves make two jobs, and two workers that make the first entry of one object at once collide.
        for indexing in (wagtail_tasks.update_reference_index_task, search_tasks.insert_or_update_object_task):
            policy(moot_on=(ObjectDoesNotExist,), collides_on=(IntegrityError,), first_wait_seconds=1)(indexing)
