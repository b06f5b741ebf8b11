"""Pictures: the original as it was uploaded, and the public files made from it."""

import secrets

from django.core.files.storage import storages
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, WagtailImageField


def originals_storage():  # noqa: ANN201 (Django wants a bare callable)
    """Return the storage of originals, which no address reaches."""
    return storages["originals"]


def original_name(instance: models.Model, filename: str) -> str:
    """Return where an original is kept: under a random name, with its own ending."""
    ending = filename.rsplit(".", 1)[-1].lower()[:8] if "." in filename else "bin"
    return f"pictures/{secrets.token_hex(12)}.{ending}"


class Picture(AbstractImage):
    """A picture with the facts that print demands: who made it and under which licence."""

    file = WagtailImageField(
        verbose_name=_("file"),
        upload_to=original_name,
        storage=originals_storage,
        width_field="width",
        height_field="height",
    )
    credit = models.CharField(_("credit"), max_length=200, help_text=_("Who made it, as it is printed."))
    licence = models.CharField(
        _("licence"), max_length=120, help_text=_("Such as: all rights reserved, CC BY 4.0, press photo.")
    )
    caption = models.CharField(_("caption"), max_length=500, blank=True, help_text=_("Unless the place gives another."))

    admin_form_fields = (
        "title",
        "file",
        "description",
        "credit",
        "licence",
        "caption",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")


class PictureRendition(AbstractRendition):
    """A rendition for the admin's own screens. Readers get `PictureFile`."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="one_rendition_per_filter")
        ]


class PictureFormat(models.TextChoices):
    """Formats in the order in which a browser should consider them."""

    AVIF = "avif", "AVIF"
    WEBP = "webp", "WebP"
    JPEG = "jpeg", "JPEG"


class PictureFile(models.Model):
    """One public file of a picture: a format and a width, under a random name."""

    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="files")
    format = models.CharField(max_length=8, choices=PictureFormat.choices)
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()
    file = models.FileField(upload_to="pictures", max_length=120)

    class Meta:
        verbose_name = _("picture file")
        ordering = ["format", "width_px"]
        constraints = [
            models.UniqueConstraint(fields=["picture", "format", "width_px"], name="one_file_per_format_and_width")
        ]

    def __str__(self) -> str:
        return f"{self.picture_id}: {self.format} {self.width_px} px"
