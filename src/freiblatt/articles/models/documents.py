"""Documents and recordings: files that an article shows or offers as they are."""

import secrets
from typing import Any
from unicodedata import category

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.models import Page, ReferenceIndex
from wagtail.query import PageQuerySet
from wagtailmedia.models import AbstractMedia

from freiblatt.articles.models.pictures import originals_storage
from freiblatt.articles.uploads import ending_of
from freiblatt.articles.uploads.documents import TYPES
from freiblatt.articles.uploads.recordings import AUDIO_TYPES, VIDEO_TYPES
from freiblatt.lib.slugs import plain_slug


def document_name(instance: models.Model, filename: str) -> str:
    """Return where a document is kept: under a random name, with its own ending."""
    ending = filename.rsplit(".", 1)[-1].lower()[:8] if "." in filename else "bin"
    return f"documents/{secrets.token_hex(12)}.{ending}"


def recording_name(instance: models.Model, filename: str) -> str:
    """Return where a recording is kept: in public, under a random name that tells nothing of the uploaded one."""
    return f"recordings/{secrets.token_hex(12)}.{ending_of(filename)[:8] or 'bin'}"


def pages_referring_to(thing: models.Model) -> PageQuerySet:
    """Return the published pages whose published content refers to `thing`.

    What a draft refers to does not count: the index is made from the stored page, not from its revisions.
    """
    is_page = ContentType.objects.get_for_model(Page)
    references = ReferenceIndex.get_references_to(thing).filter(base_content_type=is_page)
    pks = {int(object_id) for object_id in references.values_list("object_id", flat=True)}
    return Page.objects.filter(pk__in=pks).live()


class ArticleDocument(AbstractDocument):
    """A file that readers may open; it is served sandboxed, and only where a published page shows it."""

    file = models.FileField(_("file"), upload_to=document_name, storage=originals_storage)
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("Where it comes from, as printed."))

    admin_form_fields = (*WagtailDocument.admin_form_fields, "source")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("choose_articledocument", _("Can choose document"))]

    def save(self, *args: Any, **kwargs: Any) -> None:
        # What is stored and the mark on the pages that show it: both or neither.
        with transaction.atomic():
            super().save(*args, **kwargs)

    @property
    def is_public(self) -> bool:
        """Whether a published page that everybody may read shows the document."""
        return pages_referring_to(self).public().exists()

    @property
    def content_type(self) -> str:
        """Return the type under which it is sent; an ending that we do not know is sent as bytes."""
        return TYPES.get(ending_of(self.file.name), "application/octet-stream")

    @property
    def download_name(self) -> str:
        """Return the name that a reader's browser proposes: the title, with the file's ending."""
        # No control characters, which could turn the ending around, and nothing that a file system takes for a path.
        seen = "".join(" " if category(sign)[0] == "C" or sign in '/\\:*?"<>|' else sign for sign in self.title)
        name = " ".join(seen.split())[:80].strip(". ")
        return f"{name or 'document'}.{ending_of(self.file.name)}"

    @property
    def plain_download_name(self) -> str:
        """Return the same name in ASCII, for programs that know no other."""
        return f"{plain_slug(self.title)[:80] or 'document'}.{ending_of(self.file.name)}"


class Recording(AbstractMedia):
    """Sound or moving pictures that we serve ourselves."""

    file = models.FileField(_("file"), upload_to=recording_name, max_length=120)
    credit = models.CharField(
        pgettext_lazy("of a recording", "credit"), max_length=200, help_text=_("Who made it, as it is printed.")
    )
    transcript = models.TextField(
        _("transcript"), blank=True, help_text=_("What is said, for those who cannot hear it.")
    )
    poster = models.ForeignKey(
        "articles.Picture",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("poster"),
        help_text=_("The picture that stands in a film's place before it is played."),
    )
    thumbnail = None  # the poster is a picture with credit and licence, whose camera data stays with us

    admin_form_fields = (
        "title",
        "file",
        "credit",
        "transcript",
        "collection",
        "duration",
        "width",
        "height",
        "poster",
        "tags",
    )

    class Meta(AbstractMedia.Meta):
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")

    def save(self, *args: Any, **kwargs: Any) -> None:
        # What is stored and the mark on the pages that show it: both or neither.
        with transaction.atomic():
            super().save(*args, **kwargs)

    @property
    def content_type(self) -> str:
        """Return the type under which browsers play it."""
        return {**AUDIO_TYPES, **VIDEO_TYPES}.get(ending_of(self.file.name), "application/octet-stream")
