"""Where files lie that no address reaches."""

from typing import NoReturn

from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


@deconstructible
class PrivateStorage(FileSystemStorage):
    """Files on the local disk without an address: originals and documents, which only our own views hand out."""

    def url(self, name: str | None) -> NoReturn:
        """Raise NotImplementedError, as Wagtail expects of a storage without addresses."""
        raise NotImplementedError("Originals have no address.")
