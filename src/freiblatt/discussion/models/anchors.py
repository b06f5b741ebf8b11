"""Passages of articles that comments are about, and the words they were chosen from."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freiblatt.discussion.models.comments import Comment

#: Code points of a passage; more is the article, and can be commented on as a whole.
LONGEST_PASSAGE = 1500


class AnchorStatus(models.TextChoices):
    SURE = "sure", pgettext_lazy("passage", "Where it was chosen")
    CHANGED = "changed", pgettext_lazy("passage", "Changed since")
    MOVED = "moved", pgettext_lazy("passage", "Elsewhere, word for word")
    LOST = "lost", pgettext_lazy("passage", "No longer in the text")


class Anchor(models.Model):
    """The passage that a comment is about, where it stands in the article as readers see it now.

    Blocks and positions are those of the text in `AnchoredText`; all of it is brought forward, or said to be lost, in
    the transaction that publishes another text.
    """

    article = models.ForeignKey(
        "articles.ArticlePage", on_delete=models.CASCADE, related_name="anchors", verbose_name=_("article")
    )
    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="anchor", verbose_name=_("comment"))
    #: The version that readers saw when the passage was chosen.
    revision = models.ForeignKey(
        "wagtailcore.Revision", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    #: The id of the block in the article's body; that of its last one where the passage is lost.
    block = models.CharField(max_length=36)
    #: Code points of the block's text. Both are 0 where the passage is lost.
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    #: The words as they stand there now; as they stood there last where the passage is lost.
    exact = models.TextField()
    #: What stands, or stood, beside them in the same block: at most 32 code points.
    prefix = models.CharField(max_length=32, blank=True)
    suffix = models.CharField(max_length=32, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=AnchorStatus.choices, default=AnchorStatus.SURE)
    #: The words that were chosen. They never change.
    first_words = models.TextField(_("words that were chosen"))
    #: Whether a question of the newsroom is unfolded before somebody clicks on it.
    is_unfolded = models.BooleanField(_("unfolded"), default=True)
    created_on = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=AnchorStatus.LOST, start=0, end=0)
                | (~models.Q(status=AnchorStatus.LOST) & models.Q(end__gt=models.F("start"))),
                name="anchor_is_somewhere_or_lost",
            ),
        ]

    def __str__(self) -> str:
        return f"Passage of comment {self.comment_id} ({self.status})"


class AnchoredText(models.Model):
    """The words of an article that its anchors refer to: those that are public. Only articles with anchors have one."""

    article = models.OneToOneField(
        "articles.ArticlePage", on_delete=models.CASCADE, related_name="anchored_text", verbose_name=_("article")
    )
    #: A list of [block's id, its text], in the order of the body.
    blocks = models.JSONField(default=list)

    class Meta:
        verbose_name = _("text of passages")
        verbose_name_plural = _("texts of passages")
        default_permissions = ()

    def __str__(self) -> str:
        return f"Text of article {self.article_id}"


def passages_key(article_id: int) -> str:
    """Return the key of every page on which an article's passages are marked."""
    return f"passages:{article_id}"
