"""The people who make the publication."""

from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
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


class StaffMember(AbstractUser):
    """A person of the newsroom. Readers are never users."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("mail address"), unique=True)

    objects = StaffMemberManager()  # type: ignore[misc]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")

    def __str__(self) -> str:
        return self.get_full_name() or self.email
