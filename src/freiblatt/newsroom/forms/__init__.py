"""Forms of the newsroom's door: what `allauth` asks, in our words and by our rules."""

from freiblatt.newsroom.forms.entrance import (
    CodeForm,
    ForgottenPasswordForm,
    NewPasswordForm,
    PasskeyForm,
    ReauthenticateCodeForm,
    ReauthenticatePasskeyForm,
    ReauthenticatePasswordForm,
    SecondStepPasskeyForm,
    SignInForm,
)
from freiblatt.newsroom.forms.factors import (
    ActivateAppForm,
    AddPasskeyForm,
    NewAddressForm,
    NewCodesForm,
    RemoveAppForm,
    RenamePasskeyForm,
    WelcomePasskeyForm,
)

__all__ = [
    "ActivateAppForm",
    "AddPasskeyForm",
    "CodeForm",
    "ForgottenPasswordForm",
    "NewAddressForm",
    "NewCodesForm",
    "NewPasswordForm",
    "PasskeyForm",
    "ReauthenticateCodeForm",
    "ReauthenticatePasskeyForm",
    "ReauthenticatePasswordForm",
    "RemoveAppForm",
    "RenamePasskeyForm",
    "SecondStepPasskeyForm",
    "SignInForm",
    "WelcomePasskeyForm",
]
