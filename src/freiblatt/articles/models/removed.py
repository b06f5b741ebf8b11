"""Addresses at which something stood."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.redirects.models import Redirect


class RemovedAddress(models.Model):
    """The address of a page that was public and is no more, so that readers get 410 and know it was no typo."""

    MAX_LENGTH = 500

    path = models.CharField(_("address"), max_length=MAX_LENGTH, unique=True)
    removed_on = models.DateTimeField(_("removed on"), auto_now_add=True)

    class Meta:
        verbose_name = _("removed address")
        verbose_name_plural = _("removed addresses")

    def __str__(self) -> str:
        return self.path

    @classmethod
    def is_gone(cls, path: str) -> bool:
        """Return whether a page stood at `path` and has not moved on from there."""
        if not cls.objects.filter(path=path[: cls.MAX_LENGTH]).exists():
            return False
        return not Redirect.objects.filter(old_path=Redirect.normalise_path(path)).exists()
