"""Addresses at which something stood."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RemovedAddress(models.Model):
    """The address of something that was public and is no more, so that readers get 410 and know it was no typo.

    `gone.py` says what they read there.
    """

    MAX_LENGTH = 500

    path = models.CharField(_("address"), max_length=MAX_LENGTH, unique=True)
    removed_on = models.DateTimeField(_("removed on"), auto_now_add=True)
    #: With what it went, if somebody took it back on purpose.
    withdrawal = models.ForeignKey(
        "articles.Withdrawal", on_delete=models.SET_NULL, null=True, blank=True, related_name="addresses"
    )

    class Meta:
        verbose_name = _("removed address")
        verbose_name_plural = _("removed addresses")

    def __str__(self) -> str:
        return self.path
