"""What the desk asks the authors of articles about comments below them."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freiblatt.discussion.models.comments import Comment


class Question(models.Model):
    """The desk would like to hear those who wrote the article about one comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="questions", verbose_name=_("comment"))
    words = models.TextField(_("what the desk asks"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_on = models.DateTimeField(_("asked on"), default=timezone.now)
    answer = models.TextField(_("answer to the desk"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_on = models.DateTimeField(_("answered on"), null=True)

    class Meta:
        verbose_name = _("question to the authors")
        verbose_name_plural = _("questions to the authors")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["comment"], condition=models.Q(answered_on__isnull=True), name="one_open_question_for_a_comment"
            )
        ]

    def __str__(self) -> str:
        return f"Question {self.pk} about comment {self.comment_id}"


class Lesson(models.Model):
    """What the desk's decisions have taught (`judgement.py`); there is one row."""

    #: Packed weights; no text can be read from them.
    weights = models.BinaryField()
    version = models.PositiveSmallIntegerField()
    #: From how many decisions.
    decisions = models.PositiveIntegerField()
    learnt_on = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("lesson of the desk")
        verbose_name_plural = _("lessons of the desk")
        default_permissions = ()

    def __str__(self) -> str:
        return f"Learnt from {self.decisions} decisions"
