"""Forms for setting up, naming and removing what one signs in with."""

import time
from typing import Any

from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm, SignupWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from freiblatt.newsroom import totp
from freiblatt.newsroom.forms.entrance import code_field, refusing_rubbish
from freiblatt.newsroom.models import StaffMember

NAME_CHARACTERS = 60


class ActivateAppForm(ActivateTOTPForm):
    """The first code of a new app: it proves that the app has the secret."""

    #: The time step of that code, which is used up by it.
    step: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("Code that the app shows"))

    def clean_code(self) -> str:
        """Return the code, and keep its step."""
        code: str = self.cleaned_data["code"]
        step = totp.matching_step(self.secret, "".join(code.split()), seconds=time.time())
        if step is None:
            raise ValidationError(
                _("This code does not fit. Is the clock of your device right? Type the code that the app shows now.")
            )
        self.step = step
        return code


class RemoveAppForm(DeactivateTOTPForm):
    """Nothing but the wish."""


class NewCodesForm(GenerateRecoveryCodesForm):
    """Nothing but the wish."""


class PasskeyNameMixin:
    """The name under which the list shows a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_required = self.fields["name"].required  # type: ignore[attr-defined]
        self.fields["name"] = forms.CharField(  # type: ignore[attr-defined]
            label=_("Name of the passkey"),
            help_text=_("So that you know later which device holds it."),
            max_length=NAME_CHARACTERS,
            required=is_required,
        )


class NewPasskeyMixin(PasskeyNameMixin):
    """What a browser answers where it made a passkey."""

    def clean(self) -> dict[str, Any]:
        """Refuse one that did not check who holds it."""
        self.cleaned_data["passwordless"] = True  # type: ignore[attr-defined]
        with refusing_rubbish():
            return super().clean()  # type: ignore[misc]


class AddPasskeyForm(NewPasskeyMixin, AddWebAuthnForm):
    """A new passkey; all of ours check finger, face or PIN and can sign in alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]


class WelcomePasskeyForm(NewPasskeyMixin, SignupWebAuthnForm):
    """The first passkey of somebody who was invited."""


class RenamePasskeyForm(PasskeyNameMixin, EditWebAuthnForm):
    """Another name."""


class NewAddressForm(forms.Form):
    """The mail address to which the account shall move."""

    email = forms.EmailField(label=_("New mail address"), max_length=254)

    def __init__(self, *args: Any, member: StaffMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_email(self) -> str:
        """Return the address in small letters; it has to be another one than now."""
        email = self.cleaned_data["email"].lower()
        if email == self.member.email.lower():
            raise ValidationError(_("This is your address already."))
        return email
