"""Whether a form was sent from a page of ours. Readers' forms carry no token, for their pages are the same for all."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt


def is_from_here(request: HttpRequest) -> bool:
    """Return whether the browser says that this request comes from a page of the publication, or says nothing.

    Browsers tell by `Sec-Fetch-Site`, older ones by `Origin`, and no page elsewhere can make them lie. What says
    neither is no browser that somebody could be lured with: a program can be given any header anyway.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # "none": typed, or opened from a bookmark; no page has sent it.
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    seen = urlsplit(origin)
    own = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    return (seen.scheme, seen.netloc) == (own.scheme, own.netloc) or (
        seen.netloc == request.get_host() and seen.scheme == request.scheme
    )


def own_forms_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return `view` without Django's token, closed to forms that another site sends (403). GET and HEAD pass."""

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS") and not is_from_here(request):
            raise PermissionDenied("The form was sent from another site.")
        return view(request, *args, **kwargs)

    return checked
