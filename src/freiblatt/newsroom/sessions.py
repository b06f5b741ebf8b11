"""The session of the request that is answered now: noted with its device, kept where others end."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone

from freiblatt.newsroom.actions import end_sessions

#: A row of the list of sessions is written at most this often: each request would be a write otherwise.
NOTE_SECONDS = 5 * 60
NOTED_AT = "freiblatt_noted_at"


def note_session(request: HttpRequest) -> None:
    """Write down that this session was seen just now, if that was not done lately."""
    now = timezone.now().timestamp()
    if now - request.session.get(NOTED_AT, 0) < NOTE_SECONDS:
        return
    request.session[NOTED_AT] = now
    UserSession.objects.create_from_request(request)


def keep_this_session(request: HttpRequest, *, ends_others: bool = False) -> None:
    """Let this session go on after the password changed, or end all others with `ends_others`."""
    if ends_others:
        end_sessions(member=request.user)
    old_key = request.session.session_key
    update_session_auth_hash(request, request.user)
    UserSession.objects.filter(session_key=old_key).delete()
    UserSession.objects.create_from_request(request)
