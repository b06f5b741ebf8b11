from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "freiblatt.articles"
    verbose_name = _("Articles")

    def ready(self) -> None:
        from freiblatt.articles import receivers  # noqa: F401
        from freiblatt.articles.uploads import waiting

        waiting.keep_private()
