from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    name = "freiblatt.newsroom"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        from datetime import time

        from django.apps import apps
        from django.db.models.signals import post_migrate

        from freiblatt.jobs.rhythms import daily, minutely
        from freiblatt.jobs.schedules import every
        from freiblatt.letters.sender import register
        from freiblatt.lib.wording import call
        from freiblatt.newsroom import factor_receivers, grants, receivers, roles, sender, spoken  # noqa: F401
        from freiblatt.newsroom.audit import receivers as audit_receivers  # noqa: F401
        from freiblatt.newsroom.audit import watched
        from freiblatt.newsroom.audit.writing import forget_failed_sign_ins, forget_visits

        register(sender.find)
        spoken.translate_when_shown()
        watched.watch_all()
        every(daily(time(4, 20)), name="newsroom.forget_visits", job=forget_visits)
        every(minutely(60), name="newsroom.forget_failed_sign_ins", job=forget_failed_sign_ins)
        call(
            {
                "forget_failed_sign_ins": _("Forget failed sign-ins"),
                "forget_visits": _("Forget old sign-ins in the log"),
                "send_password_link": _("Send a link for a new password"),
                "newsroom_invitation": _("Invitation"),
                "newsroom_new_device": _("Sign-in on a new device"),
                "newsroom_new_password": _("Link for a new password"),
                "newsroom_confirm_address": _("Confirmation of a mail address"),
                "newsroom_address_changed": _("Mail address changed"),
                "newsroom_changed": _("Change of the sign-in"),
                "newsroom_factors_reset": _("Second factor taken away"),
                "newsroom_recovery_code_used": _("Recovery code used"),
                "newsroom_wrong_codes": _("Many wrong codes"),
            }
        )
        # Once, after the last app that has permissions of its own; nobody is granted anything of that one's.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(roles.sync_after_migrate, sender=last, dispatch_uid="newsroom.roles")
