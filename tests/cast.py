"""The cast of every story: an owner and an author of the newsroom, and readers, who are never users."""

from freiblatt.newsroom.models import StaffMember

PASSWORD = "ein-langes-kennwort-3"


def make_owner(*, email: str = "owner@example.org") -> StaffMember:
    """Return a staff member who may do everything."""
    return StaffMember.objects.create_superuser(email, PASSWORD, first_name="Olga", last_name="Owner")
