"""Threads: what stands below one article, and whether readers may add to it."""

import datetime

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ThreadState(models.TextChoices):
    OPEN = "open", _("Open")
    HELD = "held", _("New comments wait for the desk")
    CLOSED = "closed", _("Closed")


class Thread(models.Model):
    """All comments under one article."""

    article = models.OneToOneField(
        "articles.ArticlePage", on_delete=models.CASCADE, related_name="thread", verbose_name=_("article")
    )
    state = models.CharField(_("state"), max_length=10, choices=ThreadState.choices, default=ThreadState.OPEN)
    opens_on = models.DateTimeField(_("opens on"), null=True, blank=True)
    closes_on = models.DateTimeField(_("closes on"), null=True, blank=True)
    slow_minutes = models.PositiveSmallIntegerField(
        _("minutes between two comments from one network"),
        default=0,
        validators=[MaxValueValidator(1440)],
        help_text=_("0: no pause. Readers read this above the form, and keep their text."),
    )
    n_public = models.PositiveIntegerField(_("public comments"), default=0, editable=False)
    n_held = models.PositiveIntegerField(_("comments that wait"), default=0, editable=False)
    #: Comments that an older site had and that its copy no longer contained. Said to readers, never counted as present.
    n_lost = models.PositiveIntegerField(_("comments lost before moving in"), default=0)
    #: Grows with every change that readers can see.
    seq = models.PositiveBigIntegerField(default=0, editable=False)
    pinned = models.ForeignKey(
        "discussion.Comment",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("question on top"),
    )
    voting_ended_on = models.DateTimeField(_("voting ended on"), null=True, blank=True, editable=False)
    #: Which of the orders by votes readers see; 0 before the first one was made.
    top_edition = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        # The desk asks on every page which threads have something for it.
        indexes = [models.Index(fields=["n_held"], name="thread_by_held")]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True) | Q(closes_on__isnull=True) | Q(closes_on__gt=F("opens_on")),
                name="thread_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"Thread {self.pk}"

    @property
    def key(self) -> str:
        """The key of every page that shows something of this thread."""
        return thread_key(self.article_id)

    def is_open(self, now: datetime.datetime | None = None) -> bool:
        """Return whether readers may write at this moment, held comments included."""
        now = now or timezone.now()
        has_begun = self.opens_on is None or self.opens_on <= now
        has_ended = self.closes_on is not None and self.closes_on <= now
        return self.state != ThreadState.CLOSED and has_begun and not has_ended


def thread_key(article_id: int) -> str:
    """Return the key of every page that shows something of the thread under an article."""
    return f"thread:{article_id}"
