"""Where files lie that no address reaches."""

from typing import Any, NoReturn

from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


class WithoutAddress:
    """Mixed into a storage whose files only our own views hand out."""

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise NotImplementedError, as Wagtail expects of a storage without addresses."""
        raise NotImplementedError("Originals have no address.")


@deconstructible
class PrivateStorage(WithoutAddress, FileSystemStorage):
    """Files on the local disk without an address: originals and documents."""
