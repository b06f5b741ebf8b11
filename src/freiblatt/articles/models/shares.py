"""Links by which somebody without an account reads a draft."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def hash_of(token: str) -> str:
    """Return what of a link's token is stored: whoever reads the database cannot make an address of it."""
    return hashlib.sha256(token.encode()).hexdigest()


class SharedDraftQuerySet(models.QuerySet["SharedDraft"]):
    """Questions about links."""

    def open_at(self, moment: datetime) -> "SharedDraftQuerySet":
        """Return the links that can be opened at `moment`."""
        return self.filter(revoked_on=None, expires_on__gt=moment)


class SharedDraft(models.Model):
    """A link to an article's latest draft, or to one version of it, for one person and for a time."""

    article = models.ForeignKey("articles.ArticlePage", on_delete=models.CASCADE, related_name="shares")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    #: The version that is shown, as it was when it was shared: the row of a revision may be written over by its
    #: author's next words. None is whatever is the latest.
    content = models.JSONField(null=True, editable=False, encoder=DjangoJSONEncoder)
    for_whom = models.CharField(_("for whom"), max_length=120)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_on = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateTimeField(_("valid until"))
    revoked_on = models.DateTimeField(null=True, blank=True)
    opened_count = models.PositiveIntegerField(default=0)

    objects = SharedDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared draft")
        verbose_name_plural = _("shared drafts")
        ordering = ["-made_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.for_whom}"

    @property
    def is_fixed(self) -> bool:
        """Whether the link goes on showing the same version, whatever is written afterwards."""
        return self.content is not None

    @property
    def is_open(self) -> bool:
        """Whether the link shows the draft now."""
        return self.revoked_on is None and self.expires_on > timezone.now()

    def version(self) -> Any:
        """Return the article as the link shows it."""
        if self.content is not None:
            return self.article.with_content_json(self.content)
        return self.article.get_latest_revision_as_object()
