"""Readers and what they agreed to."""

import datetime
import secrets

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freiblatt.readers.purposes import purpose_of


def new_salt() -> str:
    """Return what tells a row from every other that may ever have its number: after a restore numbers come again."""
    return secrets.token_hex(6)


class ReaderState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", pgettext_lazy("reader", "not confirmed")
    CONFIRMED = "confirmed", pgettext_lazy("reader", "confirmed")
    RESTING = "resting", pgettext_lazy("reader", "agreed to nothing any more")


class ReaderQuerySet(models.QuerySet["Reader"]):
    """Readers by what may be done with them."""

    def confirmed(self) -> "ReaderQuerySet":
        """Return readers whose address was confirmed and who still agree to something."""
        return self.filter(state=ReaderState.CONFIRMED)

    def never_confirmed(self, before: datetime.datetime) -> "ReaderQuerySet":
        """Return readers who have confirmed nothing and asked for nothing since `before`."""
        asked_since = Consent.objects.filter(reader=OuterRef("pk"), asked_at__gte=before)
        return self.filter(Q(state=ReaderState.UNCONFIRMED, created_at__lt=before) & ~Exists(asked_since))


class Reader(models.Model):
    """One mail address and its owner's choices."""

    address_key = models.CharField(_("key of the address"), max_length=64, unique=True)
    address = models.CharField(_("mail address"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(_("state"), max_length=12, choices=ReaderState.choices, default=ReaderState.UNCONFIRMED)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    resting_since = models.DateTimeField(_("resting since"), null=True)
    link_number = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Part of every link; a higher one ends all links that were sent.")
    )

    #: Part of every link too, for good. Empty in rows that were there before links had it: theirs go on.
    salt = models.CharField(max_length=12, default=new_salt, blank=True, editable=False)

    objects = ReaderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reader")
        verbose_name_plural = _("readers")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ReaderState.CONFIRMED) | (Q(confirmed_at__isnull=False) & ~Q(address="")),
                name="confirmed_reader_has_an_address",
            )
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="readers_by_state")]

    def __str__(self) -> str:
        # Never the address: this is what logs and errors print.
        return f"reader {self.pk}"

    @property
    def page_language(self) -> str:
        """The language to write in: the reader's, while the publication speaks it."""
        return self.language if self.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Consents by whether they count."""

    def standing(self) -> "ConsentQuerySet":
        """Return consents that were given and not withdrawn."""
        return self.filter(given_at__isnull=False, withdrawn_at__isnull=True)

    def asked(self) -> "ConsentQuerySet":
        """Return consents that wait for the click in the letter."""
        return self.filter(given_at__isnull=True, withdrawn_at__isnull=True)


class Consent(models.Model):
    """One thing that a reader was asked to agree to, with what proves the answer."""

    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="consents", verbose_name=_("reader"))
    purpose = models.CharField(_("purpose"), max_length=60)
    subject_key = models.CharField(_("of what"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10)
    wording = models.TextField(_("what was agreed to, word for word"))
    wording_version = models.CharField(_("version of the wording"), max_length=40)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    message_id = models.CharField(_("Message-ID of the letter that asked"), max_length=200, blank=True)
    #: What shows who asked (a device, a form), as far as the room above knows; what differs in it never shares a
    #: letter. Empty once it was given.
    origin = models.CharField(max_length=64, blank=True, editable=False)
    given_at = models.DateTimeField(_("given"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    #: As with readers.
    salt = models.CharField(max_length=12, default=new_salt, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "purpose", "subject_key"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_consent_for_each_thing",
            )
        ]
        indexes = [models.Index(fields=["purpose", "subject_key", "given_at"], name="consents_by_purpose")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject_key}".strip()

    @property
    def label(self) -> str:
        """What a reader's page calls it, in the active language."""
        purpose = purpose_of(self.purpose)
        if purpose is None:
            return self.purpose
        subject = self.subject
        return f"{purpose.label}: {subject}" if subject else str(purpose.label)

    @property
    def subject(self) -> str:
        """What the subject key stands for, in the active language; "" for none."""
        purpose = purpose_of(self.purpose)
        return purpose.describe(self.subject_key) if purpose is not None and self.subject_key else ""

    @property
    def quote(self) -> str:
        """What somebody wrote whom the address's owner is said to be, name and words; "" for none."""
        purpose = purpose_of(self.purpose)
        return purpose.quote(self.subject_key) if purpose is not None and self.subject_key else ""
