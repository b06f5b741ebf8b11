"""One row, by a statement written by hand."""

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from freiblatt.lib.rows import row
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from tests.cast import make_member


@pytest.mark.django_db
def test_row_is_whole_or_none() -> None:
    member = make_member(Role.EDITOR)
    for is_locked in (False, True):
        found = row(StaffMember, "email = %s", [member.email], is_locked=is_locked)
        assert found is not None
        for field in StaffMember._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(member, field.attname)
        assert row(StaffMember, "id = %s", [member.pk + 1], is_locked=is_locked) is None


@pytest.mark.django_db(transaction=True)
def test_row_is_locked_in_a_transaction_only() -> None:
    with pytest.raises(TransactionManagementError):
        row(StaffMember, "id = %s", [1], is_locked=True)
    with transaction.atomic():
        assert row(StaffMember, "id = %s", [1], is_locked=True) is None
