"""Blocks of pictures."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import BooleanBlock, CharBlock, ChoiceBlock, ListBlock, StructValue
from wagtail.blocks import TextBlock as LinesBlock
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock

from freiblatt.articles.blocks.compared import StructBlock

if TYPE_CHECKING:
    from freiblatt.articles.models import Picture

PICTURES = _("Pictures, sound and film")

#: How wide a browser should take a picture to be, for choosing a file; as the theme's column is.
TEXT_SIZES = "(min-width: 46rem) 40rem, 100vw"
WIDE_SIZES = "(min-width: 72rem) 62rem, (min-width: 46rem) 40rem, 100vw"
GALLERY_SIZES = "(min-width: 46rem) 30rem, 100vw"


class PictureValue(StructValue):
    """A picture in its place: what the place says of it, else what the picture itself carries."""

    @property
    def _picture(self) -> "Picture | None":
        return self.get("picture")

    def _own_or(self, field: str) -> str:
        return self.get(field) or (getattr(self._picture, field) if self._picture else "")

    @property
    def caption_text(self) -> str:
        return self._own_or("caption")

    @property
    def credit_text(self) -> str:
        return self._own_or("credit")

    @property
    def licence_text(self) -> str:
        return self._own_or("licence")

    @property
    def alt_text(self) -> str:
        if self.get("is_decorative"):
            return ""
        return self.get("alt") or (self._picture.description if self._picture else "")


class PictureInPlaceBlock(StructBlock):
    """One picture with its caption; described, or said to be decorative."""

    picture = ImageChooserBlock(label=_("picture"))
    caption = LinesBlock(
        label=_("caption"),
        required=False,
        max_length=500,
        rows=2,
        help_text=_("Empty: the caption that the picture carries."),
    )
    alt = CharBlock(
        label=_("description for those who do not see it"),
        required=False,
        max_length=300,
        help_text=_("Empty: the description that the picture carries."),
    )
    is_decorative = BooleanBlock(
        label=_("is decorative"), required=False, help_text=_("The picture says nothing that the text does not say.")
    )
    credit = CharBlock(
        label=_("other credit"), required=False, max_length=200, help_text=_("Empty: the picture's own.")
    )
    licence = CharBlock(
        label=_("other licence"), required=False, max_length=120, help_text=_("Empty: the picture's own.")
    )

    class Meta:
        icon = "image"
        value_class = PictureValue
        label_format = "{caption}"

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not self.is_deferred_validation and not value.get("is_decorative") and not value.alt_text:
            raise StructBlockValidationError(
                {
                    "alt": ValidationError(
                        _("Describe the picture for those who do not see it, or say that it is decorative.")
                    )
                }
            )
        return value


class PictureBlock(PictureInPlaceBlock):
    """A picture between paragraphs."""

    width = ChoiceBlock(
        label=_("width"),
        choices=[("text", _("As wide as the text")), ("wide", _("Wider than the text"))],
        default="text",
    )

    class Meta:
        icon = "image"
        label = _("Picture")
        group = PICTURES
        value_class = PictureValue
        template = "articles/blocks/picture.html"
        label_format = "{caption}"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["sizes"] = WIDE_SIZES if value.get("width") == "wide" else TEXT_SIZES
        return context


class GalleryBlock(StructBlock):
    """Several pictures that belong together."""

    title = CharBlock(label=_("title"), required=False, max_length=200)
    pictures = ListBlock(PictureInPlaceBlock(), min_num=2, max_num=40, label=_("pictures"))

    class Meta:
        icon = "images"
        label = _("Gallery")
        group = PICTURES
        template = "articles/blocks/gallery.html"
        label_format = "{title}"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context["sizes"] = GALLERY_SIZES
        return context


class LostPictureBlock(StructBlock):
    """The place of a picture that an imported article has lost: its caption stays, quietly.

    It stands for a picture that nobody here has, so it needs neither description nor credit.
    """

    caption = LinesBlock(label=_("caption"), rows=2, max_length=1000)

    class Meta:
        icon = "image"
        label = _("Lost picture")
        group = PICTURES
        template = "articles/blocks/lost_picture.html"
        label_format = "{caption}"
