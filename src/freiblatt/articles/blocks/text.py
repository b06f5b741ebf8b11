"""Blocks of words."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, ChoiceBlock, RichTextBlock, StaticBlock
from wagtail.blocks import TextBlock as LinesBlock
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import RichText

from freiblatt.articles import body
from freiblatt.articles.blocks.compared import RunningTextComparison, StructBlock
from freiblatt.articles.rich_text import clean_rich_text

WORDS = pgettext_lazy("group of blocks", "Words")

#: Languages in which witnesses and documents speak to us most; browsers and screen readers need the tag (BCP 47).
LANGUAGES = [
    ("ar", _("Arabic")),
    ("be", _("Belarusian")),
    ("bg", _("Bulgarian")),
    ("zh", _("Chinese")),
    ("hr", _("Croatian")),
    ("cs", _("Czech")),
    ("da", _("Danish")),
    ("nl", _("Dutch")),
    ("en", _("English")),
    ("et", _("Estonian")),
    ("fi", _("Finnish")),
    ("fr", _("French")),
    ("ka", _("Georgian")),
    ("de", _("German")),
    ("el", _("Greek")),
    ("he", _("Hebrew")),
    ("hu", _("Hungarian")),
    ("it", _("Italian")),
    ("ja", _("Japanese")),
    ("ko", _("Korean")),
    ("ku", _("Kurdish")),
    ("la", _("Latin")),
    ("lv", _("Latvian")),
    ("lt", _("Lithuanian")),
    ("no", _("Norwegian")),
    ("fa", _("Persian")),
    ("pl", _("Polish")),
    ("pt", _("Portuguese")),
    ("ro", _("Romanian")),
    ("ru", _("Russian")),
    ("sr", _("Serbian")),
    ("sk", _("Slovak")),
    ("sl", _("Slovenian")),
    ("es", _("Spanish")),
    ("sv", _("Swedish")),
    ("tr", _("Turkish")),
    ("uk", _("Ukrainian")),
]


#: As each language's newspapers print them; what is not here takes the English ones.
QUOTATION_MARKS = {
    **dict.fromkeys(("de", "cs", "sk", "bg", "lt", "sl", "hr", "sr", "ka", "et"), ("„", "“")),
    **dict.fromkeys(("pl", "ro", "hu", "nl"), ("„", "”")),
    **dict.fromkeys(("fr",), ("«\u202f", "\u202f»")),
    **dict.fromkeys(("ru", "uk", "be", "es", "it", "pt", "el", "no", "fa", "lv"), ("«", "»")),
    **dict.fromkeys(("sv", "fi"), ("”", "”")),
    **dict.fromkeys(("ja", "zh"), ("「", "」")),
}


class LanguageBlock(ChoiceBlock):
    """The language of some words; "" is the article's own."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(choices=LANGUAGES, **kwargs)


class CleanRichTextBlock(RichTextBlock):
    """Running text that is clean whoever brings it, with the features of this moment's registry.

    Rooms above register theirs after this block is made, so the editor's toolbar is looked up when it is shown.
    """

    @property
    def features(self) -> list[str]:
        return self._features if self._features is not None else body.text_features()

    @features.setter
    def features(self, value: list[str] | None) -> None:
        self._features = value

    def get_comparison_class(self) -> type[RunningTextComparison]:
        return RunningTextComparison

    def clean(self, value: RichText) -> RichText:
        return super().clean(RichText(clean_rich_text(value.source)))

    def get_prep_value(self, value: RichText) -> str:
        return clean_rich_text(value.source or "")


class TextBlock(CleanRichTextBlock):
    """The running text of an article: paragraphs, sub-headings, lists, links."""

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        group = WORDS
        template = "articles/blocks/text.html"


class ForeignTextBlock(StructBlock):
    """Running text in a language that is not the article's."""

    language = LanguageBlock(required=True, label=_("language"))
    text = CleanRichTextBlock(label=_("text"))

    class Meta:
        icon = "globe"
        label = _("Text in another language")
        group = WORDS
        template = "articles/blocks/foreign_text.html"
        label_format = "{text}"


class QuotationBlock(StructBlock):
    """What somebody said, with who said it and where; where it was said in another language, also how."""

    text = LinesBlock(label=_("quotation"), rows=3, help_text=_("Without quotation marks; the page sets them."))
    speaker = CharBlock(label=_("who says it"), required=False, max_length=200)
    source = CharBlock(
        label=_("where"), required=False, max_length=300, help_text=_("Such as: to reporters, 11 August 2025.")
    )
    address = CharBlock(
        label=_("address of the source"), required=False, max_length=500, help_text=_("Begins with https://.")
    )
    language = LanguageBlock(
        label=_("language of the quotation above"), help_text=_("Empty: the language of the article.")
    )
    original = LinesBlock(
        label=_("original wording"), required=False, rows=3, help_text=_("Where the quotation above is a translation.")
    )
    original_language = LanguageBlock(label=_("language of the original"))

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        group = WORDS
        template = "articles/blocks/quotation.html"
        label_format = "{speaker}: {text}"

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        errors = {}
        if self.is_deferred_validation:
            return value
        if value["original"] and not value["original_language"]:
            errors["original_language"] = ValidationError(_("Say in which language the original is."))
        if value["address"] and not value["address"].startswith(("https://", "http://")):
            errors["address"] = ValidationError(_("An address begins with https:// or http://."))
        if errors:
            raise StructBlockValidationError(errors)
        return value

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        page = context.get("page")
        own = getattr(page, "language", "") or get_language() or ""
        original_language = value.get("original_language") or ""
        context["quotation"] = quoted(value.get("text") or "", value.get("language") or own)
        if value.get("original"):
            context["original"] = quoted(value["original"], original_language)
            context["original_language_name"] = dict(LANGUAGES).get(original_language, "")
        return context


def quoted(text: str, language: str) -> str:
    """Return `text` in the quotation marks of `language`; text that brings its own stays as it is."""
    text = text.strip()
    if text[:1] in '„“”«»‹›"‚‘’「':
        return text
    opening, closing = QUOTATION_MARKS.get(language.split("-")[0], ("“", "”"))
    return f"{opening}{text}{closing}"


class InfoboxBlock(StructBlock):
    """What helps to understand the article and stands beside it."""

    title = CharBlock(label=_("title"), max_length=200)
    text = CleanRichTextBlock(label=_("text"))
    picture = ImageChooserBlock(label=_("picture"), required=False)
    alt = CharBlock(
        label=_("description for those who do not see it"),
        required=False,
        max_length=300,
        help_text=_("Empty: the description that the picture carries."),
    )

    class Meta:
        icon = "info-circle"
        label = pgettext_lazy("block of an article", "Infobox")
        group = WORDS
        template = "articles/blocks/infobox.html"
        label_format = "{title}"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        picture = value.get("picture")
        context["alt"] = value.get("alt") or (picture.description if picture else "")
        return context


class DividerBlock(StaticBlock):
    """A pause between two parts."""

    class Meta:
        icon = "horizontalrule"
        label = _("Divider")
        group = WORDS
        admin_text = _("A pause between two parts.")
        template = "articles/blocks/divider.html"
