"""Pictures: the original as it was uploaded, and the public files made from it."""

import secrets
from typing import Any
from urllib.parse import urljoin

import willow
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import models, transaction
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from PIL import Image as PillowImage
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Filter,
    ImageQuerySet,
    WagtailImageField,
    WagtailImageFieldFile,
)

from freiblatt.articles.imaging.formats import register_heif
from freiblatt.articles.imaging.render import upright_size


def originals_storage():  # noqa: ANN201 (Django wants a bare callable)
    """Return the storage of originals, which no address reaches."""
    return storages["originals"]


def original_name(instance: models.Model, filename: str) -> str:
    """Return where an original is kept: under a random name, with its own ending."""
    ending = filename.rsplit(".", 1)[-1].lower()[:8] if "." in filename else "bin"
    return f"pictures/{secrets.token_hex(12)}.{ending}"


def public_name(instance: "PictureFile", filename: str) -> str:
    """Return where a public file is kept: under a random name that tells nothing of the original's."""
    return f"pictures/{secrets.token_hex(12)}.{filename.rsplit('.', 1)[-1]}"


def rendition_name(instance: models.Model, filename: str) -> str:
    """Return where a rendition for the admin is kept: beside the originals, under a random name."""
    return f"renditions/{secrets.token_hex(12)}.{filename.rsplit('.', 1)[-1]}"


class OriginalFile(WagtailImageFieldFile):
    """An original whose dimensions are those a viewer sees: a picture taken upright is higher than wide."""

    def get_image_dimensions(self) -> tuple[int, int]:
        """Return width and height in whole pixels."""
        register_heif()
        close = self.closed
        try:
            self.open()
            if self.name.lower().endswith(".svg"):
                width, height = willow.Image.open(self).get_size()
                return max(1, round(width)), max(1, round(height))
            with PillowImage.open(self) as image:
                return upright_size(image)
        finally:
            if close:
                self.close()
            else:
                self.seek(0)


class OriginalField(WagtailImageField):
    """The file of an original."""

    attr_class = OriginalFile


class PictureQuerySet(ImageQuerySet):
    """Pictures."""

    def with_files(self) -> "PictureQuerySet":
        """Return the pictures with their public files: two queries, however many pictures."""
        return self.prefetch_related("files")


class Picture(AbstractImage):
    """A picture with the facts that print demands: who made it and under which licence.

    However a picture comes in, `save` gives it a first public file at once and orders the others for later.
    """

    file = OriginalField(
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
    #: The original from which the public files are made; another one in `file` means that they have to be made anew.
    files_made_from = models.CharField(max_length=100, blank=True, editable=False)

    objects = PictureQuerySet.as_manager()

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
        permissions = [("choose_picture", _("Can choose picture"))]

    def save(self, *args: Any, **kwargs: Any) -> None:
        from freiblatt.articles.actions.pictures import begin_picture_files, mark_picture_stale

        update_fields = kwargs.get("update_fields")
        with transaction.atomic():
            super().save(*args, **kwargs)
            if update_fields is None or "file" in update_fields:
                if self.file and self.file.name != self.files_made_from:
                    begin_picture_files(picture=self)
                else:
                    mark_picture_stale(picture=self)

    def jpeg_near(self, width_px: int) -> "PictureFile | None":
        """Return the narrowest public JPEG of at least `width_px`, else the widest there is, else None."""
        jpegs = [file for file in self.public_files if file.format == PictureFormat.JPEG]
        return next((file for file in jpegs if file.width_px >= width_px), jpegs[-1] if jpegs else None)

    @property
    def focal_classes(self) -> str:
        """Return `fx-N fy-N`: where the picture's main thing is, in per cent from left and top, in steps of ten."""
        x = self._in_steps(self.focal_point_x, self.width)
        y = self._in_steps(self.focal_point_y, self.height)
        return f"fx-{x} fy-{y}"

    @staticmethod
    def _in_steps(position_px: int | None, length_px: int) -> int:
        if position_px is None or not length_px:
            return 50
        return min(100, max(0, round(position_px * 10 / length_px) * 10))

    @cached_property
    def public_files(self) -> list["PictureFile"]:
        """Return the files that readers may load, narrowest first; one query unless fetched by `with_files`."""
        return sorted(self.files.all(), key=lambda file: file.width_px)

    def get_rendition(self, filter: Filter | str) -> AbstractRendition:  # noqa: A002
        """Return a rendition for the admin's screens. The "original" is the original, not a copy made of it."""
        if str(getattr(filter, "spec", filter)) == "original":
            return PictureRendition(
                image=self, filter_spec="original", file=self.file.name, width=self.width, height=self.height
            )
        return super().get_rendition(filter)

    def generate_rendition_file(self, filter: Filter, *, source: File | None = None) -> File:  # noqa: A002
        """Return a rendition for the admin's screens, without what the camera wrote into the original."""
        from freiblatt.articles.imaging.render import without_metadata

        return without_metadata(super().generate_rendition_file(filter, source=source))


class PictureRendition(AbstractRendition):
    """A rendition for the admin's own screens, shown to staff alone. Readers get `PictureFile`."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")
    file = WagtailImageField(
        upload_to=rendition_name, storage=originals_storage, width_field="width", height_field="height"
    )

    @property
    def url(self) -> str:
        """Return the path at which staff see it."""
        if self.pk is None:
            return reverse("articles_original", args=[self.image_id])
        return reverse("articles_rendition", args=[self.pk])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="one_rendition_per_filter")
        ]


class PictureFormat(models.TextChoices):
    """Formats in the order in which a browser should consider them."""

    AVIF = "avif", "AVIF"
    WEBP = "webp", "WebP"
    JPEG = "jpeg", "JPEG"
    SVG = "svg", "SVG"


class PictureFile(models.Model):
    """One public file of a picture: a format and a width, under a random name."""

    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="files")
    format = models.CharField(max_length=8, choices=PictureFormat.choices)
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()
    file = models.FileField(upload_to=public_name, max_length=120)

    class Meta:
        verbose_name = _("picture file")
        ordering = ["format", "width_px"]
        constraints = [
            models.UniqueConstraint(fields=["picture", "format", "width_px"], name="one_file_per_format_and_width")
        ]

    def __str__(self) -> str:
        return f"{self.picture_id}: {self.format} {self.width_px} px"


def picture_url(picture: Picture | None, width_px: int = 1200) -> str:
    """Return the absolute address of a JPEG of about `width_px`, for feeds and link previews; "" without one."""
    file = picture.jpeg_near(width_px) if picture is not None else None
    return urljoin(settings.WAGTAILADMIN_BASE_URL, file.file.url) if file is not None else ""
