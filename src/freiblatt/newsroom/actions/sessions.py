"""Where somebody is signed in: ending it, and telling of a device that was never seen."""

import datetime
import secrets

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.log_actions import log

from freiblatt.newsroom.actions.letters import tell
from freiblatt.newsroom.actions.links import hash_of
from freiblatt.newsroom.models import KnownDevice, StaffMember

#: Longer than browsers keep a cookie (400 days).
FORGET_DEVICES = datetime.timedelta(days=400)


@transaction.atomic
def end_sessions(*, member: StaffMember) -> None:
    """Sign `member` out everywhere, at once and on every server process.

    The session in which this is asked for goes on only if `update_session_auth_hash` is called for it afterwards.
    """
    StaffMember.objects.filter(pk=member.pk).update(session_round=F("session_round") + 1)
    member.refresh_from_db(fields=["session_round"])
    for session in UserSession.objects.filter(user=member):
        session.end()


def end_session(*, member: StaffMember, pk: int) -> bool:
    """Sign `member` out in one session, by the number of its row; return whether there was such a one."""
    session = UserSession.objects.filter(user=member, pk=pk).first()
    if session is None:
        return False
    session.end()
    return True


@transaction.atomic
def recognise_device(*, member: StaffMember, token: str, device: str, address: str, is_expected: bool) -> str:
    """Return the token that the browser shall keep for next time: `token` where it is known for `member`, or a new one.

    A device that was never seen is told to the member by letter, except where it `is_expected`: at the first sign-in,
    and after a link that only the member had. `device` and `address` are as coarse as the letter may say them.
    """
    now = timezone.now()
    if token and KnownDevice.objects.filter(member=member, token_hash=hash_of(token)).update(seen_at=now):
        return token
    KnownDevice.objects.filter(member=member, seen_at__lt=now - FORGET_DEVICES).delete()
    # A browser keeps one token for all who sign in there; a made-up one is replaced.
    if not token or not KnownDevice.objects.filter(token_hash=hash_of(token)).exists():
        token = secrets.token_urlsafe(32)
    KnownDevice.objects.create(member=member, token_hash=hash_of(token))
    log(instance=member, action="newsroom.new_device", user=member, data={"says": device})
    if not is_expected:
        tell(
            member=member,
            letter="new_device",
            context={"device": device, "address": address, "happened_at": now},
        )
    return token
