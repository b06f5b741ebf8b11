"""Who may do what: the five roles, and the registry in which every room says what its things ask of each.

A role is a Django group with its own permissions, kept as the table says by `sync`, which runs after every migration.
An owner is a superuser and may do everything; the other roles have what is registered for them, and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

#: Groups that Wagtail makes and that mean nothing here; they go unless somebody is in them.
FOREIGN_GROUPS = ("Editors", "Moderators")


class Role(models.TextChoices):
    """What a staff member is in this newsroom; the value is the name of the group."""

    OWNER = "owner", pgettext_lazy("role", "Owner")
    EDITOR = "editor", pgettext_lazy("role", "Editor")
    AUTHOR = "author", pgettext_lazy("role", "Author")
    MODERATOR = "moderator", pgettext_lazy("role", "Moderator")
    ACCOUNTANT = "accountant", pgettext_lazy("role", "Accountant")


#: What each role is for, in a sentence for those who choose.
DESCRIPTIONS: dict[Role, Promise] = {
    Role.OWNER: _("Everything, also people and settings."),
    Role.EDITOR: _("Edits and publishes all articles, arranges front page, topics, menus and pictures."),
    Role.AUTHOR: _("Writes articles and edits the own ones; others publish them."),
    Role.MODERATOR: _("Looks after the discussion."),
    Role.ACCOUNTANT: _("Sees what comes in and goes out."),
}


@dataclass
class Grants:
    """Permissions of one role, each as `app.codename`: for all objects, in the page tree, and for files."""

    everywhere: set[str] = field(default_factory=set)
    on_pages: set[str] = field(default_factory=set)
    on_files: set[str] = field(default_factory=set)


_grants: dict[Role, Grants] = {}


def register(role: Role, *permissions: str, on_pages: Iterable[str] = (), on_files: Iterable[str] = ()) -> None:
    """Give `role` permissions, each named `app.codename`; called in `AppConfig.ready()`.

    `on_pages` are Wagtail's permissions for the whole page tree (`wagtailcore.add_page` means: makes pages and edits
    those), `on_files` those for everything in a collection. Owners need none: they may do everything.
    """
    grants = _grants.setdefault(role, Grants())
    grants.everywhere.update(permissions)
    grants.on_pages.update(on_pages)
    grants.on_files.update(on_files)


def grants_of(role: Role) -> Grants:
    """Return what is registered for `role`."""
    return _grants.get(role, Grants())


def roles_of(member: Any) -> set[Role]:
    """Return the roles that `member` has; one query for each object `member`, and none for strangers."""
    if member is None or isinstance(member, AnonymousUser) or not member.is_active:
        return set()
    known = getattr(member, "_roles", None)
    if known is None:
        names = set(Group.objects.filter(user=member, name__in=Role.values).values_list("name", flat=True))
        known = member._roles = {Role(name) for name in names} | ({Role.OWNER} if member.is_superuser else set())
    return known


def holds(member: Any, *roles: Role) -> bool:
    """Return whether `member`, who may be anybody, has one of `roles`; a superuser is an owner."""
    return not roles_of(member).isdisjoint(roles)


def missing_permissions() -> set[str]:
    """Return registered permissions that do not exist: a spelling mistake, or a room that is not migrated yet."""
    names = {name for grants in _grants.values() for name in grants.everywhere | grants.on_pages | grants.on_files}
    return names - set(_permissions(names))


@transaction.atomic
def sync() -> None:
    """Bring the groups of all roles to what is registered, and superusers into the group of owners.

    A permission that does not exist is left out. Calling it again changes nothing.
    """
    Group.objects.filter(name__in=FOREIGN_GROUPS, user=None).delete()
    known = {group.name: group for group in Group.objects.filter(name__in=Role.values)}
    grants = {role: grants_of(role) for role in Role}
    permissions = _permissions(
        {name for found in grants.values() for name in found.everywhere | found.on_pages | found.on_files}
    )
    tree, collection = Page.get_first_root_node(), Collection.get_first_root_node()
    for role, found in grants.items():
        group = known.get(role.value) or Group.objects.create(name=role.value)
        group.permissions.set([permissions[name] for name in found.everywhere if name in permissions])
        _sync_places(GroupPagePermission, group, "page", tree, found.on_pages, permissions)
        _sync_places(GroupCollectionPermission, group, "collection", collection, found.on_files, permissions)
    owners = Group.objects.get(name=Role.OWNER.value)
    owners.user_set.add(*apps.get_model(settings.AUTH_USER_MODEL).objects.filter(is_superuser=True))


def _permissions(names: Iterable[str]) -> dict[str, Permission]:
    """Return those of the permissions `names` that exist, in one query."""
    parts = [name.split(".", 1) for name in names]
    found = Permission.objects.select_related("content_type").filter(
        content_type__app_label__in={app for app, _codename in parts},
        codename__in={codename for _app, codename in parts},
    )
    return {f"{one.content_type.app_label}.{one.codename}": one for one in found}


def _sync_places(
    model: type[models.Model],
    group: Group,
    place_field: str,
    place: models.Model | None,
    names: set[str],
    permissions: dict[str, Permission],
) -> None:
    """Bring what `group` may do in a tree to `names`, given at the tree's root and nowhere else."""
    if place is None:
        return  # a database that was just emptied; it is called again when the tree is there
    wanted = {permissions[name].pk for name in names if name in permissions}
    rows = model._default_manager.filter(group=group)
    rows.exclude(permission_id__in=wanted, **{place_field: place}).delete()
    there = set(rows.values_list("permission_id", flat=True))
    model._default_manager.bulk_create(
        model(group=group, permission_id=pk, **{place_field: place}) for pk in sorted(wanted - there)
    )


def sync_after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Run `sync` where all its tables exist: migrating some rooms only, or back, leaves it for the next time."""
    needed = {
        model._meta.db_table
        for model in (Group, Permission, Page, Collection, GroupPagePermission, GroupCollectionPermission)
    } | {apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table}
    with connections[using].cursor() as cursor:
        there = set(connections[using].introspection.table_names(cursor))
    if needed <= there:
        sync()
