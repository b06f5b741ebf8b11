"""What comments are judged by, what was decided about them, what readers reported, and what was objected to."""

import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from freiblatt.discussion.models.comments import Comment
from freiblatt.discussion.models.threads import Thread

#: The keys of the pages that show the house rules, and of the public log.
RULES_KEY = "discussion_rules"
LOG_KEY = "discussion_log"
#: Characters of what the desk tells a writer or a reporter, and of what these say.
LONGEST_WORDS = 1000
LONGEST_EXPLANATION = 3000
#: A decision can be objected to for so long (DSA, art. 20(1): at least six months).
OBJECTION_OPEN_DAYS = 184


class HouseRuleQuerySet(models.QuerySet["HouseRule"]):
    """House rules, asked for in sentences."""

    def standing(self) -> "HouseRuleQuerySet":
        """Those that hold today, in the order of the page."""
        return self.filter(is_standing=True)


class HouseRule(ClusterableModel):
    """One rule of the discussion. Decisions and reports name it, so it is never deleted but taken out of force."""

    code = models.SlugField(
        _("short name"),
        max_length=40,
        unique=True,
        help_text=_("Stands in addresses and in the public log's table; it stays when the words change."),
    )
    place = models.PositiveSmallIntegerField(_("place on the page"), default=100)
    is_legal = models.BooleanField(
        _("it is the law"),
        default=False,
        help_text=_("Reports under this rule say why something is illegal, and are answered with the legal ground."),
    )
    is_standing = models.BooleanField(
        _("in force"), default=True, help_text=_("A rule out of force stays with the decisions that were made by it.")
    )

    objects = HouseRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("house rule")
        verbose_name_plural = _("house rules")
        ordering = ["place", "pk"]

    def __str__(self) -> str:
        return self.title or self.code

    @property
    def title(self) -> str:
        """The rule in a few words, in the active language."""
        return self.in_language(get_language() or "")[0]

    @property
    def text(self) -> str:
        """What the rule means, in the active language."""
        return self.in_language(get_language() or "")[1]

    def in_language(self, language: str) -> tuple[str, str]:
        """Return title and text; where there are none in `language`, those of the main language, or any."""
        texts = {one.language: (one.title, one.text) for one in self.texts.all()}
        wanted = [texts[code] for code in (language, settings.LANGUAGE_CODE) if code in texts]
        return next(iter([*wanted, *texts.values()]), ("", ""))


class HouseRuleText(Orderable):
    """The words of one rule in one language."""

    rule = ParentalKey(HouseRule, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    title = models.CharField(_("in a few words"), max_length=120)
    text = models.TextField(_("what it means"), max_length=1000)

    class Meta(Orderable.Meta):
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["rule", "language"], name="one_rule_text_for_each_language")]

    def __str__(self) -> str:
        return f"{self.language}: {self.title}"

    def clean(self) -> None:
        """Refuse a language that neither the publication nor this program speaks."""
        super().clean()
        known = dict(settings.WAGTAILADMIN_PERMITTED_LANGUAGES) | dict(settings.LANGUAGES)
        if self.language not in known:
            raise ValidationError({"language": _("Known languages are %(known)s.") % {"known": ", ".join(known)}})


class DecisionKind(models.TextChoices):
    REFUSED = "refused", pgettext_lazy("decision on a comment", "Not published")
    REMOVED = "removed", pgettext_lazy("decision on a comment", "Removed")
    HELD = "held", pgettext_lazy("decision on a comment", "Taken out of sight until the desk decides")
    KEPT = "kept", pgettext_lazy("decision on a comment", "Stays after a report")
    RESTORED = "restored", pgettext_lazy("decision on a comment", "Published again")


#: What takes a comment from readers, and owes its writer reasons (DSA, art. 17).
RESTRICTIONS = (DecisionKind.REFUSED, DecisionKind.REMOVED)


class DecisionOrigin(models.TextChoices):
    DESK = "desk", pgettext_lazy("why something was decided", "The desk looked at it itself")
    REPORT = "report", pgettext_lazy("why something was decided", "A reader reported it")
    RULE = "rule", pgettext_lazy("why something was decided", "A rule did it by itself")
    OBJECTION = "objection", pgettext_lazy("why something was decided", "Somebody objected")


class Decision(models.Model):
    """What was decided about one comment, by which rule, and in which words its writer is told.

    The public log is made of these rows; it shows neither text nor names, and outlasts the comment.
    """

    comment = models.ForeignKey(
        Comment, on_delete=models.SET_NULL, null=True, related_name="decisions", verbose_name=_("comment")
    )
    thread = models.ForeignKey(
        Thread, on_delete=models.SET_NULL, null=True, related_name="decisions", verbose_name=_("thread")
    )
    kind = models.CharField(_("decision"), max_length=10, choices=DecisionKind.choices)
    origin = models.CharField(_("cause"), max_length=10, choices=DecisionOrigin.choices, default=DecisionOrigin.DESK)
    rule = models.ForeignKey(
        HouseRule, on_delete=models.PROTECT, null=True, related_name="decisions", verbose_name=_("house rule")
    )
    legal_basis = models.CharField(_("legal ground"), max_length=500, blank=True)
    words = models.TextField(_("words to the writer"), max_length=LONGEST_WORDS, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    made_on = models.DateTimeField(_("decided on"), default=timezone.now)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        default_permissions = ("view",)
        ordering = ["pk"]
        indexes = [models.Index(fields=["made_on"], name="decisions_by_date")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["refused", "removed"]) | Q(rule__isnull=False), name="restriction_names_a_rule"
            )
        ]

    def __str__(self) -> str:
        return f"Decision {self.pk} ({self.kind})"

    @property
    def is_automatic(self) -> bool:
        """Whether no person decided."""
        return self.origin == DecisionOrigin.RULE

    @property
    def objection_until(self) -> datetime.datetime:
        """Until when it can be objected to."""
        return self.made_on + datetime.timedelta(days=OBJECTION_OPEN_DAYS)


class ReportState(models.TextChoices):
    OPEN = "open", pgettext_lazy("report of a comment", "Open")
    DECIDED = "decided", pgettext_lazy("report of a comment", "Decided")
    MOOT = "moot", pgettext_lazy("report of a comment", "The comment is gone")


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, asked for in sentences."""

    def open(self) -> "ReportQuerySet":
        """Those that wait for a decision, the most urgent first."""
        return self.filter(state=ReportState.OPEN).order_by("due_on", "pk")


class Report(models.Model):
    """A reader's notice that a comment breaks a rule or the law (DSA, art. 16)."""

    comment = models.ForeignKey(
        Comment, on_delete=models.SET_NULL, null=True, related_name="reports", verbose_name=_("comment")
    )
    thread = models.ForeignKey(
        Thread, on_delete=models.SET_NULL, null=True, related_name="reports", verbose_name=_("thread")
    )
    rule = models.ForeignKey(HouseRule, on_delete=models.PROTECT, related_name="reports", verbose_name=_("house rule"))
    explanation = models.TextField(_("why"), max_length=LONGEST_EXPLANATION, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    address = models.CharField(_("mail address"), max_length=254, blank=True)
    address_key = models.CharField(_("key of the address"), max_length=64, blank=True, db_index=True)
    #: Said to be true to the best of the reporter's knowledge, as the law asks of reports of illegal content.
    is_in_good_faith = models.BooleanField(_("in good faith"), default=False)
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(_("state"), max_length=10, choices=ReportState.choices, default=ReportState.OPEN)
    #: Whether it is the first one from its network; others are read, but do not add up.
    is_counted = models.BooleanField(_("counts"), default=True)
    #: A keyed hash of network and comment; emptied when the report is decided, after 48 hours at the latest.
    network_key = models.CharField(max_length=32, blank=True, editable=False)
    #: Hash of what opens the receipt (`tokens.own_key`).
    receipt_key = models.CharField(max_length=64, unique=True, editable=False)
    nonce = models.CharField(max_length=40, null=True, unique=True, editable=False)
    made_on = models.DateTimeField(_("reported on"), default=timezone.now)
    due_on = models.DateTimeField(_("due on"))
    decision = models.ForeignKey(
        Decision, on_delete=models.SET_NULL, null=True, related_name="reports", verbose_name=_("decision")
    )
    decided_on = models.DateTimeField(_("decided on"), null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        default_permissions = ("view",)
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["state", "due_on"], name="reports_by_due_date"),
            models.Index(fields=["comment", "state"], name="reports_by_comment"),
            models.Index(fields=["made_on"], name="reports_by_date"),
        ]

    def __str__(self) -> str:
        # Never name or address: this is what logs and errors print.
        return f"Report {self.pk}"


class ObjectionSide(models.TextChoices):
    WRITER = "writer", pgettext_lazy("who objects", "The writer")
    REPORTER = "reporter", pgettext_lazy("who objects", "The reader who reported it")


class ObjectionState(models.TextChoices):
    OPEN = "open", pgettext_lazy("objection", "Open")
    GRANTED = "granted", pgettext_lazy("objection", "Granted")
    DECLINED = "declined", pgettext_lazy("objection", "Declined")
    MOOT = "moot", pgettext_lazy("objection", "The comment is gone")


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Objections, asked for in sentences."""

    def open(self) -> "ObjectionQuerySet":
        """Those that wait for an answer, the most urgent first."""
        return self.filter(state=ObjectionState.OPEN).order_by("due_on", "pk")


class Objection(models.Model):
    """What a writer or a reporter says against a decision. Each may once, and it is decided once."""

    decision = models.ForeignKey(
        Decision, on_delete=models.CASCADE, related_name="objections", verbose_name=_("decision")
    )
    side = models.CharField(_("who objects"), max_length=10, choices=ObjectionSide.choices)
    report = models.OneToOneField(
        Report, on_delete=models.SET_NULL, null=True, related_name="objection", verbose_name=_("report")
    )
    text = models.TextField(_("what is said against it"), max_length=LONGEST_EXPLANATION)
    made_on = models.DateTimeField(_("objected on"), default=timezone.now)
    due_on = models.DateTimeField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    answer = models.TextField(_("answer"), max_length=LONGEST_WORDS, blank=True)
    decided_on = models.DateTimeField(_("decided on"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        default_permissions = ("view",)
        ordering = ["pk"]
        indexes = [models.Index(fields=["state", "due_on"], name="objections_by_due_date")]
        constraints = [
            models.UniqueConstraint(fields=["decision"], condition=Q(side="writer"), name="one_objection_of_the_writer")
        ]

    def __str__(self) -> str:
        return f"Objection {self.pk} ({self.state})"
