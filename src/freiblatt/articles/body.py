"""The registry of what an article's body may contain.

This room fills it in `blocks.py`; rooms above add their own in `AppConfig.ready()` with names that begin with the
room's name (`evidence_timeline`). Blocks refer to models by string, never by class.
"""

from collections.abc import Mapping, Set
from typing import Any

from wagtail.blocks import Block
from wagtail.fields import StreamField

_blocks: list[tuple[str, Block]] = []
_text_features: list[str] = []
_text_elements: dict[str, set[str]] = {}


def register_block(name: str, block: Block) -> None:
    """Let articles contain `block` under `name`. Raises ValueError on a taken name. Call it from `ready()`."""
    if any(taken == name for taken, _block in _blocks):
        raise ValueError(f"A block named {name} is registered already.")
    _blocks.append((name, block))


def register_text_feature(name: str, elements: Mapping[str, Set[str]] | None = None) -> None:
    """Allow a rich-text feature (as Wagtail names it) in running text.

    `elements` are the HTML elements, each with its attributes, that the feature stores; what no feature names is
    removed from running text when it is saved.
    """
    if name not in _text_features:
        _text_features.append(name)
    for element, attributes in (elements or {}).items():
        _text_elements.setdefault(element, set()).update(attributes)


def text_features() -> list[str]:
    """Return the rich-text features of running text, in the order of the toolbar."""
    return list(_text_features)


def text_elements() -> dict[str, set[str]]:
    """Return the HTML elements of all registered features with their attributes."""
    return {element: set(attributes) for element, attributes in _text_elements.items()}


class BodyField(StreamField):
    """A StreamField over the registered blocks.

    Blocks are no part of the database's schema (it is one JSON column), so migrations do not record them and a room
    that adds a block does not change this room's migrations.
    """

    def __init__(self, block_types: Any = None, **kwargs: Any) -> None:
        super().__init__(_blocks, **kwargs)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, path, _args, kwargs = super(StreamField, self).deconstruct()
        return name, path, [], kwargs
