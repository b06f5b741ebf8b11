"""What is remembered of writers beyond their comments."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WriterRecord(models.Model):
    """How many comments of a writer were refused and then withdrawn: the text goes, the trust does not come back.

    It goes with the reader, and with the last comment by which a guest could be known.
    """

    #: As in `Comment`.
    writer_key = models.CharField(max_length=32, unique=True)
    reader = models.ForeignKey("readers.Reader", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    n_refused = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("record of a writer")
        verbose_name_plural = _("records of writers")
        default_permissions = ()

    def __str__(self) -> str:
        return f"Record {self.pk}"
