"""The journal of marked keys."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StaleMark(models.Model):
    """Keys that a transaction marked stale; the row is gone once every page that shows them counts no longer.

    A row that a killed process left behind is carried out by the next start or by a living server (`journal.py`).
    """

    #: One key a line: read without Django too.
    keys = models.TextField(_("keys"))
    marked_on = models.DateTimeField(_("marked on"), default=timezone.now)

    class Meta:
        verbose_name = _("stale mark")
        verbose_name_plural = _("stale marks")

    def __str__(self) -> str:
        return ", ".join(self.keys.split("\n")[:5])
