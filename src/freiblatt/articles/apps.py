from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "freiblatt.articles"
    verbose_name = _("Articles")

    def ready(self) -> None:
        from freiblatt.articles import blocks, file_receivers, parts, receivers  # noqa: F401
        from freiblatt.articles.uploads import waiting
        from freiblatt.pagestore import fragments

        waiting.keep_private()
        fragments.register(parts.FRAGMENT, parts.render_fragment)
