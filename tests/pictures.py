"""Pictures, made here and now."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from freiblatt.articles.actions import add_picture
from freiblatt.articles.models import Picture


def picture_bytes(
    *, width: int = 1000, height: int = 600, kind: str = "JPEG", mode: str = "RGB", colour: Any = "navy", **options: Any
) -> bytes:
    """Return the content of a picture file of one colour."""
    target = io.BytesIO()
    Image.new(mode, (width, height), colour).save(target, kind, **options)
    return target.getvalue()


def photographed_bytes(*, width: int = 1000, height: int = 600, orientation: int = 1) -> bytes:
    """Return a JPEG as a telephone makes it: with place, device, notes and orientation."""
    exif = Image.Exif()
    exif[0x0110] = "Geheimkamera 7"
    exif[0x0112] = orientation
    place = exif.get_ifd(0x8825)
    place.update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    note = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Geheimkamera</x:xmpmeta>"
    return picture_bytes(width=width, height=height, exif=exif, xmp=note, comment=b"Geheimkamera")


def png_header(*, width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims to be `width` by `height`."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def make_picture(*, content: bytes | None = None, name: str = "hafen.jpg", **fields: Any) -> Picture:
    """Return a stored picture with its first public file."""
    facts = {"title": "Hafen", "credit": "Rosa Winter", "licence": "CC BY 4.0", **fields}
    return add_picture(file=io.BytesIO(picture_bytes() if content is None else content), name=name, **facts)


def upload(content: bytes, name: str = "hafen.jpg") -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def linear_profile() -> bytes:
    """Return a colour profile like sRGB, but whose values are proportional to light."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for entry in range(int.from_bytes(profile[128:132], "big")):
        at = 132 + entry * 12
        if profile[at : at + 4] in (b"rTRC", b"gTRC", b"bTRC"):
            offset = int.from_bytes(profile[at + 4 : at + 8], "big")
            profile[offset : offset + 12] = b"curv" + bytes(8)  # a curve of no points is the identity
            profile[at + 8 : at + 12] = (12).to_bytes(4, "big")
    return bytes(profile)


def files_on_disk() -> set[Path]:
    """Return every file that was uploaded or made."""
    return {
        path
        for root in (settings.MEDIA_ROOT, settings.STORAGES["originals"]["OPTIONS"]["location"])
        for path in Path(root).rglob("*")
        if path.is_file()
    }
