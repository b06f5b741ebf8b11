from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionConfig(AppConfig):
    name = "freiblatt.discussion"
    verbose_name = _("Discussion")

    def ready(self) -> None:
        from freiblatt.articles import consequences
        from freiblatt.discussion.live import register_channels
        from freiblatt.discussion.parts import register_parts, tell_consequence

        register_parts()
        register_channels()
        consequences.register("discussion", tell_consequence)
