"""One-time links: an invitation, a new password, a new mail address; and asking for one."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.recovery_codes.internal.flows import auto_generate_recovery_codes
from allauth.mfa.webauthn.internal import auth as passkeys
from allauth.mfa.webauthn.internal.flows import signup_authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from freiblatt.newsroom import forms
from freiblatt.newsroom.actions import (
    AddressError,
    LinkError,
    ask_for_new_password,
    change_password,
    confirm_address,
    find_link,
    has_second_factor,
    use_link,
)
from freiblatt.newsroom.models import LinkPurpose, OneTimeLink, StaffMember
from freiblatt.newsroom.views.entrance import limited, passkey_context
from freiblatt.newsroom.views.speaking import in_language_of_whoever_comes

LINK_COOKIE = "freiblatt_link"
#: Long enough to look for a phone; the link itself can be opened again.
LINK_COOKIE_SECONDS = 3600


@never_cache
@require_safe
@sensitive_variables("token")
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Put the link's secret into a cookie and go on without it in the address.

    Nothing is looked up here: whatever fails later, and whatever is loaded from the next page, the secret is in no
    address that could be logged or passed on. Programs that look at links in mails use nothing up by it.
    """
    response = redirect("newsroom_welcome")
    response.set_cookie(
        LINK_COOKIE,
        token,
        max_age=LINK_COOKIE_SECONDS,
        path="/admin/welcome/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def _welcome(request: HttpRequest) -> HttpResponse:
    """Show what the link is for, and do it where the member has chosen how."""
    try:
        link = find_link(token=request.COOKIES.get(LINK_COOKIE, ""))
        if link.purpose == LinkPurpose.ADDRESS:
            return _confirm_address(request, link)
        return _choose(request, link)
    except LinkError as error:
        return _gone(request, str(error))


def _member_of_link(request: HttpRequest) -> StaffMember | None:
    try:
        return find_link(token=request.COOKIES.get(LINK_COOKIE, "")).member
    except LinkError:
        return None


welcome = in_language_of_whoever_comes(limited(_welcome), _member_of_link)


def _gone(request: HttpRequest, sentence: str) -> HttpResponse:
    response = render(request, "newsroom/sign_in/link_gone.html", {"sentence": sentence}, status=410)
    response.delete_cookie(LINK_COOKIE, path="/admin/welcome/")
    return response


def _choose(request: HttpRequest, link: OneTimeLink) -> HttpResponse:
    """Let the member choose a password, or a passkey where there is no second factor that it would go round."""
    member = link.member
    may_use_passkey = link.purpose == LinkPurpose.INVITATION and not has_second_factor(member=member)
    is_passkey = "credential" in request.POST and may_use_passkey
    password_form = forms.NewPasswordForm(None if is_passkey else request.POST or None, member=member)
    # Looked at before new questions are asked below: each answer belongs to its question.
    passkey_form = forms.WelcomePasskeyForm(request.POST if is_passkey else None, user=member)
    if is_passkey and passkey_form.is_valid():
        return _enter_by_passkey(request, link, passkey_form)
    if request.method == "POST" and not is_passkey and password_form.is_valid():
        return _enter_by_password(request, link, password_form.cleaned_data["new_password1"])
    context: dict[str, Any] = {
        "link": link,
        "member": member,
        "form": password_form,
        "may_use_passkey": may_use_passkey,
        "passkey_form": passkey_form,
        **passkey_context(request),
    }
    if may_use_passkey and context["passkeys_work"]:
        context["creation_options"] = passkeys.begin_registration(member, True)
    return render(request, "newsroom/sign_in/welcome.html", context)


def _enter_by_password(request: HttpRequest, link: OneTimeLink, password: str) -> HttpResponse:
    with transaction.atomic():
        link = use_link(token=request.COOKIES[LINK_COOKIE])
        change_password(member=link.member, password=password)
    _begin_anew(request)
    record_authentication(request, link.member, method="link")
    return _without_cookie(perform_login(request, Login(user=link.member)))


def _enter_by_passkey(request: HttpRequest, link: OneTimeLink, form: forms.WelcomePasskeyForm) -> HttpResponse:
    _begin_anew(request)
    is_news = link.member.was_here
    with transaction.atomic():
        link = use_link(token=request.COOKIES[LINK_COOKIE])
        authenticator = signup_authenticator(
            request, user=link.member, name=form.cleaned_data["name"], credential=form.cleaned_data["credential"]
        )
        if is_news:
            get_adapter().send_notification_mail("mfa/email/webauthn_added", link.member)
    record_authentication(request, link.member, method="link")
    post_authentication(request, authenticator, passwordless=True)
    response = perform_login(request, Login(user=link.member))
    if request.user.is_authenticated and auto_generate_recovery_codes(request):
        response = redirect("mfa_view_recovery_codes")
    return _without_cookie(response)


def _begin_anew(request: HttpRequest) -> None:
    """Leave whatever sign-in was here before, somebody else's too."""
    if request.user.is_authenticated:
        logout(request)
    clear_login(request)


def _without_cookie(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(LINK_COOKIE, path="/admin/welcome/")
    return response


def _confirm_address(request: HttpRequest, link: OneTimeLink) -> HttpResponse:
    if request.method != "POST":
        return render(request, "newsroom/sign_in/confirm_address.html", {"link": link})
    try:
        confirm_address(token=request.COOKIES[LINK_COOKIE])
    except AddressError as error:
        return _gone(request, str(error))
    messages.success(request, _("Your mail address is changed. Sign in with the new one from now on."))
    return _without_cookie(redirect("account_login"))


@require_http_methods(["GET", "HEAD", "POST"])
def _forgotten(request: HttpRequest) -> HttpResponse:
    """Send a link for a new password, and say the same whether there is such a member or not."""
    form = forms.ForgottenPasswordForm(request.POST or None)
    if settings.MAIL_HAS_SERVER and request.method == "POST" and form.is_valid():
        ask_for_new_password(email=form.cleaned_data["email"])
        return render(request, "newsroom/sign_in/link_sent.html", {"email": form.cleaned_data["email"]})
    return render(
        request,
        "newsroom/sign_in/forgotten.html",
        {"form": form, "has_mail": settings.MAIL_HAS_SERVER, "command": "freiblatt staff link"},
    )


forgotten = in_language_of_whoever_comes(limited(_forgotten))


@require_safe
def give_up(request: HttpRequest) -> HttpResponse:
    """Leave the second step, back to the sign-in."""
    clear_login(request)
    return redirect("account_login")
