"""Letters, addresses that get none, and how the way to the mail server stands."""

import datetime
import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from freiblatt.lib.wording import in_words

#: A letter is tried as long as mail servers try (RFC 5321, 4.5.4.1).
PATIENCE = datetime.timedelta(days=5)
#: How long somebody may be at a letter before the try counts as lost: every step of SMTP, each with its time-out.
SENDING_SECONDS = 300

#: In the place of an answer, where the program that would have heard it was stopped.
STOPPED = gettext_noop("The program was stopped while the letter was being sent.")


class LetterState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("letter", "waiting")
    SENDING = "sending", pgettext_lazy("letter", "being sent")
    SENT = "sent", pgettext_lazy("letter", "sent")
    FAILED = "failed", pgettext_lazy("letter", "failed")
    UNKNOWN = "unknown", pgettext_lazy("letter", "perhaps sent")
    SUPPRESSED = "suppressed", pgettext_lazy("letter", "not sent")
    HELD = "held", pgettext_lazy("letter", "held")
    DISCARDED = "discarded", pgettext_lazy("letter", "discarded")


def new_token() -> str:
    """Return the part of a Message-ID that nobody can guess."""
    return secrets.token_hex(12)


def own_host() -> str:
    """Return the publication's host, as the second half of a Message-ID."""
    return urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters by what has to happen with them."""

    def open(self) -> "LetterQuerySet":
        """Return letters that still have to go out."""
        return self.filter(state__in=[LetterState.WAITING, LetterState.SENDING])

    def held(self) -> "LetterQuerySet":
        """Return letters that go out only if somebody says so."""
        return self.filter(state=LetterState.HELD)

    def due(self, now: datetime.datetime) -> "LetterQuerySet":
        """Return letters that may go out now."""
        return self.filter(state=LetterState.WAITING, due_at__lte=now)

    def handed_over_since(self, moment: datetime.datetime) -> "LetterQuerySet":
        """Return letters that a mail server was shown since `moment`, whatever it said."""
        return self.filter(handed_over_at__gt=moment)


class Letter(models.Model):
    """One letter to one address, as it was written."""

    kind = models.CharField(_("kind"), max_length=60)
    language = models.CharField(_("language"), max_length=10)
    to_address = models.CharField(_("to"), max_length=254, blank=True)
    to_name = models.CharField(_("name"), max_length=120, blank=True)
    address_key = models.CharField(_("key of the address"), max_length=64)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("text as HTML"), blank=True)
    unsubscribe_url = models.CharField(_("address to unsubscribe at"), max_length=500, blank=True)
    token = models.CharField(max_length=24, default=new_token, editable=False)
    host = models.CharField(max_length=255, default=own_host, editable=False)
    dedupe_key = models.CharField(_("key against doubles"), max_length=200, null=True, unique=True)
    #: What it would be wrong about if that were taken back, as rooms above call it ("article:12").
    about = models.CharField(max_length=100, blank=True, default="", editable=False)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    is_repeatable = models.BooleanField(
        _("better twice than never"), default=True, help_text=_("Sent again when nobody knows whether it has arrived.")
    )

    state = models.CharField(_("state"), max_length=12, choices=LetterState.choices, default=LetterState.WAITING)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    give_up_at = models.DateTimeField(_("tried until"))
    slot_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    sending_job = models.CharField(max_length=40, blank=True, editable=False)
    sending_until = models.DateTimeField(null=True, editable=False)
    handed_over_at = models.DateTimeField(_("handed over"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    answer = models.CharField(_("what the mail server said"), max_length=300, blank=True)
    is_in_desk = models.BooleanField(_("in the desk's mailbox"), default=False)
    erased_at = models.DateTimeField(_("text and address erased"), null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        default_permissions = ("view", "change")
        permissions = [
            ("read_letter", _("Can read letters in the desk's mailbox")),
            ("discard_letter", _("Can discard letters that have not gone out, and send those that are held")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=LetterState.SENDING, sending_until__isnull=False)
                | models.Q(~models.Q(state=LetterState.SENDING), sending_until__isnull=True),
                name="letter_being_sent_has_an_end",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=LetterState.SENT) | models.Q(sent_at__isnull=False),
                name="sent_letter_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="letters_by_state"),
            models.Index(fields=["handed_over_at"], name="letters_handed_over"),
            models.Index(fields=["address_key"], name="letters_by_address"),
            models.Index(fields=["erased_at", "created_at"], name="letters_to_erase"),
            models.Index(fields=["about"], condition=~models.Q(about=""), name="letters_by_subject"),
        ]

    def __str__(self) -> str:
        # Never the address: this is what logs and errors print.
        return f"{self.kind} {self.pk}"

    @property
    def answer_in_words(self) -> str:
        """What the mail server said, as it said it; or, in the language that is active, that nobody knows."""
        return gettext(STOPPED) if self.answer == STOPPED else self.answer

    @property
    def kind_in_words(self) -> str:
        """What kind of letter it is, in the active language."""
        return in_words(self.kind)

    @property
    def message_id(self) -> str:
        """The Message-ID, the same at every try and wherever the publication moves, so that a double shows as one."""
        return f"<{self.pk}.{self.token}@{self.host}>"


class SuppressionReason(models.TextChoices):
    BOUNCE = "bounce", _("No such mailbox")
    COMPLAINT = "complaint", _("Reported as spam")
    REQUEST = "request", _("Wants no letters")
    DESK = "desk", _("Entered at the desk")


class Suppression(models.Model):
    """An address that gets no letters, as its keyed hash: enough to obey, too little to write to."""

    address_key = models.CharField(_("key of the address"), max_length=64, unique=True)
    reason = models.CharField(_("reason"), max_length=12, choices=SuppressionReason.choices)
    source = models.CharField(_("where from"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        default_permissions = ("view", "add", "delete")
        indexes = [models.Index(fields=["-created_at"], name="suppressions_by_time")]

    def __str__(self) -> str:
        return self.address_key[:12]


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions by what they are to and whether they run."""

    def running(self) -> "SubscriptionQuerySet":
        """Return those whose subscriber still wants letters."""
        return self.filter(ended_at__isnull=True)

    def to(self, kind: str, key: str) -> "SubscriptionQuerySet":
        """Return those to one subject."""
        return self.filter(kind=kind, key=key)


class Subscription(models.Model):
    """That one address wants letters about one thing, and up to where it has been told.

    The thing is named by a kind and a key ("thread", "12"), as rooms above call it; who reads at the address they know.
    """

    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("of what"), max_length=100, blank=True)
    address_key = models.CharField(_("key of the address"), max_length=64)
    language = models.CharField(_("language"), max_length=10)
    #: What the token of one-click unsubscribing is made of, together with the publication's secret.
    salt = models.CharField(max_length=24, default=new_token, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    #: The last news that its subscriber was told of; what is counted, the room above knows.
    told_up_to = models.BigIntegerField(default=0, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "address_key"],
                condition=models.Q(ended_at__isnull=True),
                name="one_subscription_for_each_thing",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "key", "ended_at"], name="subscriptions_by_subject"),
            models.Index(fields=["address_key"], name="subscriptions_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}".strip()


class Route(models.Model):
    """How the way to the mail server stands: one row, for all processes and machines."""

    next_slot_at = models.DateTimeField(default=timezone.now)
    blocked_since = models.DateTimeField(null=True)
    blocked_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    says = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_route")]

    def __str__(self) -> str:
        return self.says or "open"
