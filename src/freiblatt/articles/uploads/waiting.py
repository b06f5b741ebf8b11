"""Files that wait for their form: Wagtail's multiple upload stores them until credit and licence are given."""

from typing import Any

from django.core.files.storage import storages
from django.db.models.fields.files import FieldFile
from wagtail.models import UploadedFile


class WaitingFile(FieldFile):
    """An upload that lies in the storage without addresses: it is an original, with everything the camera wrote."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = storages["originals"]


def keep_private() -> None:
    """Store waiting uploads beside the originals. By default Wagtail puts them, with their own names, in public.

    Not by the field's `storage`: that is part of Wagtail's migrations.
    """
    UploadedFile._meta.get_field("file").attr_class = WaitingFile
