from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "freiblatt.letters"
    verbose_name = _("Post")

    def ready(self) -> None:
        from datetime import time

        from freiblatt.jobs import rhythms, schedules
        from freiblatt.letters import actions, doctor
        from freiblatt.lib import findings

        schedules.every(rhythms.daily(time(4, 20)), name="erase letters", job=actions.erase_letters)
        findings.register("mail", doctor.look, asks_outside=True)
