"""One-time links: made, opened, revoked. Their secret is in the address alone; the database keeps a hash of it."""

import datetime
import hashlib
import secrets

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from freiblatt.newsroom.models import LinkPurpose, OneTimeLink, StaffMember
from freiblatt.newsroom.models.entrance import LINK_LASTS

#: How long an invitation can be accepted.
INVITATION_DAYS = LINK_LASTS[LinkPurpose.INVITATION].days

#: What links let somebody in for.
WAYS_IN = (LinkPurpose.INVITATION, LinkPurpose.PASSWORD)


class LinkError(Exception):
    """A link leads nowhere any more; the message says what to do."""


@transaction.atomic
def make_link(
    *,
    member: StaffMember,
    purpose: LinkPurpose,
    by: StaffMember | None = None,
    lasts: datetime.timedelta | None = None,
    new_email: str = "",
    keeps_earlier: bool = False,
) -> str:
    """Return the full address of a new link for `member`, good for one use within `lasts` (default: by its purpose).

    Earlier links of this purpose stop working, unless `keeps_earlier`. Whoever has the address can get in as this
    person, so it is shown to nobody else and never logged. `by` is who asked for it, None on the
    console or for the member alone.
    """
    if not keeps_earlier:
        revoke_links(member=member, purpose=purpose)
    token = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        member=member,
        purpose=purpose,
        token_hash=hash_of(token),
        created_by=by,
        expires_at=timezone.now() + (lasts or LINK_LASTS[purpose]),
        new_email=new_email,
    )
    return settings.WAGTAILADMIN_BASE_URL + reverse("newsroom_link", args=[token])


def one_time_link(*, member: StaffMember, by: StaffMember | None = None) -> str:
    """Return the full address at which `member` sets a password or a passkey, once, within seven days.

    For whoever has the keys of the server: whoever asks for it on the console gets in whatever happened to the mail.
    """
    link = make_link(member=member, purpose=LinkPurpose.INVITATION, by=by)
    log(instance=member, action="newsroom.link", user=by)
    return link


def find_link(*, token: str) -> OneTimeLink:
    """Return the usable link with this secret. Raises LinkError where there is none."""
    link = OneTimeLink.objects.usable().select_related("member", "created_by").filter(token_hash=hash_of(token)).first()
    if link is None:
        raise LinkError(_("This link does not work any more: it was used, revoked, or it is too old."))
    return link


@transaction.atomic
def use_link(*, token: str) -> OneTimeLink:
    """Return the link with this secret, which is used up now. Raises LinkError where it could not be used.

    Of two who use it at the same moment one succeeds. With it all other links that let this member in are over.
    """
    link = find_link(token=token)
    if not OneTimeLink.objects.usable().filter(pk=link.pk).update(used_at=timezone.now()):
        raise LinkError(_("This link does not work any more: it was used, revoked, or it is too old."))
    link.refresh_from_db()
    if link.purpose in WAYS_IN:
        revoke_ways_in(member=link.member)
    return link


def revoke_links(*, member: StaffMember, purpose: LinkPurpose | None = None) -> int:
    """Stop the member's unused links (of one purpose, or all) from working; return how many there were."""
    links = OneTimeLink.objects.filter(member=member, used_at=None, revoked_at=None)
    if purpose is not None:
        links = links.filter(purpose=purpose)
    return links.update(revoked_at=timezone.now())


def revoke_ways_in(*, member: StaffMember) -> None:
    """Stop the member's unused invitations and links to a new password: whoever is in needs none.

    An invitation that somebody lost would open the account for whoever finds it, otherwise.
    """
    for purpose in WAYS_IN:
        revoke_links(member=member, purpose=purpose)


def hash_of(token: str) -> str:
    """Return what is kept of a secret: it is random and long, so that a plain hash keeps it."""
    return hashlib.sha256(token.encode()).hexdigest()
