"""Forms of the editor's side: what comes in is looked into, and refused with a sentence at its field."""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtail.search import index as search_index

from freiblatt.articles.uploads.pictures import check_picture


class PictureField(WagtailImageField):
    """The file of a picture; our checks come before anything decodes it."""

    def to_python(self, data: UploadedFile | None) -> Any:
        if data not in self.empty_values:
            check_picture(data, data.name, max_bytes=settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE)
        return super().to_python(data)


class PictureForm(BaseImageForm):
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
