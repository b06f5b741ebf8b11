"""The journal of marked keys, and what happened while readers look."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freiblatt.pagestore.live.channels import LONGEST_CHANNEL, LONGEST_REF, LONGEST_WORD


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


class LiveEvent(models.Model):
    """Something that happened to a subject that readers may follow; its channel's hubs tell them.

    It says which kind of thing and what it counts up to now, never what somebody wrote or is called.
    """

    channel = models.CharField(_("channel"), max_length=LONGEST_CHANNEL)
    #: Grows within a channel, in the order of the commits; at least the milliseconds since 1970 at which it was made,
    #: so that no number comes twice, also after old rows were swept or a backup was restored.
    seq = models.PositiveBigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=LONGEST_WORD)
    #: Which part of the subject, such as a comment's id; may be empty.
    ref = models.CharField(_("part"), max_length=LONGEST_REF, blank=True)
    counts = models.JSONField(_("counts"), default=dict)

    class Meta:
        verbose_name = _("live event")
        verbose_name_plural = _("live events")
        constraints = [models.UniqueConstraint(fields=["channel", "seq"], name="live_event_by_channel")]
        # For the sweep, and for hubs that look over all channels at once.
        indexes = [models.Index(fields=["seq"], name="live_event_by_seq")]

    def __str__(self) -> str:
        return f"{self.channel} {self.seq} {self.kind}"
