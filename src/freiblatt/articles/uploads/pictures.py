"""Which pictures are taken."""

import warnings
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from freiblatt.articles.imaging.formats import register_heif
from freiblatt.articles.uploads import FileRefused, checked_size, ending_of
from freiblatt.articles.uploads.drawings import read_drawing

#: What may come in, by the name's ending, and how Pillow names the content.
FORMATS = {
    "avif": ("AVIF",),
    "gif": ("GIF",),
    "heic": ("HEIF",),
    "jpeg": ("JPEG", "MPO"),
    "jpg": ("JPEG", "MPO"),
    "png": ("PNG",),
    "svg": (),
    "webp": ("WEBP",),
}

#: The largest camera of a newsroom's kind stays below it; a decoded picture of that size takes 150 MB for a moment.
MAX_MEGAPIXELS = 50
#: A panorama is 10 to 1. Beyond 30 to 1 it is an accident or an attack.
MAX_RATIO = 30
#: JPEG and AVIF end at 65,535 pixels a side; nobody shows more than 30,000.
MAX_SIDE_PX = 30_000


def check_picture(file: IO[bytes], name: str, *, max_bytes: int | None = None) -> None:
    """Return nothing if `file`, uploaded as `name`, may become a picture; raise FileRefused with a sentence if not.

    The header is read before anything is decoded, so that a small file cannot claim all memory. The file is left at
    its beginning.
    """
    ending = ending_of(name)
    if ending not in FORMATS:
        raise FileRefused(
            _("Pictures with the ending “%(ending)s” are not taken. Taken are: %(endings)s.")
            % {"ending": ending or "–", "endings": ", ".join(FORMATS)}
        )
    checked_size(file, max_bytes=max_bytes)
    try:
        if ending == "svg":
            read_drawing(file)
        else:
            _check_pixels(file, ending)
    finally:
        file.seek(0)


def _check_pixels(file: IO[bytes], ending: str) -> None:
    register_heif()
    too_many = _("The picture has more than %(limit)s megapixels. Make it smaller and upload it again.") % {
        "limit": MAX_MEGAPIXELS
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is lower
            image = Image.open(file)
    except Image.DecompressionBombError:
        raise FileRefused(too_many) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise FileRefused(_("The file is not a picture, or it is damaged.")) from None
    if image.format not in FORMATS[ending]:
        raise FileRefused(
            _("The name ends in “%(ending)s”, but the content is %(format)s. Give the file its right ending.")
            % {"ending": ending, "format": image.format}
        )
    width, height = image.size
    if width * height > MAX_MEGAPIXELS * 1_000_000:
        raise FileRefused(too_many)
    if max(width, height) > MAX_SIDE_PX or max(width, height) > MAX_RATIO * min(width, height):
        raise FileRefused(
            _("The picture measures %(width)s by %(height)s pixels. No page can show that; cut it to a usable shape.")
            % {"width": width, "height": height}
        )
    # Only decoding tells whether the file is whole; a JPEG is decoded at an eighth of its size.
    image.draft("RGB", (1, 1))
    try:
        image.load()
    except Image.DecompressionBombError:
        raise FileRefused(too_many) from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError):
        raise FileRefused(_("The picture is incomplete or damaged. Upload it again from its source.")) from None
