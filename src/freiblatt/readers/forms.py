"""What readers send."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class LanguageForm(forms.Form):
    """Asks in which language letters shall come."""

    language = forms.ChoiceField(label=_("Language of our e-mails"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
