"""What may be uploaded: every file is looked into before it is stored, and refused with a sentence.

A name's ending is a claim; the content decides. Nothing in here stores anything.
"""

from django.core.exceptions import ValidationError


class FileRefused(ValidationError):  # noqa: N818 (it reads as what happened)
    """The file is not taken; the message is a sentence for whoever uploaded it."""


def ending_of(name: str) -> str:
    """Return the ending of a file's name in lower case without its dot, or ""."""
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""
