"""What the newsroom says to readers who correct something."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freiblatt.discussion.models.comments import Comment

#: Characters of the reason that readers see.
LONGEST_REASON = 500


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("correction by a reader", "Accepted")
    DECLINED = "declined", pgettext_lazy("correction by a reader", "Declined")


class CorrectionAnswer(models.Model):
    """The answer to a comment that corrects something; while there is none, the correction is open."""

    comment = models.OneToOneField(
        Comment, on_delete=models.CASCADE, related_name="correction_answer", verbose_name=_("comment")
    )
    verdict = models.CharField(_("decision"), max_length=8, choices=Verdict.choices)
    #: What readers are told. A correction is never declined without a reason.
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    made_on = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer to a correction")
        verbose_name_plural = _("answers to corrections")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict=Verdict.ACCEPTED) | ~models.Q(reason=""),
                name="correction_is_declined_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Answer to the correction {self.comment_id} ({self.verdict})"
