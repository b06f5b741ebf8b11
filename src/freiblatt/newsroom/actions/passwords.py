"""Passwords: changed by the member, or by a link that only the member has."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from freiblatt.newsroom.actions.letters import tell
from freiblatt.newsroom.actions.links import revoke_ways_in
from freiblatt.newsroom.models import StaffMember


@transaction.atomic
def change_password(*, member: StaffMember, password: str) -> None:
    """Give `member` a new password, which was looked at before; all sessions end with it, and links that let in.

    The member is told by letter, except of the first password of somebody who was never here.
    """
    is_news = member.was_here
    member.set_password(password)
    member.save(update_fields=["password"])
    revoke_ways_in(member=member)
    log(instance=member, action="newsroom.password", user=member)
    if is_news:
        tell(member=member, letter="changed", context={"sentence": _("The password of your account was changed.")})
