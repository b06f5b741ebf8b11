"""Where `django-allauth` asks us: whom to let in by which steps, what to say, what to tell by letter."""

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from freiblatt.newsroom.actions import has_second_factor, may_remove_factor, recognise_device, revoke_ways_in, tell
from freiblatt.newsroom.devices import coarse_address, device_name
from freiblatt.newsroom.hosts import passkey_domain
from freiblatt.newsroom.models import PublicationSettings, StaffMember

#: Tells a browser that was here before from a new one; only addresses of the desk see it.
DEVICE_COOKIE = "freiblatt_device"
DEVICE_COOKIE_SECONDS = 400 * 24 * 3600  # as long as browsers keep one

WRONG_PASSWORD = _("This mail address and this password do not belong together.")
WRONG_PASSKEY = _("This passkey is not known here, or it took too long. Try once more.")

#: What allauth says by the name of a template, in our words.
SENTENCES: dict[str, Promise] = {
    "mfa/messages/totp_activated.txt": _("The authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": _("The passkey is set up."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
}
#: What is told to a member by letter and written to the log, by the name of the letter that allauth would send.
CHANGES: dict[str, tuple[str, Promise]] = {
    "mfa/email/totp_activated": ("newsroom.add_factor", _("An authenticator app was set up for your account.")),
    "mfa/email/totp_deactivated": ("newsroom.remove_factor", _("The authenticator app of your account was removed.")),
    "mfa/email/webauthn_added": ("newsroom.add_factor", _("A passkey was set up for your account.")),
    "mfa/email/webauthn_removed": ("newsroom.remove_factor", _("A passkey of your account was removed.")),
    "mfa/email/recovery_codes_generated": (
        "newsroom.new_codes",
        _("New recovery codes were made for your account. Earlier ones do not work any more."),
    ),
}


class AccountAdapter(DefaultAccountAdapter):
    """Signing in: password, then the second step where there is one. Nobody can make an account."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": WRONG_PASSWORD,
        "incorrect_password": _("This password is not right."),
        "incorrect_code": WRONG_PASSKEY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: people are invited."""
        return False

    def get_login_stages(self) -> list[str]:
        """Return the only step that may stand between a password and the desk."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> StaffMember | None:
        """Return the member whom address and password belong to, if `axes` lets anybody try."""
        return authenticate(request, **credentials)

    def reauthenticate(self, user: StaffMember, password: str) -> bool:
        """Return whether this is the member's password; wrong ones count as at the sign-in."""
        found = authenticate(context.request, username=user.email, password=password)
        return found is not None and found.pk == user.pk

    def respond_user_inactive(self, request: HttpRequest, user: StaffMember) -> HttpResponse:
        """Lead whoever does not work here any more back to the sign-in."""
        messages.error(request, _("This account has been closed."))
        return redirect("account_login")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the desk's address."""
        return reverse("wagtailadmin_home")

    def login(self, request: HttpRequest, user: StaffMember) -> None:
        """Sign `user` in; the session gets a new key."""
        self._is_first_time = user.last_login is None
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: StaffMember, **options: Any) -> HttpResponse:
        """Answer where to go on, and recognise the device, by its cookie or, where it was never seen, by a letter."""
        response = super().post_login(request, user, **options)
        device = device_name(request.headers.get("User-Agent", ""))
        methods = {record["method"] for record in get_authentication_records(request, user)}
        log(instance=user, action="newsroom.sign_in", user=user, data={"says": device})
        revoke_ways_in(member=user)
        token = recognise_device(
            member=user,
            token=request.COOKIES.get(DEVICE_COOKIE, ""),
            device=device,
            address=coarse_address(request),
            is_expected=self._is_first_time or "link" in methods,
        )
        response.set_cookie(
            DEVICE_COOKIE,
            token,
            max_age=DEVICE_COOKIE_SECONDS,
            path="/admin/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address with its last part cut: it is stored with a session."""
        return coarse_address(request)

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """Return browser and system."""
        return device_name(request.headers.get("User-Agent", ""))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say `message`, or our sentence for `message_template`; what we have none for is not worth one."""
        words = message or SENTENCES.get(message_template or "")
        if words:
            messages.add_message(request, level, words, extra_tags=extra_tags)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: StaffMember,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a change of the account by our letter, and write it to the log."""
        action, sentence = CHANGES[template_prefix]
        log(instance=user, action=action, user=user)
        tell(member=user, letter="changed", context={"sentence": sentence})

    def get_reauthentication_methods(self, user: StaffMember | AnonymousUser) -> list[dict[str, Any]]:
        """Return how `user` may prove again to be there: with a second factor by that one, else by the password.

        A password that somebody took must not be enough to remove what protects from that.
        """
        if not user.is_authenticated:
            return []
        kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        found = []
        if Authenticator.Type.WEBAUTHN in kinds:
            found.append(("mfa_reauthenticate_webauthn", _("With a passkey")))
        if has_second_factor(member=user) and kinds - {Authenticator.Type.WEBAUTHN}:
            found.append(("mfa_reauthenticate", _("With a code")))
        if not found and user.has_usable_password():
            found.append(("account_reauthenticate", _("With the password")))
        return [{"id": name, "description": words, "url": reverse(name)} for name, words in found]

    def is_reauthentication_required(self, *, app: str = "", **kwargs: Any) -> bool:
        """Return whether it is more than five minutes ago that this session proved who it is, also by signing in."""
        request = context.request
        since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(request, request.user)
        return not any(record["at"] > since for record in records)


class FactorAdapter(DefaultMFAAdapter):
    """The second factor: what the database keeps of it, and how passkeys name us."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_PASSKEY,
        "cannot_delete_authenticator": _(
            "This is the only one left, and your role needs one. Set up another one first, then remove this one."
        ),
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
    }

    def get_totp_issuer(self) -> str:
        """Return the publication's name, as the app will show it."""
        return self._get_site_name()

    def _get_site_name(self) -> str:
        return str(PublicationSettings.load())

    def encrypt(self, text: str) -> str:
        """Return a secret as the database may have it: whoever reads a copy of the database alone learns nothing."""
        return self._box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret, or a random one that nothing fits where `secret.key` is not the one of then."""
        try:
            return self._box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def _box(self) -> Fernet:
        key = hmac.new(settings.SECRET_KEY.encode(), b"freiblatt.newsroom.adapters", hashlib.sha256).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether the member can still sign in as the role asks without it."""
        return may_remove_factor(authenticator=authenticator)

    def generate_authenticator_name(self, user: StaffMember, type: Authenticator.Type) -> str:  # noqa: A002
        """Return a name for a new passkey: the device on which it is made."""
        return device_name(context.request.headers.get("User-Agent", "")) or str(_("Passkey"))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return our name, and the domain for which passkeys are made."""
        return {"id": passkey_domain(context.request), "name": self._get_site_name()}

    def get_public_key_credential_user_entity(self, user: StaffMember) -> dict[str, Any]:
        """Return what the passkey's keeper shows of the member."""
        return {**super().get_public_key_credential_user_entity(user), "display_name": str(user)}
