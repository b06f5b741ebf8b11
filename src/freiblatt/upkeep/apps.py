from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpkeepConfig(AppConfig):
    name = "freiblatt.upkeep"
    verbose_name = _("Upkeep")

    def ready(self) -> None:
        from datetime import time

        from freiblatt.config import current
        from freiblatt.jobs import rhythms, schedules
        from freiblatt.lib.wording import call
        from freiblatt.upkeep import checks
        from freiblatt.upkeep.actions import nightly

        checks.register()
        config = current()
        if config.backups is not None:
            backup_at = time.fromisoformat(config.backup_at)
            schedules.every(rhythms.daily(backup_at), name=nightly.SCHEDULE, job=nightly.back_up_nightly)
            schedules.every(rhythms.daily(time(9, 0)), name="watch backups", job=nightly.watch_backups)
        call(
            {
                "back_up_nightly": _("Make the nightly backup"),
                "watch_backups": _("Look whether backups are made"),
                "upkeep_backup_failed": _("A backup failed"),
                "upkeep_backup_missing": _("Backups are missing"),
            }
        )
