"""The language of an address. Pages are stored by address, so nothing else may decide it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


def language_of_path(path: str) -> str:
    """Return the language that `path` speaks: that of its prefix, else the publication's main language."""
    return translation.get_language_from_path(path) or settings.LANGUAGE_CODE


class AddressLanguageMiddleware:
    """Activate the language of the address for the length of the request.

    Unlike Django's LocaleMiddleware it never looks at Accept-Language or a cookie, and adds no Vary header.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of_path(request.path_info)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.get_response(request)
            # At the desk a staff member's profile has decided meanwhile.
            response.setdefault("Content-Language", translation.get_language() or language)
        return response
