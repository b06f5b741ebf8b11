"""Turn the blocks of a text into an article's body."""

import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wagtail.blocks import StreamValue

from freiblatt.articles.models import ArticlePage
from freiblatt.cli.demo_content.reading import Mark, Text, rich_text

if TYPE_CHECKING:
    from freiblatt.cli.demo_content.filling import Made

#: The namespace of the blocks' ids, which stay the same from one demo to the next.
BLOCKS = uuid.UUID("0d3a1f6c-56a5-4f0e-8f3c-7f0a0f3f8b21")


def body_of(text: Text, made: "Made") -> StreamValue:
    """Return the body of an article. Raises KeyError for anything that a text names and nobody made."""
    stream = ArticlePage._meta.get_field("body").stream_block
    raw = [
        {
            "type": mark.kind,
            "value": MAKERS[mark.kind](mark, made),
            "id": str(uuid.uuid5(BLOCKS, f"{text.name} {place}")),
        }
        for place, mark in enumerate(text.marks)
    ]
    return stream.to_python(raw)


def _text(mark: Mark, made: "Made") -> str:
    return rich_text(mark.text, made.link)


def _picture(mark: Mark, made: "Made") -> dict[str, Any]:
    return {"picture": made.pictures[mark.name].pk, "width": "text", **mark.facts}


def _gallery(mark: Mark, made: "Made") -> dict[str, Any]:
    pictures = []
    for line in mark.text.splitlines():
        name, caption, alt = (cell.strip() for cell in line.split("|"))
        pictures.append({"picture": made.pictures[name].pk, "caption": caption, "alt": alt})
    return {"title": mark.facts.get("title", ""), "pictures": pictures}


def _quotation(mark: Mark, made: "Made") -> dict[str, Any]:
    facts = dict(mark.facts)
    if "original" in facts:
        facts["original_language"] = facts.pop("language")
    return {"text": mark.text, **facts}


def _infobox(mark: Mark, made: "Made") -> dict[str, Any]:
    return {"title": mark.facts["title"], "text": rich_text(mark.text, made.link), "picture": None}


def _table(mark: Mark, made: "Made") -> dict[str, Any]:
    headings, *rows = [[cell.strip() for cell in line.split("|")] for line in mark.text.splitlines()]
    # Whole numbers are written by the page, in its language; decimals keep the digits that the text gives them.
    are_numbers = [
        place > 0 and all(re.fullmatch(r"\d+", row[place]) for row in rows) for place in range(len(headings))
    ]
    columns = [
        {"type": "number" if is_number else "text", "heading": heading}
        for heading, is_number in zip(headings, are_numbers, strict=True)
    ]
    values = [
        {"values": [int(cell) if is_number else cell for cell, is_number in zip(row, are_numbers, strict=True)]}
        for row in rows
    ]
    table = {"columns": columns, "rows": values, "caption": ""}
    return {**mark.facts, "table": table, "has_row_headers": True}


def _document(mark: Mark, made: "Made") -> dict[str, Any]:
    return {"document": made.documents[mark.name].pk, **mark.facts}


def _recording(mark: Mark, made: "Made") -> dict[str, Any]:
    return {"recording": made.recordings[mark.name].pk, **mark.facts}


def _as_written(mark: Mark, made: "Made") -> dict[str, str]:
    return dict(mark.facts)


def _nothing(mark: Mark, made: "Made") -> None:
    return None


MAKERS: dict[str, Callable[[Mark, "Made"], Any]] = {
    "text": _text,
    "picture": _picture,
    "gallery": _gallery,
    "quotation": _quotation,
    "infobox": _infobox,
    "table": _table,
    "document": _document,
    "recording": _recording,
    "embed": _as_written,
    "divider": _nothing,
}
