"""Documents and recordings: files that an article shows or offers as they are."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtailmedia.models import AbstractMedia

from freiblatt.articles.models.pictures import originals_storage


def document_name(instance: models.Model, filename: str) -> str:
    """Return where a document is kept: under a random name, with its own ending."""
    ending = filename.rsplit(".", 1)[-1].lower()[:8] if "." in filename else "bin"
    return f"documents/{secrets.token_hex(12)}.{ending}"


class ArticleDocument(AbstractDocument):
    """A file that readers may open; it is served sandboxed, and only where a published page shows it."""

    file = models.FileField(_("file"), upload_to=document_name, storage=originals_storage)
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("Where it comes from, as printed."))

    admin_form_fields = (*WagtailDocument.admin_form_fields, "source")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")


class Recording(AbstractMedia):
    """Sound or moving pictures that we serve ourselves."""

    credit = models.CharField(_("credit"), max_length=200, help_text=_("Who made it, as it is printed."))
    transcript = models.TextField(
        _("transcript"), blank=True, help_text=_("What is said, for those who cannot hear it.")
    )

    admin_form_fields = (
        "title",
        "file",
        "credit",
        "transcript",
        "collection",
        "duration",
        "width",
        "height",
        "thumbnail",
        "tags",
    )

    class Meta(AbstractMedia.Meta):
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
