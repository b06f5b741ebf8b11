"""What strangers may send, however many doors there are: so much from one neighbourhood, whatever it is meant for.

Doors that do something for strangers (ask for a letter, sign in) have limits of their own, which are tighter. This one
holds for all, so that a door that somebody forgot cannot be used to flood the publication.
"""

import math
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from freiblatt.lib import limits
from freiblatt.lib.network import cut_address

#: Far above what people behind one address send in a minute, far below what hurts.
MOST = 120
PER_SECONDS = 60
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class StrangersLimitMiddleware:
    """Answers 429 to those who are not signed in and send too much. Stands after those that know who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in READING or request.user.is_authenticated:
            return self.get_response(request)
        wait = limits.take("strangers_send", cut_address(request), most=MOST, per_seconds=PER_SECONDS)
        if not wait:
            return self.get_response(request)
        response = HttpResponse(
            _("Too many requests. Try again in a minute."), status=429, content_type="text/plain; charset=utf-8"
        )
        response["Retry-After"] = str(math.ceil(wait))
        response["Cache-Control"] = "no-store"
        return response
