"""What leads into the newsroom besides a password: one-time links, and the devices that were here before."""

import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freiblatt.newsroom.models.people import StaffMember


class LinkPurpose(models.TextChoices):
    """What somebody does with a one-time link."""

    INVITATION = "invitation", pgettext_lazy("purpose of a link", "Invitation")
    PASSWORD = "password", pgettext_lazy("purpose of a link", "New password")
    ADDRESS = "address", pgettext_lazy("purpose of a link", "New mail address")


#: How long a link of each purpose can be used, where nobody says otherwise.
LINK_LASTS = {
    LinkPurpose.INVITATION: datetime.timedelta(days=7),
    LinkPurpose.PASSWORD: datetime.timedelta(hours=2),
    LinkPurpose.ADDRESS: datetime.timedelta(days=1),
}


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    """Links, told apart by whether they still lead anywhere."""

    def usable(self) -> "OneTimeLinkQuerySet":
        """Return those that are neither used nor revoked nor too old, of people who still work here."""
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now(), member__is_active=True)


class OneTimeLink(models.Model):
    """An address by which one staff member gets in once. Only a hash of its secret is kept."""

    member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="one_time_links")
    purpose = models.CharField(max_length=12, choices=LinkPurpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    #: The address to be confirmed, with purpose ADDRESS.
    new_email = models.EmailField(blank=True)
    created_by = models.ForeignKey(StaffMember, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = OneTimeLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")
        indexes = [models.Index(fields=["member", "purpose"], name="links_of_a_member")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.member}"


class KnownDevice(models.Model):
    """A browser from which somebody was here before, recognised by a cookie of which only a hash is kept."""

    member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="known_devices")
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("known device")
        verbose_name_plural = _("known devices")
        constraints = [models.UniqueConstraint(fields=["token_hash", "member"], name="one_row_per_device_and_member")]

    def __str__(self) -> str:
        return f"{self.member}, {self.created_at:%Y-%m-%d}"
