from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadersConfig(AppConfig):
    name = "freiblatt.readers"
    verbose_name = _("Readers")

    def ready(self) -> None:
        from datetime import time

        from freiblatt.jobs import rhythms, schedules
        from freiblatt.lib.wording import call
        from freiblatt.readers import actions

        schedules.every(rhythms.daily(time(4, 30)), name="erase readers", job=actions.erase_left_over)
        call(
            {
                "ask_for_the_rest": _("Ask readers for what no letter has asked for yet"),
                "erase_left_over": _("Forget addresses that nobody confirmed"),
                "readers_confirm": _("Confirmation of a reader's address"),
                "readers_link": _("Link to a reader's page"),
            }
        )
