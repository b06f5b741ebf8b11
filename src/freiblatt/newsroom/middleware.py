"""What is asked of whoever is signed in, before any page: a second factor where the role needs one."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from freiblatt.newsroom.actions import lacks_second_factor
from freiblatt.newsroom.sessions import note_session

#: What somebody without the second factor that the role asks for may open: setting one up, and leaving.
OPEN_WITHOUT = {
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "newsroom_link",
    "newsroom_welcome",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_sprite",
}


class StaffMiddleware:
    """Let nobody work whose role needs a second factor and who has none; note sessions for the list of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Answer instead of the view where a second factor is missing."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        is_desk = request.path_info.startswith("/admin/")
        if is_desk:
            note_session(request)
            # Wagtail lets its views alone speak the language of the profile: refusals and error pages shall, too. The
            # language of the address comes back at the end of the request.
            translation.activate(UserProfile.get_for_user(request.user).get_preferred_language())
        if not lacks_second_factor(member=request.user):
            return None
        if not is_desk:
            # Outside the desk a member without it is a reader like others.
            request.user = AnonymousUser()
            return None
        if request.resolver_match is not None and request.resolver_match.url_name in OPEN_WITHOUT:
            return None
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            return JsonResponse({"error": _("Set up a second factor first.")}, status=403)
        return redirect("mfa_index")
