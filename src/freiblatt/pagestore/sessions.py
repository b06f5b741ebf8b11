"""Django's sessions in the database, under keys that the store can tell from made-up ones (`SESSION_ENGINE`)."""

from django.conf import settings
from django.contrib.sessions.backends import db

from freiblatt.pagestore.session_keys import SessionKeys


class SessionStore(db.SessionStore):
    """One session of a staff member."""

    def _get_new_session_key(self) -> str:
        keys = SessionKeys(settings.SECRET_KEY)
        while self.exists(key := keys.new()):
            pass
        return key
