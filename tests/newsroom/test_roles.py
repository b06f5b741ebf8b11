"""Five roles, kept as the table says; an owner and a superuser are the same."""

import threading

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.management import call_command
from django.db import connection, transaction
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from freiblatt.newsroom import roles
from freiblatt.newsroom.actions import (
    RoleError,
    StaffError,
    deactivate,
    delete_member,
    found_owner,
    give_roles,
    invite,
)
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, holds
from tests.cast import make_member, make_owner

pytestmark = pytest.mark.django_db


def everything() -> dict[str, set[tuple]]:
    """Return who may do what, in a form that can be compared."""
    return {
        "groups": set(Group.objects.values_list("name")),
        "models": set(Group.permissions.through.objects.values_list("group__name", "permission_id")),
        "pages": set(GroupPagePermission.objects.values_list("group__name", "page__depth", "permission_id")),
        "files": set(
            GroupCollectionPermission.objects.values_list("group__name", "collection__depth", "permission_id")
        ),
    }


def test_migrating_makes_the_groups_and_nothing_else():
    call_command("migrate", verbosity=0)

    assert {name for (name,) in everything()["groups"]} == set(Role.values)


def test_every_registered_permission_exists():
    assert roles.missing_permissions() == set()


def test_sync_again_changes_nothing(django_assert_max_num_queries):
    roles.sync()
    before = everything()

    with django_assert_max_num_queries(60):
        roles.sync()

    assert everything() == before


def test_sync_takes_back_what_was_given_by_hand_and_gives_what_was_taken():
    roles.sync()
    before = everything()
    author = Group.objects.get(name=Role.AUTHOR)
    author.permissions.add(Permission.objects.get(codename="change_staffmember"))
    GroupPagePermission.objects.filter(group=author).update(
        permission=Permission.objects.get(codename="publish_page", content_type__app_label="wagtailcore")
    )

    roles.sync()

    assert everything() == before


def test_sync_leaves_groups_of_the_newsroom_alone():
    mine = Group.objects.create(name="Sport")
    mine.permissions.add(Permission.objects.get(codename="add_topic"))
    theirs = Group.objects.create(name="Editors")
    make_member(Role.AUTHOR).groups.add(theirs)

    roles.sync()

    assert mine.permissions.count() == 1
    assert Group.objects.filter(name="Editors").exists()


def test_room_above_registers_a_permission_of_its_own(monkeypatch):
    monkeypatch.setattr(roles, "_grants", {role: roles.Grants(set(g.everywhere)) for role, g in roles._grants.items()})
    roles.register(Role.MODERATOR, "discussion.change_comment")

    roles.sync()

    assert make_member(Role.MODERATOR).has_perm("discussion.change_comment")


def test_holds():
    editor = make_member(Role.EDITOR, Role.MODERATOR)

    assert holds(editor, Role.EDITOR)
    assert holds(editor, Role.OWNER, Role.MODERATOR)
    assert not holds(editor, Role.OWNER)
    assert not holds(editor)
    assert holds(make_owner(), Role.OWNER)
    assert not holds(AnonymousUser(), *Role)
    assert not holds(None, *Role)


def test_who_is_no_longer_active_holds_nothing():
    assert not holds(make_member(Role.EDITOR, is_active=False), *Role)


def test_found_owner_is_among_the_owners():
    member = found_owner(email="anna@example.org")

    assert member.groups.get().name == Role.OWNER


def test_superuser_of_old_is_an_owner_after_migrating():
    member = make_owner()
    member.groups.through.objects.all().delete()

    roles.sync()

    assert member.groups.get().name == Role.OWNER


@pytest.mark.parametrize("side", ["member", "group", "flag"])
def test_owner_and_superuser_are_the_same(side):
    member = make_member(Role.EDITOR)
    owners = Group.objects.get_or_create(name=Role.OWNER.value)[0]

    def change(*, is_owner: bool) -> StaffMember:
        if side == "member":
            (member.groups.add if is_owner else member.groups.remove)(owners)
        elif side == "group":
            (owners.user_set.add if is_owner else owners.user_set.remove)(member)
        else:
            member.is_superuser = is_owner
            member.save()
        return StaffMember.objects.get(pk=member.pk)

    made = change(is_owner=True)
    assert (made.is_superuser, made.groups.filter(name="owner").exists()) == (True, True)
    lowered = change(is_owner=False)
    assert (lowered.is_superuser, [group.name for group in lowered.groups.all()]) == (False, ["editor"])


def test_giving_roles_replaces_them_and_keeps_other_groups():
    member = make_member(Role.AUTHOR)
    member.groups.add(Group.objects.create(name="Sport"))

    give_roles(member=member, roles=[Role.EDITOR, Role.MODERATOR])

    assert set(member.groups.values_list("name", flat=True)) == {"Sport", "editor", "moderator"}
    assert holds(member, Role.EDITOR)


def test_last_owner_stays_owner(in_english):
    owner = make_owner()
    make_member(Role.OWNER, email="gone@example.org", is_active=False)

    with pytest.raises(RoleError, match="Somebody has to be an owner"):
        give_roles(member=owner, roles=[Role.EDITOR])

    make_member(Role.OWNER, email="second@example.org")
    give_roles(member=owner, roles=[Role.EDITOR])
    assert not StaffMember.objects.get(pk=owner.pk).is_superuser


def test_owner_who_never_came_in_is_nobody_to_leave_the_house_to(in_english):
    owner = make_owner()
    invited, _link = invite(email="rosa@example.org", roles=[Role.OWNER])

    with pytest.raises(RoleError, match="Somebody has to be an owner"):
        give_roles(member=owner, roles=[Role.EDITOR])
    with pytest.raises(StaffError, match="Somebody has to be an owner"):
        deactivate(member=owner)

    deactivate(member=invited)
    assert not StaffMember.objects.get(pk=invited.pk).is_active


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["give_roles", "deactivate", "delete_member"])
def test_two_owners_cannot_put_each_other_out_at_the_same_moment(verb):
    first, second = make_owner(), make_owner(email="second@example.org")
    lower = {
        "give_roles": lambda member: give_roles(member=member, roles=[Role.EDITOR]),
        "deactivate": lambda member: deactivate(member=member),
        "delete_member": lambda member: delete_member(member=member),
    }[verb]
    refused = []

    def lower_first():
        try:
            lower(StaffMember.objects.get(pk=first.pk))
        except (RoleError, StaffError) as error:
            refused.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=lower_first)
    with transaction.atomic():
        lower(StaffMember.objects.get(pk=second.pk))
        other.start()
        # Whoever does not wait for this transaction is done long before.
        other.join(timeout=2)
    other.join()

    assert len(refused) == 1
    assert StaffMember.objects.get(is_superuser=True, is_active=True).pk == first.pk
