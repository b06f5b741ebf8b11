"""Passwords: changed by the member, or by a link that only the member has."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from freiblatt.newsroom.actions.letters import tell
from freiblatt.newsroom.actions.links import revoke_links
from freiblatt.newsroom.models import LinkPurpose, StaffMember


@transaction.atomic
def change_password(*, member: StaffMember, password: str, is_first: bool = False) -> None:
    """Give `member` a new password, which was looked at before; all sessions end with it, and links to a new one.

    The member is told by letter, except of the first password after an invitation (`is_first`).
    """
    member.set_password(password)
    member.save(update_fields=["password"])
    revoke_links(member=member, purpose=LinkPurpose.PASSWORD)
    log(instance=member, action="newsroom.password", user=member)
    if not is_first:
        tell(member=member, letter="changed", context={"sentence": _("The password of your account was changed.")})
