"""From what a reader typed to what readers see. Rendered once, when it is written, never when it is read."""

import re

import nh3
from django.utils.html import escape

#: Raised when the rules below change; a comment keeps the version that made its HTML.
RULES_VERSION = 1

_ADDRESS = re.compile(r"https?://[^\s<>\"'\u201c\u201d\u201e\u00ab\u00bb]+")
_TRAILING = ".,;:!?\u2026)]}"
#: Characters that reorder or hide what surrounds them, and those no database takes.
_INVISIBLE = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b\u2028-\u202e\u2066-\u2069\ufeff]")


def tidy(text: str) -> str:
    """Return `text` with line ends as \\n, without invisible controls, without blank lines around it."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n").rstrip()


def tidy_name(name: str) -> str:
    """Return `name` on one line, with single spaces and without invisible controls."""
    return " ".join(_INVISIBLE.sub("", name).split())


def to_html(text: str) -> str:
    """Return safe HTML of a comment: paragraphs, line breaks and links, nothing else.

    Links carry rel="nofollow ugc noopener": a discussion is not a place to win ranks.
    """
    paragraphs = [
        "<br>".join(_linked(line.strip()) for line in paragraph.split("\n"))
        for paragraph in re.split(r"\n[^\S\n]*\n\s*", tidy(text))
        if paragraph.strip()
    ]
    return nh3.clean(
        "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
        tags={"p", "br", "a"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="nofollow ugc noopener",
    )


def _linked(line: str) -> str:
    """Return one line as HTML, with its addresses as links."""
    parts: list[str] = []
    end = 0
    for match in _ADDRESS.finditer(line):
        address = match.group().rstrip(_TRAILING)
        # "(see https://example.org/a_(b))": the last bracket belongs to the address, the outer one does not.
        if address.count("(") > address.count(")") and match.group()[len(address) :].startswith(")"):
            address += ")"
        parts += [escape(line[end : match.start()]), f'<a href="{escape(address)}">{escape(address)}</a>']
        end = match.start() + len(address)
    return "".join([*parts, escape(line[end:])])
