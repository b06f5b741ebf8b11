"""Keys of staff sessions that can be told from made-up ones without Django and its database.

A key is 20 random characters and a code over them. A key that we never gave out opens nothing in Django either; but it
must not lead round the store, nor to the limits that staff have. Neither must the key of somebody who is about to sign
in and is a stranger still. Nothing in here imports Django.
"""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Iterable

SESSION_COOKIE = "freiblatt_session"

_LETTERS = string.ascii_lowercase + string.digits
RANDOM_CHARACTERS = 20
#: 80 bits. Both together fill Django's column.
CODE_CHARACTERS = 20
#: Ends the key of a stranger: no code has this letter.
_NO_CODE = "z"
_FORM = re.compile(f"[a-z0-9]{{{RANDOM_CHARACTERS}}}[0-9a-f]{{{CODE_CHARACTERS}}}")


class SessionKeys:
    """Makes and knows the keys of one publication."""

    def __init__(self, secret: str) -> None:
        """Derive our own secret from `secret`, the publication's."""
        self._secret = hmac.digest(secret.encode(), b"freiblatt.pagestore.session_keys", "sha256")

    def new(self) -> str:
        """Return a key that nobody has yet."""
        start = "".join(secrets.choice(_LETTERS) for _ in range(RANDOM_CHARACTERS))
        return start + self._code(start)

    @staticmethod
    def new_for_a_stranger() -> str:
        """Return a key for somebody who is not signed in: Django knows it, and it opens nothing here."""
        return "".join(secrets.choice(_LETTERS) for _ in range(RANDOM_CHARACTERS + CODE_CHARACTERS - 1)) + _NO_CODE

    def is_ours(self, key: str) -> bool:
        """Return whether we made `key`. Its session may have ended since: only Django knows."""
        if not _FORM.fullmatch(key):
            return False
        start = key[:RANDOM_CHARACTERS]
        return hmac.compare_digest(key[RANDOM_CHARACTERS:], self._code(start))

    def are_in(self, cookies: Iterable[str]) -> bool:
        """Return whether one of the Cookie headers carries a key of ours."""
        return bool(self.found_in(cookies))

    def found_in(self, cookies: Iterable[str]) -> list[str]:
        """Return the keys of ours that the Cookie headers carry."""
        pairs = (part.strip().partition("=") for header in cookies for part in header.split(";"))
        return [value for name, _, value in pairs if name == SESSION_COOKIE and self.is_ours(value)]

    def _code(self, start: str) -> str:
        return hmac.new(self._secret, start.encode(), hashlib.sha256).hexdigest()[:CODE_CHARACTERS]
