"""What of people's doings is noted without their own doing: tries to get in, and roles given and taken."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_login_failed
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.http import HttpRequest
from wagtail.log_actions import log

from freiblatt.lib.limits import take
from freiblatt.lib.network import cut_address
from freiblatt.newsroom.models import PublicationSettings, StaffMember
from freiblatt.newsroom.roles import Role

#: Entries of one neighbourhood in ten minutes: enough to see that somebody tries, and no way to fill the disk.
TRIES_NOTED = 10
TRIES_PER_SECONDS = 600


@receiver(user_login_failed)
def note_failed_sign_in(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Note a try to get in: for whom, if there is such a member, and from which neighbourhood."""
    named = (credentials.get(key) for key in ("email", "username", "login"))
    _note_try("newsroom.sign_in_failed", next(filter(None, named), ""), request)


@receiver(user_locked_out)
def note_locked_out(sender: Any, username: str = "", request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Note that nobody may try a name any more for a while."""
    _note_try("newsroom.locked_out", username, request)


def _note_try(action: str, name: str | None, request: HttpRequest | None) -> None:
    """Write an entry, a limited number of them; what was typed is kept nowhere: it may be a password."""
    where = cut_address(request) if request is not None else ""
    if take(action, where, most=TRIES_NOTED, per_seconds=TRIES_PER_SECONDS):
        return
    member = StaffMember.objects.filter(email__iexact=name).first() if name else None
    log(instance=member or PublicationSettings.load(), action=action, data={"from": where})


@receiver(m2m_changed, sender=StaffMember.groups.through)
def note_roles(instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any) -> None:
    """Note roles that a member was given or that were taken, whichever way."""
    verb = {"post_add": "given", "post_remove": "taken", "pre_clear": "taken"}.get(action)
    if verb is None:
        return
    if reverse:
        groups = [instance]
        members = instance.user_set.all() if pk_set is None else StaffMember.objects.filter(pk__in=pk_set)
    else:
        groups = instance.groups.all() if pk_set is None else Group.objects.filter(pk__in=pk_set)
        members = [instance]
    if roles := sorted({group.name for group in groups} & set(Role.values)):
        for member in members:
            log(instance=member, action="newsroom.roles", data={verb: roles})
