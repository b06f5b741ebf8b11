"""What may be uploaded: every file is looked into before it is stored, and refused with a sentence.

A name's ending is a claim; the content decides. Nothing in here stores anything.
"""

from typing import IO

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _


class FileRefused(ValidationError):  # noqa: N818 (it reads as what happened)
    """The file is not taken; the message is a sentence for whoever uploaded it."""


def ending_of(name: str) -> str:
    """Return the ending of a file's name in lower case without its dot, or ""."""
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def checked_size(file: IO[bytes], *, max_bytes: int | None) -> int:
    """Return the size of `file` in bytes, left at its beginning. Raises FileRefused if empty or above `max_bytes`."""
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise FileRefused(_("The file is empty."))
    if max_bytes is not None and size > max_bytes:
        raise FileRefused(
            _("The file has %(size)s. At most %(limit)s are taken.")
            % {"size": filesizeformat(size), "limit": filesizeformat(max_bytes)}
        )
    return size
