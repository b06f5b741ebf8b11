"""The people who make the publication."""

from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from wagtail.models import GroupPagePermission


class StaffMemberManager(BaseUserManager["StaffMember"]):
    """Makes staff members, who sign in with their mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "StaffMember":
        """Return a new, stored staff member; without `password` nobody can sign in with one."""
        member = self.model(email=self.normalize_email(email), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "StaffMember":
        """Return a new staff member who may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def who_may_publish(self) -> "models.QuerySet[StaffMember]":
        """Return the active members who may publish pages: owners, and groups with that permission."""
        grants = GroupPagePermission.objects.filter(permission__codename="publish_page")
        return self.filter(
            models.Q(is_superuser=True) | models.Q(groups__in=grants.values("group")), is_active=True
        ).distinct()

    def who_may_keep_the_house(self) -> "models.QuerySet[StaffMember]":
        """Return the active owners who came in at least once; who was only invited may never come."""
        never_came = models.Q(last_login=None, password__startswith=UNUSABLE_PASSWORD_PREFIX)
        return self.filter(is_superuser=True, is_active=True).exclude(never_came)

    def get_by_natural_key(self, email: str) -> "StaffMember":  # type: ignore[override]
        """Return the member with this mail address, however its letters are written."""
        return self.get(email__iexact=email)


class StaffMember(AbstractUser):
    """A person of the newsroom. Readers are never users."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("mail address"), unique=True)
    #: Counts how often all sessions of this person were ended; it is part of what a session has to know.
    session_round = models.PositiveIntegerField(default=0, editable=False)
    #: Wrong codes of the second step since the last right one, and until when no further one is looked at.
    wrong_codes = models.PositiveIntegerField(default=0, editable=False)
    codes_barred_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = StaffMemberManager()  # type: ignore[misc]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_member_per_mail_address",
                violation_error_message=_("Somebody in the newsroom has this mail address already."),
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @property
    def was_here(self) -> bool:
        """Whether this person ever came in, or could have: a new way in is news then."""
        return self.last_login is not None or self.has_usable_password()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session of this person has to know: it changes with the password and with `session_round`."""
        if not self.session_round:
            return super()._get_session_auth_hash(secret)
        return salted_hmac(
            "freiblatt.newsroom.models.StaffMember.session",
            f"{self.session_round} {self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()
