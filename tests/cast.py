"""The cast of every story: an owner and an author of the newsroom, and readers, who are never users."""

from django.contrib.auth.models import Group

from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role

PASSWORD = "ein-langes-kennwort-3"


def make_owner(*, email: str = "owner@example.org") -> StaffMember:
    """Return a staff member who may do everything."""
    return StaffMember.objects.create_superuser(email, PASSWORD, first_name="Olga", last_name="Owner")


def make_member(*roles: Role, email: str = "", **fields: str) -> StaffMember:
    """Return a staff member with `roles` and a mail address made of the first one's name."""
    email = email or f"{roles[0].value if roles else 'nobody'}@example.org"
    member = StaffMember.objects.create_user(email, PASSWORD, is_staff=True, **fields)
    member.groups.set([Group.objects.get_or_create(name=role.value)[0] for role in roles])
    return member
