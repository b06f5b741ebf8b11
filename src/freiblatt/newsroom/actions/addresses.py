"""Mail addresses of staff members, and links that go to them."""

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from wagtail.log_actions import log

from freiblatt.newsroom.actions.letters import tell
from freiblatt.newsroom.actions.links import LinkError, make_link, revoke_links, use_link
from freiblatt.newsroom.models import LinkPurpose, OneTimeLink, StaffMember

#: Letters with a link to a new password that wait for one member from the last hour, whoever asked for them. Each of
#: them works until one is used: a stranger who asks can take none from the member.
LINKS_AN_HOUR = 3


class AddressError(Exception):
    """The mail address cannot be taken; the message says why."""


def ask_for_new_password(*, email: str) -> None:
    """Send a link for a new password to `email`, if somebody here has it.

    It happens in a job that is made for every address, so that neither the answer nor its time tells whether there is
    such a member. The job knows the member's number alone, no address.
    """
    member = StaffMember.objects.filter(email__iexact=email, is_active=True).first()
    send_password_link.enqueue(member.pk if member else 0)


@task(queue_name="urgent")
def send_password_link(pk: int) -> None:
    """Send the member number `pk` a link for a new password; nobody, where there is none or had enough of them."""
    with transaction.atomic():
        member = StaffMember.objects.select_for_update().filter(pk=pk, is_active=True).first()
        since = timezone.now() - datetime.timedelta(hours=1)
        waiting = OneTimeLink.objects.usable().filter(member_id=pk, purpose=LinkPurpose.PASSWORD, created_at__gt=since)
        if member is None or waiting.count() >= LINKS_AN_HOUR:
            return
        link = make_link(member=member, purpose=LinkPurpose.PASSWORD, keeps_earlier=True)
        log(instance=member, action="newsroom.ask_for_password")
        tell(member=member, letter="new_password", context={"link": link})


@transaction.atomic
def ask_for_address(*, member: StaffMember, email: str) -> None:
    """Send a link to `email` that makes it the member's address. Raises AddressError where somebody else has it."""
    _refuse_taken(member, email)
    link = make_link(member=member, purpose=LinkPurpose.ADDRESS, by=member, new_email=email)
    tell(member=member, letter="confirm_address", to=email, context={"link": link, "new_email": email})


@transaction.atomic
def confirm_address(*, token: str) -> StaffMember:
    """Return the member whose new address the link with this secret confirms. Raises LinkError or AddressError."""
    link = use_link(token=token)
    if link.purpose != LinkPurpose.ADDRESS:
        raise LinkError(_("This link does not work any more: it was used, revoked, or it is too old."))
    change_address(member=link.member, email=link.new_email, by=link.member)
    return link.member


@transaction.atomic
def change_address(*, member: StaffMember, email: str, by: StaffMember | None) -> None:
    """Make `email` the address of `member` and tell the earlier one. Raises AddressError where somebody has it."""
    _refuse_taken(member, email)
    earlier, member.email = member.email, email
    try:
        with transaction.atomic():
            member.save(update_fields=["email"])
    except IntegrityError as error:
        member.email = earlier
        raise AddressError(_("Somebody in the newsroom has this mail address already.")) from error
    # Links that were sent to the earlier address must not open the account any more.
    revoke_links(member=member)
    log(instance=member, action="newsroom.address", user=by)
    tell(member=member, letter="address_changed", to=earlier, context={"new_email": email, "by": by})


def _refuse_taken(member: StaffMember, email: str) -> None:
    if StaffMember.objects.filter(email__iexact=email).exclude(pk=member.pk).exists():
        raise AddressError(_("Somebody in the newsroom has this mail address already."))
