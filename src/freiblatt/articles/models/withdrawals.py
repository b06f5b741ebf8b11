"""What was withdrawn from readers, and which public files lie elsewhere meanwhile."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    """Questions about withdrawals."""

    def in_force(self) -> "WithdrawalQuerySet":
        """Return those whose article has not been published again."""
        return self.filter(ended_on=None)


class Withdrawal(models.Model):
    """An article that was taken back on purpose: by whom, why, and what its addresses say now.

    It outlives the article: the notice stays where readers look for what they had read.
    """

    article = models.ForeignKey(
        "articles.ArticlePage", on_delete=models.SET_NULL, null=True, related_name="withdrawals"
    )
    #: The article's key, also when its row is gone: feeds know it by that.
    article_pk = models.BigIntegerField(editable=False)
    language = models.CharField(max_length=20, editable=False)
    #: The names of the lists in which it stood, for feeds that had told of it.
    lists = models.JSONField(default=list, editable=False)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_on = models.DateTimeField(default=timezone.now)
    #: For the newsroom alone.
    reason = models.TextField(_("reason"))
    #: For readers; empty: the addresses say nothing but that the page is gone.
    notice = models.TextField(_("notice"), blank=True)
    ended_on = models.DateTimeField(null=True, blank=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        ordering = ["-withdrawn_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article_pk"], condition=models.Q(ended_on=None), name="one_withdrawal_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_pk}: {self.withdrawn_on:%Y-%m-%d}"


class WithheldFile(models.Model):
    """A public file of a picture or a recording that no published page shows any more, or that was such a file once.

    The row is the wish and commits with its cause; the disk follows right after the commit. After a crash whoever finds
    a row that is not settled carries it out.
    """

    #: In the public storage; while it is withheld, its bytes lie under the same name among the originals.
    name = models.CharField(max_length=120, unique=True)
    is_withheld = models.BooleanField(default=True)
    is_settled = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("withheld file")
        verbose_name_plural = _("withheld files")
        indexes = [models.Index(fields=["is_settled"], name="withheld_file_to_settle")]

    def __str__(self) -> str:
        return self.name
