"""Who works here."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.users.models import UserProfile

from freiblatt.newsroom.actions.letters import tell
from freiblatt.newsroom.actions.links import INVITATION_DAYS, make_link, revoke_links
from freiblatt.newsroom.actions.sessions import end_sessions
from freiblatt.newsroom.models import LinkPurpose, StaffMember
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
    if Role.OWNER not in wanted:
        _leave_an_owner(member, RoleError)
    before = roles_of(StaffMember.objects.select_for_update().get(pk=member.pk))
    for role in sorted(wanted - before):
        member.groups.add(Group.objects.get_or_create(name=role.value)[0])
    member.groups.remove(*Group.objects.filter(name__in=[role.value for role in before - wanted]))
    return member


def _leave_an_owner(member: StaffMember, error: type[Exception]) -> None:
    """Raise `error` where without `member` nobody would be left who may do everything and ever came in.

    All owners are locked until the end of the transaction, so that two cannot put each other out at the same moment.
    """
    owners = StaffMember.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    # Locked by one statement, looked at by the next: on PostgreSQL the first one may return rows as they were before.
    list(owners.select_for_update().values_list("pk", flat=True))
    if not owners.filter(pk=member.pk).exists():
        return
    if not StaffMember.objects.who_may_keep_the_house().exclude(pk=member.pk).exists():
        raise error(_("Somebody has to be an owner. Make another member an owner first."))


class StaffError(Exception):
    """Somebody cannot be invited, closed out or let in again like this; the message says why."""


@transaction.atomic
def invite(
    *,
    email: str,
    roles: Iterable[Role],
    first_name: str = "",
    last_name: str = "",
    language: str = "",
    by: StaffMember | None = None,
) -> tuple[StaffMember, str]:
    """Return a new member and the one-time link that lets this person in; it goes there by letter, too.

    `language` is the one in which the desk speaks to the member, by default the publication's. Raises StaffError where
    somebody has this address already.
    """
    if StaffMember.objects.filter(email__iexact=email).exists():
        raise StaffError(_("Somebody in the newsroom has this mail address already."))
    member = StaffMember.objects.create_user(
        email.lower(), is_staff=True, first_name=first_name.strip(), last_name=last_name.strip()
    )
    UserProfile.objects.update_or_create(user=member, defaults={"preferred_language": language})
    give_roles(member=member, roles=roles, by=by)
    return member, invite_again(member=member, by=by)


@transaction.atomic
def invite_again(*, member: StaffMember, by: StaffMember | None = None) -> str:
    """Return a new one-time link for `member`, which is also sent; earlier ones stop working."""
    if not member.is_active:
        raise StaffError(_("This account is closed. Open it first."))
    link = make_link(member=member, purpose=LinkPurpose.INVITATION, by=by)
    log(instance=member, action="newsroom.invite", user=by)
    tell(member=member, letter="invitation", context={"link": link, "by": by, "days": INVITATION_DAYS})
    return link


@transaction.atomic
def deactivate(*, member: StaffMember, by: StaffMember | None = None) -> None:
    """Close the account of `member`: all sessions end at once, links stop working. The articles stay.

    Raises StaffError where nobody would be left who may do everything.
    """
    _leave_an_owner(member, StaffError)
    member.is_active = False
    member.save(update_fields=["is_active"])
    revoke_links(member=member)
    end_sessions(member=member)
    log(instance=member, action="newsroom.deactivate", user=by)


@transaction.atomic
def delete_member(*, member: StaffMember, by: StaffMember | None = None) -> None:
    """Remove `member` for good; articles and the log keep the name. Raises StaffError as `deactivate` does."""
    _leave_an_owner(member, StaffError)
    log(instance=member, action="wagtail.delete", user=by, deleted=True)
    member.delete()


@transaction.atomic
def reactivate(*, member: StaffMember, by: StaffMember | None = None) -> None:
    """Open the account of `member` again, with the password, passkeys and roles of before."""
    member.is_active = True
    member.save(update_fields=["is_active"])
    log(instance=member, action="newsroom.reactivate", user=by)
