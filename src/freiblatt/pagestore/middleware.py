"""Between Django and the store."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from freiblatt.pagestore import fragments
from freiblatt.pagestore.slip import Slip

#: Kept: what says the same to everybody who asks.
KEPT_STATUSES = frozenset({200, 301, 302, 404, 410})


class StoreMiddleware:
    """Hand to the store what a view allowed it to keep; fill the fragments into every other answer. Stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The store runs in this process and lays its slip into the WSGI environment, where no header can.
        slip = request.META.get(Slip.ENVIRON)
        if slip is not None and slip.wanted_fragments:
            slip.rendered = fragments.render(slip.wanted_fragments)
            return HttpResponse()
        response = self.get_response(request)
        keys = getattr(response, "store_keys", None)
        if keys is not None and slip is not None and self._may_be_kept(response):
            slip.keys = keys
            slip.until = response.store_until
            response.headers.setdefault("Cache-Control", "no-cache")
            return response
        if not response.streaming and fragments.OPENING in response.content:
            response.content = fragments.fill(response.content).html
            if response.has_header("Content-Length"):
                response.headers["Content-Length"] = str(len(response.content))
        if not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-cache"
        return response

    def _may_be_kept(self, response: HttpResponse) -> bool:
        return not response.streaming and not response.cookies and response.status_code in KEPT_STATUSES
