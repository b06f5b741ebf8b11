"""The publication's settings and its menus."""

import math
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import Locale, Orderable

from freiblatt.lib.colour import contrast
from freiblatt.newsroom.models.people import StaffMember

#: The grounds of a reader's page, as `theme/css/tokens.css` paints them, and what WCAG 2.2 AA asks of text on them.
PAPER_LIGHT = "#fdfcf8"
PAPER_DARK = "#14161a"
LEAST_CONTRAST = 4.5
LOGO_ENDINGS = ("svg", "png", "webp")

HEX_COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour as # and six hexadecimal digits, such as #a8281c."))


class ColourInput(forms.TextInput):
    """The browser's own colour chooser."""

    input_type = "color"


def _unreadable(accent: str, *, is_ground_dark: bool) -> ValidationError:
    """Return the sentence that says how far an accent is from being readable, and in which direction to go."""
    seen = contrast(accent, PAPER_DARK if is_ground_dark else PAPER_LIGHT)
    if is_ground_dark:
        words = _(
            "%(accent)s is too dark to be read on the dark page: its contrast is %(seen)s to 1, %(least)s is needed."
        )
    else:
        words = _("%(accent)s is too pale to be read on the page: its contrast is %(seen)s to 1, %(least)s is needed.")
    # Rounded down, so that it never reads as if it were enough.
    shown = number_format(math.floor(seen * 10) / 10, 1)
    return ValidationError(words, params={"accent": accent, "seen": shown, "least": number_format(LEAST_CONTRAST, 1)})


class BodyFont(models.TextChoices):
    SOURCE_SERIF = "source-serif", _("Source Serif (comes with Freiblatt)")
    SYSTEM_SERIF = "system-serif", _("Serif of the reader's device (loads nothing)")
    SYSTEM_SANS = "system-sans", _("Sans serif of the reader's device (loads nothing)")


@dataclass(frozen=True)
class PublicationWords:
    """What the publication is called and says of itself in one language; every field is a string, "" where empty."""

    name: str
    tagline: str
    description: str
    footer: str


class SecondPerson(models.TextChoices):
    """When somebody else has to check an article before it is published."""

    AUTOMATIC = "automatic", _("As soon as two people may publish")
    ALWAYS = "always", _("Always")
    NEVER = "never", _("Never: whoever may publish may do it alone")


@register_setting(icon="cog", order=10)
class PublicationSettings(ClusterableModel, BaseGenericSetting):
    """Name and look of the publication, as the desk sets them."""

    name = models.CharField(_("name"), max_length=80, blank=True, help_text=_("Empty: the name from freiblatt.toml."))
    logo = models.FileField(
        _("logo"),
        upload_to="look",
        blank=True,
        help_text=_("SVG, PNG or WebP. Empty: the name, set in type."),
    )
    accent_light = models.CharField(_("accent colour"), max_length=7, default="#a8281c", validators=[HEX_COLOUR])
    accent_dark = models.CharField(
        _("accent colour on dark ground"), max_length=7, default="#f0897b", validators=[HEX_COLOUR]
    )
    font = models.CharField(_("typeface"), max_length=20, choices=BodyFont.choices, default=BodyFont.SOURCE_SERIF)

    second_person = models.CharField(
        _("check by a second person"),
        max_length=10,
        choices=SecondPerson.choices,
        default=SecondPerson.AUTOMATIC,
        help_text=_(
            "Whether an article needs somebody who may publish and who did not write its latest version. "
            "Without that, it is published only with a reason, which stays in its history."
        ),
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("second_person"),
        MultiFieldPanel(
            [
                FieldPanel("logo"),
                FieldPanel("accent_light", widget=ColourInput),
                FieldPanel("accent_dark", widget=ColourInput),
                FieldPanel("font"),
            ],
            heading=_("Look"),
        ),
        InlinePanel(
            "texts",
            [
                FieldPanel("locale"),
                FieldPanel("tagline"),
                FieldPanel("description"),
                FieldPanel("footer"),
                FieldPanel("imprint"),
                PageChooserPanel("imprint_page"),
            ],
            heading=_("What the publication says of itself, by language"),
            label=_("Text"),
        ),
    ]

    class Meta:
        verbose_name = _("publication")

    def __str__(self) -> str:
        return self.name or settings.WAGTAIL_SITE_NAME

    def clean(self) -> None:
        """Refuse accents that cannot be read on their ground, and a logo that is no picture of the web."""
        super().clean()
        errors: dict[str, ValidationError] = {}
        for field, ground in (("accent_light", PAPER_LIGHT), ("accent_dark", PAPER_DARK)):
            accent = getattr(self, field)
            if HEX_COLOUR.regex.match(accent) and contrast(accent, ground) < LEAST_CONTRAST:
                errors[field] = _unreadable(accent, is_ground_dark=ground == PAPER_DARK)
        ending = str(self.logo).rsplit(".", 1)[-1].lower() if self.logo else ""
        if ending not in ("", *LOGO_ENDINGS):
            errors["logo"] = ValidationError(
                _("The logo is a file that ends in .%(seen)s; it has to be SVG, PNG or WebP."), params={"seen": ending}
            )
        if errors:
            raise ValidationError(errors)

    def is_second_person_needed(self) -> bool:
        """Return whether an article has to be checked by somebody else before it is published; one query at most."""
        if self.second_person == SecondPerson.AUTOMATIC:
            return len(StaffMember.objects.who_may_publish().values_list("pk", flat=True)[:2]) == 2
        return self.second_person == SecondPerson.ALWAYS

    def in_language(self, language: str) -> PublicationWords:
        """Return name and texts in `language`; a field that is empty there falls back to the main language's."""
        texts = {text.locale.language_code: text for text in self.texts.select_related("locale")}
        wanted = [texts[code] for code in (language, settings.LANGUAGE_CODE) if code in texts]

        def first(field: str) -> str:
            return next(filter(None, (getattr(text, field) for text in wanted)), "")

        return PublicationWords(
            name=self.name or settings.WAGTAIL_SITE_NAME,
            tagline=first("tagline"),
            description=first("description"),
            footer=first("footer"),
        )


class PublicationText(Orderable):
    """What the publication says of itself in one language."""

    publication = ParentalKey(PublicationSettings, on_delete=models.CASCADE, related_name="texts")
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, verbose_name=_("language"), related_name="+")
    tagline = models.CharField(_("line under the name"), max_length=160, blank=True)
    description = models.CharField(
        _("description"), max_length=300, blank=True, help_text=_("For search engines and feeds.")
    )
    footer = models.TextField(_("note in the footer"), blank=True, max_length=600)
    imprint = models.TextField(
        _("imprint under letters"),
        blank=True,
        max_length=400,
        help_text=_("Who publishes, with postal address and mail address: a few lines that the law asks for."),
    )
    imprint_page = models.ForeignKey(
        "wagtailcore.Page",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("page with the whole imprint"),
        help_text=_("Letters link to it."),
    )

    class Meta(Orderable.Meta):
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["publication", "locale"], name="one_text_per_language")]

    def __str__(self) -> str:
        return f"{self.locale}: {self.tagline}"


class MenuPlace(models.TextChoices):
    MAIN = "main", _("Under the name")
    FOOTER = "footer", _("In the footer")


class Menu(ClusterableModel):
    """An ordered list of links in one place and one language. Without one, sections and plain pages are listed."""

    place = models.CharField(_("place"), max_length=10, choices=MenuPlace.choices)
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, verbose_name=_("language"), related_name="+")

    class Meta:
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        constraints = [models.UniqueConstraint(fields=["place", "locale"], name="one_menu_per_place_and_language")]

    def __str__(self) -> str:
        return f"{self.get_place_display()} ({self.locale})"


class MenuItem(Orderable):
    """One link of a menu: to a page of ours, or to an address."""

    menu = ParentalKey(Menu, on_delete=models.CASCADE, related_name="items")
    label = models.CharField(_("label"), max_length=60, blank=True, help_text=_("Empty: the page's own title."))
    page = models.ForeignKey(
        "wagtailcore.Page",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("page"),
    )
    address = models.CharField(_("address"), max_length=500, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return self.label or str(self.page or self.address)

    def clean(self) -> None:
        super().clean()
        if bool(self.page_id) == bool(self.address):
            raise ValidationError(_("Choose a page or give an address, one of the two."))
        is_known = self.address.startswith(("https://", "http://", "mailto:", "/")) and self.address[:2] != "//"
        if self.address and not is_known:
            raise ValidationError({"address": _("An address begins with https://, mailto: or /.")})
        if self.address and not self.label:
            raise ValidationError({"label": _("A link to an address needs a label.")})
