"""Closing every way in that stands open, where nobody knows any more who may come by it."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from freiblatt.letters.actions import discard_open_of
from freiblatt.newsroom.models import OneTimeLink, StaffMember

#: Letters that are nothing without the one-time link in them.
LINK_LETTERS = ("newsroom_invitation", "newsroom_new_password", "newsroom_confirm_address")


@transaction.atomic
def close_all_doors() -> dict[str, int]:
    """End all sessions, revoke all unused one-time links, and discard letters that would bring such a link.

    For a database that was restored from a backup: sessions that were ended since, and links that were used or revoked,
    are back in it. Passwords, passkeys and roles stay as they are. Returns how many there were, by name.
    """
    now = timezone.now()
    sessions = UserSession.objects.count()
    UserSession.objects.all().delete()
    # Strangers have some, too, on their way through the sign-in.
    if Session.objects.all().delete()[0]:
        StaffMember.objects.update(session_round=F("session_round") + 1)
    links = OneTimeLink.objects.filter(used_at=None, revoked_at=None, expires_at__gt=now).update(revoked_at=now)
    return {"sessions": sessions, "links": links, "dead_letters": discard_open_of(kinds=LINK_LETTERS)}
