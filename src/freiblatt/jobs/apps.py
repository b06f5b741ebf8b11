from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "freiblatt.jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from datetime import time

        from django.core.exceptions import ObjectDoesNotExist
        from wagtail import tasks as wagtail_tasks

        from freiblatt.jobs import actions, rhythms, schedules
        from freiblatt.jobs.policies import policy

        schedules.every(rhythms.daily(time(4, 10)), name="prune job results", job=actions.prune_results)
        # Wagtail looks up what it indexes when its job starts; what was deleted before that needs no index.
        policy(moot_on=(ObjectDoesNotExist,))(wagtail_tasks.update_reference_index_task)
