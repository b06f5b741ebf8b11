"""Drawings (SVG) are programs until proven otherwise: only what draws is taken."""

import re
from typing import IO
from xml.etree.ElementTree import Element, ParseError

import willow
from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeTree
from django.utils.translation import gettext_lazy as _
from willow.image import UnrecognisedImageFormatError
from willow.svg import WillowSvgException

from freiblatt.articles.uploads import FileRefused

SVG = "{http://www.w3.org/2000/svg}"
XML = "{http://www.w3.org/XML/"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"

#: Elements that act, load or embed. Everything else in SVG's own namespace draws, and other namespaces are left out.
ACTING = {"script", "foreignObject", "iframe", "embed", "object", "audio", "video", "canvas", "handler", "listener"}
#: Notes for drawing programs: they name authors, paths and machines, and draw nothing.
SILENT = {"metadata", "title", "desc"}
MAX_ELEMENTS = 50_000
MAX_DEPTH = 200
MAX_SIDE_PX = 100_000
_OUTSIDE = re.compile(
    r"url\(\s*['\"]?\s*(?!#|data:image/(?:png|jpeg|gif|webp);)|@import|expression\s*\(|javascript:", re.I
)
_INSIDE = re.compile(r"#|data:image/(?:png|jpeg|gif|webp);base64,", re.I)


def read_drawing(file: IO[bytes]) -> Element:
    """Return the drawing's tree without foreign namespaces, notes and comments; raise FileRefused with a sentence."""
    file.seek(0)
    try:
        root = SafeTree.parse(file, forbid_dtd=False, forbid_entities=True, forbid_external=True).getroot()
    except DefusedXmlException:
        raise FileRefused(_("The drawing declares entities or refers to other files. Save it as plain SVG.")) from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise FileRefused(_("The file is not a drawing (SVG), or it is damaged.")) from None
    if root.tag != f"{SVG}svg":
        raise FileRefused(_("The file is not a drawing (SVG), or it is damaged."))
    for count, element in enumerate(root.iter()):
        if count > MAX_ELEMENTS:
            raise FileRefused(_("The drawing has too many elements. Export it as PNG instead."))
        _check_element(element)
    _leave_out_foreign(root, depth=0)
    _check_dimensions(file)
    return root


def _check_dimensions(file: IO[bytes]) -> None:
    file.seek(0)
    try:
        width, height = willow.Image.open(file).get_size()
        is_usable = 0 < width <= MAX_SIDE_PX and 0 < height <= MAX_SIDE_PX
    except (WillowSvgException, UnrecognisedImageFormatError, ArithmeticError, ValueError):
        is_usable = False
    if not is_usable:
        raise FileRefused(_("The drawing has no usable width and height. Give it some in pixels."))


def _check_element(element: Element) -> None:
    name = str(element.tag).rpartition("}")[2]
    if name in ACTING:
        raise FileRefused(
            _("The drawing contains “%(name)s”, which does more than draw. Save it without.") % {"name": name}
        )
    style = "".join(element.itertext()) if name == "style" else element.get("style", "")
    if "\\" in style or _OUTSIDE.search(style):  # a backslash would write "url" in another way
        raise FileRefused(
            _("The drawing's style refers to another place. Save it as plain SVG with everything inside.")
        )
    for key, value in element.attrib.items():
        attribute = key.rpartition("}")[2].lower()
        if attribute.startswith("on"):
            raise FileRefused(
                _("The drawing contains “%(name)s”, which does more than draw. Save it without.") % {"name": attribute}
            )
        if attribute in ("href", "src") and value.strip() and not _INSIDE.match(value.strip()):
            if name == "a":
                continue  # a link in a picture cannot be followed and loads nothing; it is left out below
            raise FileRefused(_("The drawing refers to another place. Save it as plain SVG with everything inside."))
        if attribute == "attributename" and value.rpartition(":")[2].lower() in ("href", "src"):
            raise FileRefused(_("The drawing refers to another place. Save it as plain SVG with everything inside."))
        if _OUTSIDE.search(value):
            raise FileRefused(_("The drawing refers to another place. Save it as plain SVG with everything inside."))


def _leave_out_foreign(element: Element, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise FileRefused(_("The drawing has too many elements. Export it as PNG instead."))
    is_link = element.tag == f"{SVG}a"  # it leads nowhere from inside a picture
    for key in list(element.attrib):
        is_foreign = key.startswith("{") and key != XLINK_HREF and not key.startswith(XML)
        if is_foreign or (is_link and key.rpartition("}")[2] == "href"):
            del element.attrib[key]
    for child in list(element):
        tag = str(child.tag)
        if not tag.startswith(SVG) or tag.removeprefix(SVG) in SILENT:
            element.remove(child)
        else:
            _leave_out_foreign(child, depth=depth + 1)


def public_drawing(file: IO[bytes]) -> bytes:
    """Return the drawing as readers get it: what draws, and nothing else. Raises FileRefused."""
    from xml.etree import ElementTree

    ElementTree.register_namespace("", SVG[1:-1])
    ElementTree.register_namespace("xlink", XLINK_HREF[1:].partition("}")[0])
    return ElementTree.tostring(read_drawing(file), encoding="utf-8", xml_declaration=True)
