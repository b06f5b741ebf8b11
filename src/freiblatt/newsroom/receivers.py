"""What the room hears: an owner and a superuser are the same, whichever of the two somebody is made."""

from typing import Any

from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_save
from django.dispatch import receiver

from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role


@receiver(post_save, sender=StaffMember)
def follow_superuser(
    instance: StaffMember, created: bool, raw: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """Put a superuser among the owners, and take from them who is none any more."""
    if raw or (update_fields is not None and "is_superuser" not in update_fields):
        return
    if instance.is_superuser:
        instance.groups.add(Group.objects.get_or_create(name=Role.OWNER.value)[0])
    elif not created:
        instance.groups.remove(*Group.objects.filter(name=Role.OWNER.value))


@receiver(m2m_changed, sender=StaffMember.groups.through)
def follow_owners(instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any) -> None:
    """Make superusers of those who come into the group of owners, and of those who leave it ordinary members."""
    if action not in ("post_add", "post_remove", "post_clear"):
        return
    owners = Group.objects.filter(name=Role.OWNER.value).values_list("pk", flat=True).first()
    touched, groups = (pk_set, {instance.pk}) if reverse else ({instance.pk}, pk_set)
    if not reverse:
        vars(instance).pop("_roles", None)
    if owners is None or (groups is not None and owners not in groups):
        return
    members = StaffMember.objects.all() if touched is None else StaffMember.objects.filter(pk__in=touched)
    members.filter(groups=owners, is_superuser=False).update(is_superuser=True)
    members.filter(is_superuser=True).exclude(groups=owners).update(is_superuser=False)
    if not reverse:
        instance.is_superuser = StaffMember.objects.filter(pk=instance.pk, is_superuser=True).exists()
