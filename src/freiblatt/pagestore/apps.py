from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagestoreConfig(AppConfig):
    name = "freiblatt.pagestore"
    verbose_name = _("Pagestore")
