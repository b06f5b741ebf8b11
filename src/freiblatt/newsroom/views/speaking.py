"""In which language a page before the sign-in speaks."""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account.internal.stagekit import unstash_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from freiblatt.config import INTERFACE_LANGUAGES
from freiblatt.newsroom.actions import language_of
from freiblatt.newsroom.models import StaffMember

LANGUAGE_COOKIE = "freiblatt_desk_language"
LANGUAGE_COOKIE_SECONDS = 365 * 24 * 3600
View = Callable[..., HttpResponse]


def in_language_of_whoever_comes(view: View, known: Callable[[HttpRequest], Any] = lambda request: None) -> View:
    """Let `view` speak the language of the member who is signing in, else the one chosen at the sign-in.

    `?language=en` chooses, and is remembered by a cookie that only addresses under /admin/ see. `known` may name the
    member by something else, such as a link.
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = request.GET.get("language", "")
        language = chosen if chosen in INTERFACE_LANGUAGES else _language_of(request, known(request))
        with translation.override(language):
            response = view(request, *args, **kwargs)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
            response["Content-Language"] = language
        if chosen in INTERFACE_LANGUAGES:
            _remember(response, chosen)
        return response

    return wrapped


def remembering_who_leaves(view: View) -> View:
    """Let the sign-in speak the language of the member who has just left by `view`."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = language_of(request.user) if request.user.is_authenticated else ""
        shown = request.COOKIES.get(LANGUAGE_COOKIE, "") or settings.LANGUAGE_CODE
        response = view(request, *args, **kwargs)
        if language and language != shown and not request.user.is_authenticated:
            _remember(response, language)
        return response

    return wrapped


def _remember(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=LANGUAGE_COOKIE_SECONDS,
        path="/admin/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _language_of(request: HttpRequest, member: StaffMember | None) -> str:
    login = None if member else unstash_login(request, peek=True)
    member = member or (login.user if login else request.user)
    if member is not None and member.is_authenticated:
        return language_of(member)
    remembered = request.COOKIES.get(LANGUAGE_COOKIE, "")
    return remembered if remembered in INTERFACE_LANGUAGES else settings.LANGUAGE_CODE
