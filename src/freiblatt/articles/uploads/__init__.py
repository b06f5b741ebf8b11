"""What may be uploaded: every file is looked into before it is stored, and refused with a sentence.

A name's ending is a claim; the content decides. Nothing in here stores anything.
"""

import logging
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

#: Asked for to see whether a storage answers; there is no such file.
NO_FILE = "asked-whether-it-answers"
AWAY = _(
    "The place where uploads lie does not take anything just now, so nothing was stored. Choose the file again in a "
    "few minutes; if it stays so, tell whoever runs this server."
)


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


def check_storage(storage: Storage) -> None:
    """Raise FileRefused, with what to do, where `storage` does not answer, so that a form can say so by itself."""
    try:
        storage.exists(NO_FILE)
    except OSError as error:
        logger.warning("The storage for uploads does not answer: %s", error)
        raise FileRefused(AWAY) from error
