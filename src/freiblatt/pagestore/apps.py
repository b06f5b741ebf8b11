from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagestoreConfig(AppConfig):
    name = "freiblatt.pagestore"
    verbose_name = _("Pagestore")

    def ready(self) -> None:
        from freiblatt.lib import findings
        from freiblatt.pagestore import health

        findings.register("store", health.store)
