"""Who works here."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, roles_of


class RoleError(Exception):
    """The roles cannot be given like this; the message says why."""


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


@transaction.atomic
def give_roles(*, member: StaffMember, roles: Iterable[Role], by: StaffMember | None = None) -> StaffMember:
    """Return `member`, who has exactly `roles` afterwards; groups that are no role stay.

    `by` is who decided it, None on the console. Raises RoleError where nobody would be left who may do everything.
    """
    wanted = set(roles)
    if Role.OWNER not in wanted and is_last_owner(member=member):
        raise RoleError(_("Somebody has to be an owner. Make another member an owner first."))
    before = roles_of(StaffMember.objects.select_for_update().get(pk=member.pk))
    for role in sorted(wanted - before):
        member.groups.add(Group.objects.get_or_create(name=role.value)[0])
    member.groups.remove(*Group.objects.filter(name__in=[role.value for role in before - wanted]))
    return member


def is_last_owner(*, member: StaffMember) -> bool:
    """Return whether `member` is the only active owner."""
    owners = StaffMember.objects.filter(is_superuser=True, is_active=True).values_list("pk", flat=True)[:2]
    return list(owners) == [member.pk]


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
