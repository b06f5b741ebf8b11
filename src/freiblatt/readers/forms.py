"""What readers send."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from freiblatt.lib.mail_addresses import LONGEST, normalise


class AddressForm(forms.Form):
    """Asks for a mail address."""

    address = forms.CharField(
        label=_("Your e-mail address"),
        max_length=LONGEST,
        error_messages={"required": _("Enter your e-mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "autocapitalize": "off"}),
    )

    def clean_address(self) -> str:
        return normalise(self.cleaned_data["address"])


class LanguageForm(forms.Form):
    """Asks in which language letters shall come."""

    language = forms.ChoiceField(label=_("Language of our e-mails"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
