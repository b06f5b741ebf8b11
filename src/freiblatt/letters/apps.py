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
        from freiblatt.lib.wording import call

        schedules.every(rhythms.daily(time(4, 20)), name="erase letters", job=actions.erase_letters)
        call(
            {
                "deliver_letter": _("Send a letter"),
                "erase_letters": _("Forget old letters"),
                "letters_test": _("Test of the mail server"),
                "library": _("Message of a library"),
            }
        )
        findings.register("mail", doctor.look, asks_outside=True)
