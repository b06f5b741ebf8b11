"""Forms of the editor's side: what comes in is looked into, and refused with a sentence at its field."""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtail.search import index as search_index
from wagtailmedia.forms import BaseMediaForm

from freiblatt.articles.models import ArticleDocument
from freiblatt.articles.uploads import FileRefused, check_storage, ending_of
from freiblatt.articles.uploads.documents import check_document
from freiblatt.articles.uploads.pictures import check_picture
from freiblatt.articles.uploads.recordings import BOXED, check_recording, index_of, pixels_of, without_place


class PictureField(WagtailImageField):
    """The file of a picture; our checks come before anything decodes it."""

    def to_python(self, data: UploadedFile | None) -> Any:
        if data not in self.empty_values:
            check_picture(data, data.name, max_bytes=settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE)
        return super().to_python(data)

    def check_image_pixel_size(self, f: Any) -> None:
        """Check nothing more: a drawing has no pixels, and those of other pictures were counted above."""


class UploadingForm:
    """Mixed into a form with a file: where the storage is away it says so, and keeps what else was entered."""

    def clean(self: Any) -> Any:
        """Return the fields; the storage is asked before anything is stored in it."""
        fields = super().clean()  # type: ignore[misc]
        if isinstance(self.cleaned_data.get("file"), UploadedFile):
            try:
                check_storage(self._meta.model._meta.get_field("file").storage)
            except FileRefused as refusal:
                self.add_error("file", refusal)
        return fields


class PictureForm(UploadingForm, BaseImageForm):
    """The base of every form in which a picture is uploaded or changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (given := self.fields.get("file")) is not None:
            self.fields["file"] = PictureField(
                label=given.label, required=given.required, widget=given.widget, max_length=given.max_length
            )

    def save(self, commit: bool = True) -> Any:
        """Store the picture; an original that was replaced is removed once the transaction has committed."""
        is_replaced = "file" in self.changed_data and bool(self.original_file)
        if "file" in self.changed_data:
            self.instance._set_image_file_metadata()
        with transaction.atomic():
            super(BaseImageForm, self).save(commit=commit)
            if commit:
                if is_replaced:
                    storage, name = self.original_file.storage, self.original_file.name
                    transaction.on_commit(partial(storage.delete, name), robust=True)
                search_index.insert_or_update_object(self.instance)
        return self.instance


class DocumentForm(UploadingForm, BaseDocumentForm):
    """The base of every form in which a document is uploaded or changed."""

    def clean_file(self) -> Any:
        """Return the file, which is what its ending says."""
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            check_document(file, file.name, max_bytes=settings.WAGTAILDOCS_MAX_UPLOAD_SIZE)
        return file

    def save(self, commit: bool = True) -> ArticleDocument:
        """Store the document; a file that was replaced is removed once the transaction has committed."""
        replaced = self.original_file if commit and "file" in self.changed_data and self.original_file else None
        self.original_file = None  # Wagtail would remove it at once, whether the row is stored or not
        with transaction.atomic():
            document = super().save(commit=commit)
            if replaced:
                transaction.on_commit(partial(replaced.storage.delete, replaced.name), robust=True)
        return document


class RecordingForm(UploadingForm, BaseMediaForm):
    """The base of every form in which a recording is uploaded or changed."""

    def clean_file(self) -> Any:
        """Return the file, which plays in every browser and no longer says where it was made."""
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            check_recording(file, file.name, kind=self.instance.type, max_bytes=settings.RECORDING_MAX_BYTES)
            if ending_of(file.name) in BOXED:
                start, self.index = index_of(file)
                if (blanked := without_place(self.index)) != self.index:
                    file.seek(start)
                    file.file.write(blanked)
                file.seek(0)
        return file

    def clean(self) -> dict[str, Any]:
        """Return the fields; a film without dimensions gets those of its file, or is asked for them."""
        fields = super().clean()
        if "width" in self.fields and not (fields.get("width") and fields.get("height")):
            if pixels := pixels_of(getattr(self, "index", b"")):
                fields["width"], fields["height"] = pixels
            elif "file" not in self.errors:
                self.add_error("width", _("Give width and height in pixels: the page keeps that place for the film."))
        return fields

    def save(self, commit: bool = True) -> Any:
        """Store the recording; a file that was replaced is removed once the transaction has committed."""
        replaced = self.initial.get("file") if commit and "file" in self.changed_data else None
        with transaction.atomic():
            recording = super().save(commit=commit)
            if replaced:
                transaction.on_commit(partial(replaced.storage.delete, replaced.name), robust=True)
        return recording
