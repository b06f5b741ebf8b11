"""The form that asks whoever wants a letter where it goes."""

from django import forms
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
