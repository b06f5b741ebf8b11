"""Django's sessions in the database, under keys that the store can tell from made-up ones (`SESSION_ENGINE`)."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.sessions.backends import db
from django.db import close_old_connections
from django.http import HttpRequest

from freiblatt.pagestore.session_keys import SessionKeys


class SessionStore(db.SessionStore):
    """One session: of a staff member, or of a stranger on the way through the sign-in.

    A stranger's gets a key that the store takes for none: whoever asks for the sign-in must not be let round the store
    or to large uploads by that. Signing in gives every session a new key anyway.
    """

    _is_signing_in = False

    def cycle_key(self) -> None:
        """Change the key; Django does so where somebody signs in or changes the own password."""
        self._is_signing_in = True
        try:
            super().cycle_key()
        finally:
            self._is_signing_in = False

    def _get_new_session_key(self) -> str:
        is_of_staff = self._is_signing_in or SESSION_KEY in getattr(self, "_session_cache", {})
        keys = SessionKeys(settings.SECRET_KEY)
        make = keys.new if is_of_staff else keys.new_for_a_stranger
        while self.exists(key := make()):
            pass
        return key


def are_signed_in(keys: Iterable[str]) -> bool:
    """Return whether somebody is signed in by one of the session keys `keys`: not ended, and the account is open."""
    close_old_connections()
    try:
        return any(_is_signed_in(key) for key in keys)
    finally:
        close_old_connections()


def _is_signed_in(key: str) -> bool:
    request = HttpRequest()
    request.session = SessionStore(key)
    return get_user(request).is_authenticated
