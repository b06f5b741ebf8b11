"""Verbs of the room: who works here."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from freiblatt.newsroom.models import StaffMember


@transaction.atomic
def found_owner(*, email: str) -> StaffMember:
    """Return the staff member with the mail address `email`, who may do everything.

    A new one has no password until the one-time link is opened. Giving an existing address makes that person an owner
    and leaves the password as it is.
    """
    address = StaffMember.objects.normalize_email(email)
    member = StaffMember.objects.filter(email__iexact=address).first()
    if member is None:
        return StaffMember.objects.create_superuser(address)
    member.is_staff = member.is_superuser = member.is_active = True
    member.save(update_fields=["is_staff", "is_superuser", "is_active"])
    return member


def one_time_link(*, member: StaffMember) -> str:
    """Return the full address at which `member` sets a password.

    It works once, until a password is set or `PASSWORD_RESET_TIMEOUT` seconds have passed; whoever has it can sign in
    as this person, so it is shown to nobody else and never logged.
    """
    path = reverse(
        "wagtailadmin_password_reset_confirm",
        args=(urlsafe_base64_encode(force_bytes(member.pk)), default_token_generator.make_token(member)),
    )
    return settings.WAGTAILADMIN_BASE_URL + path
