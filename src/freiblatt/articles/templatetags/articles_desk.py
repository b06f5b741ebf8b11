"""Fragments for the editor's side."""

import mimetypes
from datetime import datetime
from typing import Any

from django import template

from freiblatt.articles.imaging.credentials import read_credentials
from freiblatt.articles.imaging.metadata import camera_facts
from freiblatt.articles.imaging.render import widths_for
from freiblatt.articles.models import Picture, PictureFormat
from freiblatt.articles.times import clock_of

register = template.Library()


@register.filter
def clock(moment: datetime) -> str:
    """Return what the clock is called that shows `moment`."""
    return clock_of(moment)


@register.inclusion_tag("articles/desk/picture_facts.html")
def picture_facts(picture: Picture) -> dict[str, Any]:
    """Return what the desk should know of a picture's original and of its public files."""
    files = list(picture.files.all())
    wanted = 1 if picture.is_svg() else len(widths_for(picture.width)) * 3
    facts: dict[str, Any] = {
        "picture": picture,
        "is_drawing": picture.is_svg(),
        "files_count": len(files),
        "is_complete": len(files) >= wanted or any(file.format == PictureFormat.AVIF for file in files),
    }
    if not picture.is_svg():
        try:
            with picture.open_file() as original:
                facts["camera"] = camera_facts(original)
                facts["credentials"] = read_credentials(
                    original, mimetypes.guess_type(picture.file.name)[0] or "application/octet-stream"
                )
        except OSError:
            facts["is_missing"] = True
    return facts
