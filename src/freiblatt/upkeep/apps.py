from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpkeepConfig(AppConfig):
    name = "freiblatt.upkeep"
    verbose_name = _("Upkeep")

    def ready(self) -> None:
        from datetime import time

        from freiblatt.config import current
        from freiblatt.jobs import rhythms, schedules
        from freiblatt.upkeep import checks
        from freiblatt.upkeep.actions import nightly

        checks.register()
        config = current()
        if config.backups is not None:
            backup_at = time.fromisoformat(config.backup_at)
            schedules.every(rhythms.daily(backup_at), name="nightly backup", job=nightly.back_up_nightly)
            schedules.every(rhythms.daily(time(9, 0)), name="watch backups", job=nightly.watch_backups)
