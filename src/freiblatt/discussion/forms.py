"""What readers send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from freiblatt.discussion.models import LONGEST_TEXT, NAME_LENGTH


class TextForm(forms.Form):
    """A comment's text; what is wrong with it is said by the action that would store it."""

    text = forms.CharField(
        label=_("Your comment"),
        # Far above what is stored, so that a long text comes back whole, with the number of characters to cut.
        max_length=20 * LONGEST_TEXT,
        strip=False,
        error_messages={"required": _("A comment needs a text."), "max_length": _("This text is far too long.")},
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST_TEXT, "autocomplete": "off"}),
    )


class CommentForm(TextForm):
    """A new comment."""

    name = forms.CharField(
        label=_("Your name, or another one"),
        max_length=4 * NAME_LENGTH,
        error_messages={"required": _("Please give a name. It need not be your own.")},
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "maxlength": NAME_LENGTH, "spellcheck": "false"}),
    )
    corrects = forms.BooleanField(label=_("This corrects something in the article"), required=False)
    #: A field that people do not see, and that programs fill in.
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    #: When the form was handed out. It is never in a page that is stored.
    nonce = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    #: The token of an earlier comment, put in by the reader's own device.
    known_by = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    field_order = ("text", "name", "corrects", "website", "nonce", "known_by")
