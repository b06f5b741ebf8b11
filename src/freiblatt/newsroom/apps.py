from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    name = "freiblatt.newsroom"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        from django.apps import apps
        from django.db.models.signals import post_migrate

        from freiblatt.letters.sender import register
        from freiblatt.newsroom import grants, receivers, roles, sender  # noqa: F401

        register(sender.find)

        # Once, after the last app that has permissions of its own; nobody is granted anything of that one's.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(roles.sync_after_migrate, sender=last, dispatch_uid="newsroom.roles")
