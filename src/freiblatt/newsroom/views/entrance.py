"""The newsroom's door: password, passkey, second step, way out."""

import functools
import math
from collections.abc import Callable
from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import LoginWebAuthnView
from axes.helpers import get_cool_off
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin.views.account import LogoutView

from freiblatt.config import INTERFACE_LANGUAGES
from freiblatt.lib import limits
from freiblatt.lib.network import cut_address
from freiblatt.newsroom import forms
from freiblatt.newsroom.hosts import allows_passkeys, passkey_address
from freiblatt.newsroom.views.speaking import in_language_of_whoever_comes, remembering_who_leaves

#: What one neighbourhood of addresses may try, whatever the names: a burst as an office makes, then four a minute.
TRIES = {"most": 40, "per_seconds": 600}


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the neighbourhood that a request comes from ask `view` only so often; looking at a page is free."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_question = "application/json" in request.headers.get("Accept", "")
        if request.method in ("GET", "HEAD") and not is_question:
            return view(request, *args, **kwargs)
        wait_seconds = limits.take("newsroom_sign_in", cut_address(request), **TRIES)
        if not wait_seconds:
            return view(request, *args, **kwargs)
        seconds = math.ceil(wait_seconds)
        response = render(request, "newsroom/sign_in/too_many.html", {"seconds": seconds}, status=429)
        response["Retry-After"] = str(seconds)
        return response

    return wrapped


def passkey_context(request: HttpRequest) -> dict[str, Any]:
    """Return what a page with passkeys has to know: whether they work at this address, and where else they do."""
    return {"passkeys_work": allows_passkeys(request), "passkey_address": passkey_address(request)}


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class SignInView(LoginView):
    """Mail address and password, or a passkey."""

    form_class = forms.SignInForm
    template_name = "newsroom/sign_in/sign_in.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Sign whoever is in but may not enter the desk out, or this page and the desk would show each other."""
        if request.user.is_authenticated and not request.user.has_perm("wagtailadmin.access_admin"):
            logout(request)
            messages.error(request, _("Your account has no role in this newsroom. Ask an owner for one."))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the page needs for passkeys, and the other languages."""
        return {
            **super().get_context_data(**kwargs),
            **passkey_context(self.request),
            "other_languages": [item for item in INTERFACE_LANGUAGES.items() if item[0] != get_language()],
        }


class PasskeySignInView(LoginWebAuthnView):
    """The questions for a passkey (as JSON), and its answer."""

    form_class = forms.PasskeyForm


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class SecondStepView(AuthenticateView):
    """A code or a passkey, after the right password."""

    form_class = forms.CodeForm
    webauthn_form_class = forms.SecondStepPasskeyForm
    template_name = "newsroom/sign_in/second_step.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add which ways this member has."""
        kinds = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        return {
            **super().get_context_data(**kwargs),
            **passkey_context(self.request),
            "has_passkey": Authenticator.Type.WEBAUTHN in kinds,
            "has_code": bool(kinds - {Authenticator.Type.WEBAUTHN}),
            "has_app": Authenticator.Type.TOTP in kinds,
        }


sign_in = in_language_of_whoever_comes(limited(SignInView.as_view()))
passkey_sign_in = in_language_of_whoever_comes(limited(PasskeySignInView.as_view()))
second_step = in_language_of_whoever_comes(limited(SecondStepView.as_view()))
sign_out = remembering_who_leaves(in_language_of_whoever_comes(LogoutView.as_view()))


@in_language_of_whoever_comes
def locked_out(request: HttpRequest, response: HttpResponse | None = None, *args: Any) -> HttpResponse:
    """Answer that too many wrong passwords were given, with the minutes to wait."""
    cool_off = get_cool_off(request)
    minutes = math.ceil(cool_off.total_seconds() / 60) if cool_off else 0
    return render(request, "newsroom/sign_in/locked_out.html", {"minutes": minutes}, status=429)
