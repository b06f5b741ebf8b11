"""Forms of the list of people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.users.models import UserProfile

from freiblatt.config import INTERFACE_LANGUAGES
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import DESCRIPTIONS, Role, roles_of


class StaffForm(forms.ModelForm):
    """Name, address, roles and language of a member."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(
        label=_("Language of the desk"),
        choices=[("", _("As the publication")), *INTERFACE_LANGUAGES.items()],
        required=False,
    )

    class Meta:
        model = StaffMember
        fields = ("email", "first_name", "last_name")

    def __init__(self, *args: Any, editing_self: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [(role.value, f"{role.label}: {DESCRIPTIONS[role]}") for role in Role]
        if self.instance.pk:
            self.fields["roles"].initial = [role.value for role in roles_of(self.instance)]
            profile = UserProfile.objects.filter(user=self.instance).first()
            self.fields["language"].initial = profile.preferred_language if profile else ""

    def clean_email(self) -> str:
        """Return the address in small letters; nobody else may have it."""
        email = self.cleaned_data["email"].lower()
        if StaffMember.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody in the newsroom has this mail address already."))
        return email
