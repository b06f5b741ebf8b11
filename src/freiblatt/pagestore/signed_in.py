"""Whether somebody is signed in by a request's session key: a key of ours outlives its session, and only Django knows.

Nothing in here imports Django at import.
"""

import logging
from collections.abc import Callable

from freiblatt.pagestore.bridge import Bridge, OverloadedError
from freiblatt.pagestore.requests import Request
from freiblatt.pagestore.session_keys import SessionKeys

logger = logging.getLogger(__name__)


class SignedIn:
    """Asks Django, in one of its threads, and only about keys of ours."""

    def __init__(self, keys: SessionKeys, bridge: Bridge) -> None:
        self._keys = keys
        self._bridge = bridge
        #: Says of keys of ours whether somebody is signed in by one; called where Django works.
        self.ask: Callable[[list[str]], bool] = _ask

    async def by(self, request: Request) -> bool:
        """Return whether somebody is. Raises OverloadedError, also where the database cannot be asked."""
        keys = self._keys.found_in(request.headers.get_all("cookie"))
        if not keys:
            return False
        try:
            return bool(await self._bridge.work(self.ask, keys))
        except OverloadedError:
            raise
        except Exception as error:
            logger.warning("Nobody can send large bodies now: %s", error)
            raise OverloadedError from error


def _ask(keys: list[str]) -> bool:
    from freiblatt.pagestore import sessions

    return sessions.are_signed_in(keys)
