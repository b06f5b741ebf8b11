"""Whether a page may go before readers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue

if TYPE_CHECKING:
    from wagtail.models import Page


class Incomplete(ValidationError):  # noqa: N818 (it reads as what it says of the page)
    """A page is not fit for readers; its text is one message for people: which page, and what is missing."""

    def __init__(self, page: "Page", error: ValidationError) -> None:
        super().__init__(error)
        self.page = page
        self.error = error

    def __str__(self) -> str:
        return _("“%(title)s” was not published, because it is not complete. %(reasons)s") % {
            "title": self.page.title,
            "reasons": " ".join(_reasons(self.page, self.error)),
        }


def refuse_incomplete(page: "Page") -> None:
    """Raise Incomplete unless `page`, as it is in memory, may go before readers: its fields and every block."""
    try:
        page.full_clean()
        for field in page._meta.get_fields():
            value = getattr(page, field.name, None) if field.concrete else None
            if isinstance(value, StreamValue):
                _clean_blocks(field.name, value)
    except ValidationError as error:
        raise Incomplete(page, error) from error


def _clean_blocks(name: str, value: StreamValue) -> None:
    try:
        value.stream_block.clean(value)
    except ValidationError as error:
        raise ValidationError({name: list(dict.fromkeys(_messages(error)))}) from error


def _messages(error: ValidationError) -> Iterator[str]:
    """Yield the sentences inside a block's error, which nests like the blocks."""
    inner = getattr(error, "block_errors", None)
    if inner is None:
        yield from error.messages
        return
    for child in inner.values() if isinstance(inner, dict) else inner:
        if isinstance(child, ValidationError):
            yield from _messages(child)
    for own in error.non_block_errors.as_data():
        yield from own.messages


def _reasons(page: "Page", error: ValidationError) -> Iterator[str]:
    if not hasattr(error, "error_dict"):
        yield from error.messages
        return
    labels = {field.name: str(getattr(field, "verbose_name", "")) for field in page._meta.get_fields()}
    for name, messages in error.message_dict.items():
        label = capfirst(labels.get(name, ""))
        yield from (f"{label}: {message}" if label else message for message in messages)
