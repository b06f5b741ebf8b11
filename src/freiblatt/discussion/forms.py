"""What readers send."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from freiblatt.discussion.following import ANSWERS, COMMENT, THREAD, WORDINGS, Wishes
from freiblatt.discussion.models import LONGEST_EXPLANATION, LONGEST_TEXT, NAME_LENGTH, HouseRule
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.lib.mail_addresses import LONGEST, normalise


class UnseenFields:
    """A form with fields that people do not see: what is wrong with those is no reason to refuse what was typed."""

    #: Their names; what cannot be read counts as nothing.
    UNSEEN: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}  # type: ignore[misc]
        for name in self.UNSEEN:
            if self.errors.pop(name, None):  # type: ignore[attr-defined]
                cleaned[name] = ""
        return cleaned


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


class WishesForm(forms.Form):
    """What somebody wants letters about, and where they go."""

    mail = forms.CharField(
        label=_("Your e-mail address, if you like"),
        required=False,
        max_length=LONGEST,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "autocapitalize": "off"}),
    )
    notify_answers = forms.BooleanField(label=WORDINGS[ANSWERS], required=False)
    notify_thread = forms.BooleanField(label=WORDINGS[THREAD], required=False)

    def clean_mail(self) -> str:
        typed = self.cleaned_data["mail"]
        return normalise(typed) if typed.strip() else ""

    @property
    def agreement(self) -> Promise:
        """What giving an address means, word for word."""
        return WORDINGS[COMMENT]

    @property
    def wishes(self) -> Wishes:
        """What was wished for in a valid form."""
        fields = self.cleaned_data
        return Wishes(address=fields["mail"], answers=fields["notify_answers"], thread=fields["notify_thread"])

    @property
    def has_wishes(self) -> bool:
        """Whether something was filled in, so that it must be seen."""
        return any(self[name].value() for name in ("mail", "notify_answers", "notify_thread"))


class CommentForm(UnseenFields, WishesForm, TextForm):
    """A new comment."""

    name = forms.CharField(
        label=_("Your name, or another one"),
        max_length=4 * NAME_LENGTH,
        error_messages={"required": _("Please give a name. It need not be your own.")},
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "maxlength": NAME_LENGTH, "spellcheck": "false"}),
    )
    corrects = forms.BooleanField(label=_("This corrects something in the article"), required=False)
    #: A field that people do not see, and that programs fill in.
    website = forms.Field(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    #: When the form was handed out. It is never in a page that is stored.
    nonce = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    #: The token of an earlier comment, put in by the reader's own device.
    known_by = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    #: The passage it is about, as the article's page or the reader's browser names it (`passages.finding.Chosen`).
    block = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    start = forms.IntegerField(required=False, min_value=0, max_value=10**7, widget=forms.HiddenInput)
    words = forms.CharField(required=False, strip=False, max_length=20_000, widget=forms.HiddenInput)
    prefix = forms.CharField(required=False, strip=False, max_length=500, widget=forms.HiddenInput)
    suffix = forms.CharField(required=False, strip=False, max_length=500, widget=forms.HiddenInput)

    UNSEEN = ("nonce", "known_by")
    PASSAGE = ("block", "start", "words", "prefix", "suffix")
    field_order = (
        "text",
        "name",
        "corrects",
        "mail",
        "notify_answers",
        "notify_thread",
        "website",
        "nonce",
        "known_by",
        *PASSAGE,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if wrong := [name for name in self.PASSAGE if name in self.errors]:
            for name in wrong:
                del self.errors[name]
            self.add_error(None, _("The passage that came with your text cannot be read. Please choose it again."))
            self.without_passage()
        return cleaned

    @property
    def passage_fields(self) -> list[forms.BoundField]:
        """The hidden fields of a passage; none where the comment is about the whole article."""
        return [self[name] for name in self.PASSAGE] if self["words"].value() else []

    @property
    def quoted(self) -> str:
        """The words of the passage, on one line."""
        return " ".join(str(self["words"].value() or "").split())

    @property
    def chosen(self) -> Chosen | None:
        """The passage that was sent with a valid form."""
        sent = self.cleaned_data
        if not sent["words"].strip():
            return None
        # Browsers send line ends as two signs.
        words, prefix, suffix = (sent[name].replace("\r\n", "\n") for name in ("words", "prefix", "suffix"))
        return Chosen(block=sent["block"], start=sent["start"] or 0, words=words, before=prefix, after=suffix)

    def without_passage(self) -> None:
        """Let the form speak of the whole article when it is shown again."""
        self.data = self.data.copy()
        for name in self.PASSAGE:
            self.data.pop(name, None)


class ReportForm(UnseenFields, forms.Form):
    """What a reader says of a comment that should not stand there."""

    rule = forms.ChoiceField(
        label=_("Which rule does it break?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please choose what the comment breaks."),
            "invalid_choice": _("Please choose what the comment breaks."),
        },
    )
    explanation = forms.CharField(
        label=_("Why?"),
        required=False,
        # Far above what is stored, so that a long text comes back whole, with the number of characters to cut.
        max_length=20 * LONGEST_EXPLANATION,
        strip=False,
        error_messages={"max_length": _("This text is far too long.")},
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_EXPLANATION, "autocomplete": "off"}),
    )
    is_in_good_faith = forms.BooleanField(
        label=_("I am convinced that what I say here is correct and complete."), required=False
    )
    name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "name", "maxlength": 120}),
    )
    address = forms.CharField(
        label=_("Your e-mail address"),
        required=False,
        max_length=500,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "maxlength": 254}),
    )
    nonce = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    UNSEEN = ("nonce",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked for now, so that no query starts in a template.
        self._rules = {rule.code: rule for rule in HouseRule.objects.standing().prefetch_related("texts")}
        self.fields["rule"].choices = [(code, rule.title or code) for code, rule in self._rules.items()]  # type: ignore[attr-defined]

    def clean_rule(self) -> HouseRule:
        """Return the rule itself."""
        return self._rules[self.cleaned_data["rule"]]


class ObjectionForm(forms.Form):
    """What somebody says against a decision."""

    text = forms.CharField(
        label=_("What speaks against the decision?"),
        max_length=20 * LONGEST_EXPLANATION,
        strip=False,
        error_messages={
            "required": _("Please say why, in a sentence or two."),
            "max_length": _("This text is far too long."),
        },
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_EXPLANATION, "autocomplete": "off"}),
    )
