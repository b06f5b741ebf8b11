"""Forms for getting in: password, passkey, code; and for proving once more who is there."""

import contextlib
import struct
from collections.abc import Iterator
from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as SecondStepForm
from allauth.mfa.base.forms import ReauthenticateForm as SecondStepAgainForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from freiblatt.newsroom.actions import CodeError, check_code

#: As long as a recovery code with blanks between its digits; a thousand characters are no code.
CODE_CHARACTERS = 20
#: Argon2 takes its time for every character; nobody types more.
PASSWORD_CHARACTERS = 4096


class SignInForm(LoginForm):
    """Mail address and password. The fields have the names that password managers and Wagtail know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label=_("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
        )
        self.fields["password"] = password_field(_("Password"), "current-password")
        self.fields["remember"].label = _("Stay signed in on this device")
        self.order_fields(["login", "password", "remember"])

    def add_prefix(self, field_name: str) -> str:
        """Return the name that a field has in the page."""
        return super().add_prefix("username" if field_name == "login" else field_name)

    def user_credentials(self) -> dict[str, str]:
        """Return what Django and `axes` ask for."""
        return {"username": self.cleaned_data["login"].lower(), "password": self.cleaned_data["password"]}


class CodeMixin:
    """One code, of the app or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("Code of your app, or a recovery code"))  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        """Return the code; it is used up now."""
        code: str = self.cleaned_data["code"]  # type: ignore[attr-defined]
        try:
            self.authenticator = check_code(member=self.user, code=code)  # type: ignore[attr-defined]
        except CodeError as error:
            raise ValidationError(str(error)) from error
        # allauth notes that it was used on the object of the session.
        self.authenticator.user = self.user  # type: ignore[attr-defined]
        return code


class CodeForm(CodeMixin, SecondStepForm):
    """The second step by code."""


class ReauthenticateCodeForm(CodeMixin, SecondStepAgainForm):
    """Proving by code who is there."""


class PasskeyAnswerMixin:
    """What a browser answers to the question for a passkey."""

    def clean_credential(self) -> Any:
        """Return the passkey that was used."""
        with refusing_rubbish():
            return super().clean_credential()  # type: ignore[misc]


@contextlib.contextmanager
def refusing_rubbish() -> Iterator[None]:
    """Say that a passkey is unknown where the library falls over what was sent instead of one."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error) as error:
        raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(PasskeyAnswerMixin, LoginWebAuthnForm):
    """Signing in by a passkey alone."""


class SecondStepPasskeyForm(PasskeyAnswerMixin, AuthenticateWebAuthnForm):
    """The second step by passkey."""


class ReauthenticatePasskeyForm(PasskeyAnswerMixin, ReauthenticateWebAuthnForm):
    """Proving by passkey who is there."""


class ReauthenticatePasswordForm(ReauthenticateForm):
    """Proving by password who is there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field(_("Password"), "current-password")


class NewPasswordForm(forms.Form):
    """A password, twice, by the rules of the house."""

    new_password1 = forms.CharField()
    new_password2 = forms.CharField()

    def __init__(self, *args: Any, member: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["new_password1"] = password_field(
            _("New password"),
            "new-password",
            help_text=_("At least 12 characters, not only digits. A sentence is fine."),
        )
        self.fields["new_password2"] = password_field(_("The same once more"), "new-password")

    def clean(self) -> dict[str, Any]:
        """Refuse two that differ, and what is easily guessed."""
        cleaned = super().clean() or {}
        first, second = cleaned.get("new_password1"), cleaned.get("new_password2")
        if first and second and first != second:
            self.add_error("new_password2", _("The two passwords differ."))
        elif first:
            try:
                password_validation.validate_password(first, self.member)
            except ValidationError as error:
                self.add_error("new_password1", error)
        return cleaned


class ForgottenPasswordForm(forms.Form):
    """The address to which a link shall go."""

    email = forms.EmailField(
        label=_("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


def password_field(label: Any, autocomplete: str, **options: Any) -> forms.CharField:
    """Return a field for a password; blanks at its ends belong to it."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=PASSWORD_CHARACTERS, widget=widget, **options)


def code_field(label: Any) -> forms.CharField:
    """Return a field for digits that browsers offer to fill in."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "spellcheck": "false"}
    return forms.CharField(label=label, max_length=CODE_CHARACTERS, widget=forms.TextInput(attrs=attrs))
