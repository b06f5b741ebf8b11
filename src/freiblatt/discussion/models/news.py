"""What followers of a discussion are told by letter."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freiblatt.discussion.models.comments import Comment
from freiblatt.discussion.models.threads import Thread


class News(models.Model):
    """That a comment became public for the first time while somebody followed; its number is what letters count by.

    It is written in the transaction that made the comment public, and is all that this transaction does about letters.
    """

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="news", verbose_name=_("comment"))
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="news", db_index=False)
    #: When the first letter told of it; None as long as none did.
    told_on = models.DateTimeField(_("told on"), null=True)
    public_on = models.DateTimeField(_("public since"), default=timezone.now)

    class Meta:
        verbose_name = _("news of a discussion")
        verbose_name_plural = _("news of discussions")
        default_permissions = ()
        indexes = [models.Index(fields=["thread", "id"], name="news_of_thread")]

    def __str__(self) -> str:
        return f"News of comment {self.comment_id}"
