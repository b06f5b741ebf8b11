"""The member's own page of sign-in and security, and the steps that begin there."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import IndexView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from freiblatt.letters.actions import LetterError
from freiblatt.newsroom import forms
from freiblatt.newsroom.actions import (
    AddressError,
    ask_for_address,
    change_password,
    end_session,
    has_second_factor,
    lacks_second_factor,
    may_remove_factor,
)
from freiblatt.newsroom.sessions import keep_this_session
from freiblatt.newsroom.views.entrance import passkey_context
from freiblatt.newsroom.views.proof import proved_lately


class SecurityPage(WagtailAdminTemplateMixin):
    """A page below the account: in the desk, or, as long as a second factor is missing, alone."""

    page_title: str | Promise = _("Sign-in and security")
    header_icon = "key"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way from the desk's start to here."""
        here = [{"url": "", "label": self.get_page_title()}]
        if self.page_title != SecurityPage.page_title:
            here.insert(0, {"url": reverse_lazy("mfa_index"), "label": SecurityPage.page_title})
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse_lazy("wagtailadmin_account"), "label": _("Account")},
            *here,
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the frame in which the page stands."""
        return {
            **super().get_context_data(**kwargs),
            **passkey_context(self.request),
            **frame_context(self.request),
        }


def frame_context(request: HttpRequest) -> dict[str, Any]:
    """Return in which frame a page of this request stands."""
    is_missing = lacks_second_factor(member=request.user)
    return {
        "is_factor_missing": is_missing,
        "frame": f"newsroom/security/{'alone' if is_missing else 'in_the_desk'}.html",
    }


@method_decorator(never_cache, name="dispatch")
class OverviewView(SecurityPage, IndexView):
    """Everything one signs in with, and where one is signed in."""

    template_name = "newsroom/security/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what there is of each kind."""
        member = self.request.user
        found = Authenticator.objects.filter(user=member).order_by("created_at")
        of_kind = {kind: [one for one in found if one.type == kind] for kind in Authenticator.Type.values}
        codes = of_kind[Authenticator.Type.RECOVERY_CODES]
        return {
            **super().get_context_data(**kwargs),
            "passkeys": [one.wrap() for one in of_kind[Authenticator.Type.WEBAUTHN]],
            "app": next(iter(of_kind[Authenticator.Type.TOTP]), None),
            "has_codes": bool(codes),
            "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
            "has_factor": has_second_factor(member=member),
            "has_password": member.has_usable_password(),
            "sessions": sorted(
                UserSession.objects.purge_and_list(member),
                key=lambda one: (one.session_key != self.request.session.session_key, -one.last_seen_at.timestamp()),
            ),
            "session_key": self.request.session.session_key,
        }


class ActivateAppView(SecurityPage, ActivateTOTPView):
    """A square to be photographed by an app, and its first code."""

    form_class = forms.ActivateAppForm
    template_name = "newsroom/security/activate_app.html"
    page_title = _("Set up an authenticator app")

    def form_valid(self, form: forms.ActivateAppForm) -> HttpResponse:
        """Store the app; the code that proved it is used up."""
        is_first = not has_second_factor(member=self.request.user)
        response: HttpResponse = super().form_valid(form)
        app = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        app.data["last_step"] = form.step
        app.save(update_fields=["data"])
        # The others began with a password alone.
        if is_first:
            keep_this_session(self.request, ends_others=True)
        return response


class RemoveAppView(SecurityPage, DeactivateTOTPView):
    """Removing the app."""

    form_class = forms.RemoveAppForm
    template_name = "newsroom/security/remove.html"
    page_title = _("Remove the authenticator app")


class AddPasskeyView(SecurityPage, AddWebAuthnView):
    """A new passkey."""

    form_class = forms.AddPasskeyForm
    template_name = "newsroom/security/add_passkey.html"
    page_title = _("Set up a passkey")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for a passkey that its keeper stores by name, so that it can sign in without a mail address."""
        context: dict[str, Any] = {**super().get_context_data(**kwargs), "form": self.get_form()}
        ask_for_stored(context["js_data"]["creation_options"])
        return context

    def form_valid(self, form: forms.AddPasskeyForm) -> HttpResponse:
        """Store the passkey."""
        is_first = not has_second_factor(member=self.request.user)
        response: HttpResponse = super().form_valid(form)
        if is_first:
            keep_this_session(self.request, ends_others=True)
        return response


def ask_for_stored(options: dict[str, Any]) -> None:
    """Change the options of a new passkey so that its keeper stores it (WebAuthn, 5.4.6)."""
    selection = dict(options["publicKey"]["authenticatorSelection"])
    selection.update(residentKey="required", requireResidentKey=True, userVerification="required")
    options["publicKey"] = {**options["publicKey"], "authenticatorSelection": selection}


class RenamePasskeyView(SecurityPage, EditWebAuthnView):
    """Another name for a passkey."""

    form_class = forms.RenamePasskeyForm
    template_name = "newsroom/security/rename_passkey.html"
    page_title = _("Rename the passkey")
    success_url = reverse_lazy("mfa_index")


class RemovePasskeyView(SecurityPage, RemoveWebAuthnView):
    """Removing a passkey."""

    template_name = "newsroom/security/remove.html"
    page_title = _("Remove the passkey")
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, if another way in remains."""
        if not may_remove_factor(authenticator=self.object):
            messages.error(
                self.request,
                _("This is the only one left, and you need one to sign in. Set up another one first."),
            )
            return redirect("mfa_index")
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class CodesView(SecurityPage, ViewRecoveryCodesView):
    """The recovery codes, shown once."""

    template_name = "newsroom/security/codes.html"
    page_title = _("Recovery codes")


class NewCodesView(SecurityPage, GenerateRecoveryCodesView):
    """New recovery codes in the place of the earlier ones."""

    form_class = forms.NewCodesForm
    template_name = "newsroom/security/new_codes.html"
    page_title = _("New recovery codes")


class ConfirmationPage(SecurityPage):
    """Who is there? Asked before it is changed who gets in, and by what."""

    page_title = _("Is it you?")


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class ConfirmByPasswordView(ConfirmationPage, ReauthenticateView):
    """By password."""

    form_class = forms.ReauthenticatePasswordForm
    template_name = "newsroom/security/confirm_by_field.html"


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class ConfirmByCodeView(ConfirmationPage, ReauthenticateCodeView):
    """By a code."""

    form_class = forms.ReauthenticateCodeForm
    template_name = "newsroom/security/confirm_by_field.html"


class ConfirmByPasskeyView(ConfirmationPage, ReauthenticateWebAuthnView):
    """By a passkey."""

    form_class = forms.ReauthenticatePasskeyForm
    template_name = "newsroom/security/confirm_by_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the same page again, with what was wrong."""
        super().form_invalid(form)
        return redirect(self.request.get_full_path())


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@proved_lately(looks_too=True, keeps=False)
def password(request: HttpRequest) -> HttpResponse:
    """Change the password, or set the first one."""
    form = forms.NewPasswordForm(request.POST or None, member=request.user)
    if request.method == "POST" and form.is_valid():
        change_password(member=request.user, password=form.cleaned_data["new_password1"])
        keep_this_session(request)
        messages.success(request, _("The new password is set. You are signed out everywhere else."))
        return redirect("mfa_index")
    return render(
        request,
        "newsroom/security/password.html",
        {**_furniture(request, _("Password")), "form": form},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@proved_lately(looks_too=True)
def address(request: HttpRequest) -> HttpResponse:
    """Ask for another mail address, which is confirmed by a letter to it."""
    form = forms.NewAddressForm(request.POST or None, member=request.user)
    if settings.MAIL_HAS_SERVER and request.method == "POST" and form.is_valid():
        try:
            ask_for_address(member=request.user, email=form.cleaned_data["email"])
        except (AddressError, LetterError) as error:
            form.add_error("email", str(error))
        else:
            messages.success(
                request, _("A letter with a link is on its way to the new address. Nothing changes before.")
            )
            return redirect("mfa_index")
    context = {**_furniture(request, _("Mail address")), "form": form, "has_mail": settings.MAIL_HAS_SERVER}
    return render(request, "newsroom/security/address.html", context)


@require_POST
def leave_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out in one session, somewhere else."""
    if end_session(member=request.user, pk=pk):
        messages.success(request, _("That device is signed out."))
    return redirect("mfa_index")


@require_POST
def leave_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    keep_this_session(request, ends_others=True)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("mfa_index")


def _furniture(request: HttpRequest, title: Promise) -> dict[str, Any]:
    """Return the context of a page that is no class."""
    page = SecurityPage()
    page.request = request  # type: ignore[attr-defined]
    page.page_title = title
    return page.get_context_data()
