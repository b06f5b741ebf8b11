"""What the camera wrote into an original. The desk may know it; readers' files carry none of it."""

from dataclasses import dataclass
from typing import IO

from PIL import ExifTags, Image

from freiblatt.articles.imaging.formats import register_heif


@dataclass(frozen=True)
class CameraFacts:
    """What an original says of where and how it was made."""

    has_location: bool
    device: str
    taken: str
    """As the camera wrote it: "2025:08:15 12:30:00", on a clock that nobody checked; "" where it wrote nothing."""
    is_animated: bool


def camera_facts(file: IO[bytes]) -> CameraFacts:
    """Return what the original says of itself. Raises OSError where it cannot be read."""
    register_heif()
    file.seek(0)
    with Image.open(file) as image:
        exif = image.getexif()
        packet = image.info.get("xmp") or b""
        if isinstance(packet, str):
            packet = packet.encode()
        return CameraFacts(
            has_location=bool(exif.get_ifd(ExifTags.IFD.GPSInfo)) or b"GPSLatitude" in packet,
            device=" ".join(_text(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model)).strip(),
            taken=_text(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)),
            is_animated=bool(getattr(image, "is_animated", False)) and image.format not in ("MPO", "HEIF", "AVIF"),
        )


def _text(value: object) -> str:
    return str(value or "").strip("\0 ")[:80]
