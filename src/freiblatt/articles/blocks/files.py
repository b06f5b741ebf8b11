"""Documents and recordings."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.blocks import CharBlock
from wagtail.blocks import TextBlock as LinesBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtailmedia.blocks import AbstractMediaChooserBlock

from freiblatt.articles.blocks.compared import StructBlock
from freiblatt.articles.blocks.pictures import PICTURES

#: A film is as wide as the text; half as much again is sharp enough for a picture that waits under a button.
POSTER_PX = 800


class DocumentBlock(StructBlock):
    """A document that readers may open, with what it is before they do."""

    document = DocumentChooserBlock(label=_("document"))
    title = CharBlock(label=_("other title"), required=False, max_length=200, help_text=_("Empty: the document's."))
    note = LinesBlock(label=_("note"), required=False, max_length=500, rows=2)

    class Meta:
        icon = "doc-full"
        label = _("Document")
        group = _("Facts and files")
        template = "articles/blocks/document.html"
        label_format = "{title}"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        document = value.get("document")
        context["title"] = value.get("title") or (document.title if document else "")
        context["kind"] = document.file_extension.upper() if document else ""
        context["size_bytes"] = _size_of(document) if document else None
        context["source"] = getattr(document, "source", "") if document else ""
        return context


def _size_of(document: Any) -> int | None:
    """Return the size of a document's file, also of one that no form has measured; None where it is missing."""
    if document.file_size is not None:
        return document.file_size
    try:
        return document.file.size
    except OSError:
        return None


class RecordingChooserBlock(AbstractMediaChooserBlock):
    """Choose sound or film of ours."""

    def render_basic(self, value: Any, context: dict[str, Any] | None = None) -> str:
        return str(value or "")

    class Meta:
        icon = "media"


class RecordingBlock(StructBlock):
    """Sound or film that we serve ourselves, with its transcript."""

    recording = RecordingChooserBlock(label=_("recording"))
    caption = LinesBlock(label=pgettext_lazy("of a recording", "caption"), required=False, max_length=500, rows=2)

    class Meta:
        icon = "media"
        label = _("Recording")
        group = PICTURES
        template = "articles/blocks/recording.html"
        label_format = "{caption}"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        recording = value.get("recording")
        context["is_film"] = bool(recording and recording.type == "video")
        context["mime_type"] = recording.content_type if recording else ""
        poster = recording.poster.jpeg_near(POSTER_PX) if context["is_film"] and recording.poster else None
        context["poster_url"] = poster.file.url if poster else ""
        context["name"] = value.get("caption") or (recording.title if recording else "")
        return context
