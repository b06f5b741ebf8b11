"""How this publication holds its discussion."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


class FirstComment(models.TextChoices):
    """Whose comments wait for the desk."""

    NOBODY = "nobody", _("Nobody's: comments appear at once, unless a rule holds them")
    UNKNOWN = "unknown", _("Those of writers whom the desk does not know yet")
    EVERYBODY = "everybody", _("All")


class StaffedDays(models.TextChoices):
    """On which days somebody looks after the discussion."""

    ALWAYS = "", _("Always: comments appear day and night")
    WEEK = "week", _("Monday to Friday")
    SIX = "six", _("Monday to Saturday")
    ALL = "all", _("Every day")


@register_setting(icon="comment", order=20)
class DiscussionSettings(BaseGenericSetting):
    """What the desk decides once for all threads."""

    is_open_below_new_articles = models.BooleanField(_("new articles have a discussion"), default=True)
    close_after_days = models.PositiveSmallIntegerField(
        _("close after so many days"),
        default=0,
        validators=[MaxValueValidator(3650)],
        help_text=_("Counted from an article's first publication. 0: never."),
    )
    held = models.CharField(
        _("whose comments wait for the desk"),
        max_length=10,
        choices=FirstComment.choices,
        default=FirstComment.UNKNOWN,
    )
    approvals_needed = models.PositiveSmallIntegerField(
        _("approved comments until a writer is known"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    listed_words = models.TextField(
        _("words that the desk wants to see first"),
        blank=True,
        max_length=20_000,
        help_text=_(
            "One a line. Each is found with its endings and in compounds, whatever its case; =word only as it stands, "
            "*word* also inside of others. A comment with one of them waits; it is never refused by that."
        ),
    )
    staffed_days = models.CharField(
        _("days on which the desk is staffed"),
        max_length=4,
        choices=StaffedDays.choices,
        default=StaffedDays.ALWAYS,
        blank=True,
        help_text=_("What readers write at other times waits, and appears by itself when the desk is staffed again."),
    )
    staffed_from = models.TimeField(_("from"), null=True, blank=True)
    staffed_until = models.TimeField(_("until"), null=True, blank=True)
    edit_minutes = models.PositiveSmallIntegerField(
        _("minutes in which a comment can be edited"),
        default=15,
        validators=[MaxValueValidator(1440)],
        help_text=_("It ends with the first answer. Withdrawing is always possible."),
    )
    has_votes = models.BooleanField(_("readers vote on comments"), default=True)
    has_down_votes = models.BooleanField(_("they may also vote against one"), default=True)

    report_days = models.PositiveSmallIntegerField(
        _("days for an answer to a report"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("The desk sees when each is due, and the reporter is told."),
    )
    objection_days = models.PositiveSmallIntegerField(
        _("days for an answer to an objection"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    reports_to_hold = models.PositiveSmallIntegerField(
        _("reports that take a comment out of sight until the desk decides"),
        default=0,
        validators=[MaxValueValidator(1000)],
        help_text=_("Each network counts once. 0: reports change nothing by themselves. Nothing is ever deleted."),
    )

    panels = [
        MultiFieldPanel(
            [FieldPanel("is_open_below_new_articles"), FieldPanel("close_after_days")], heading=_("Open and closed")
        ),
        MultiFieldPanel(
            [
                FieldPanel("held"),
                FieldPanel("approvals_needed"),
                FieldPanel("listed_words"),
                FieldPanel("edit_minutes"),
            ],
            heading=_("Writing"),
        ),
        MultiFieldPanel(
            [FieldPanel("staffed_days"), FieldPanel("staffed_from"), FieldPanel("staffed_until")],
            heading=_("Hours of the desk"),
        ),
        MultiFieldPanel([FieldPanel("has_votes"), FieldPanel("has_down_votes")], heading=_("Votes")),
        MultiFieldPanel(
            [FieldPanel("report_days"), FieldPanel("objection_days"), FieldPanel("reports_to_hold")],
            # With a context: without it, the menu "Reports" of the desk would take this word's translation.
            heading=pgettext_lazy("of comments by readers", "Reports"),
        ),
    ]

    class Meta:
        verbose_name = _("discussion")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def clean(self) -> None:
        """Refuse hours without a beginning, an end, or a length."""
        super().clean()
        if not self.staffed_days:
            return
        if self.staffed_from is None or self.staffed_until is None:
            raise ValidationError({"staffed_from": _("Say from when until when the desk is staffed.")})
        if self.staffed_until <= self.staffed_from:
            raise ValidationError({"staffed_until": _("The hours end after they begin, on the same day.")})
