"""Public files are made of pixels alone: turned upright, in sRGB, on white, without a word of metadata."""

import io
import logging
from typing import IO

from django.core.files.base import File
from PIL import Image, ImageCms, ImageOps

from freiblatt.articles.imaging.formats import register_heif

logger = logging.getLogger(__name__)

#: 480: a phone's column, or a teaser, at one device pixel; 800: the same at two, and the text column (about 640 px)
#: on a plain screen; 1200: what feeds and link previews ask for, and the wide figure; 1920: the wide figure on a dense
#: screen. Twice as much for a telephone would cost its owner a second in the train and show nothing.
WIDTHS_PX = (480, 800, 1200, 1920)
#: The one file that is made while the editor waits: it serves until the others are there.
FIRST_WIDTH_PX = 800
#: WebP cannot hold more pixels a side.
WEBP_MAX_SIDE_PX = 16_383

#: AVIF speed 8 takes 3.5 s for four widths of 24 megapixels; speed 4 takes five times that to save a twentieth.
_SAVE_OPTIONS = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 8},
    "webp": {"format": "WEBP", "quality": 78, "method": 4},
    "jpeg": {"format": "JPEG", "quality": 80, "progressive": True, "optimize": True},
}


def widths_for(width_px: int) -> list[int]:
    """Return the widths of a picture's public files, narrowest first: never more than four, never more than it has."""
    return [*(width for width in WIDTHS_PX[:-1] if width < width_px), min(width_px, WIDTHS_PX[-1])]


def first_width_for(width_px: int) -> int:
    """Return the width of the file that is made at upload; one of `widths_for`."""
    return max(width for width in widths_for(width_px) if width <= max(FIRST_WIDTH_PX, min(widths_for(width_px))))


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return width and height in pixels as a viewer sees them, after the camera's note on how it was held."""
    width, height = image.size
    return (height, width) if image.getexif().get(0x0112, 1) in (5, 6, 7, 8) else (width, height)


def read_pixels(file: IO[bytes], *, at_least_px: int) -> Image.Image:
    """Return the picture's first frame upright, as RGB in sRGB on white, without metadata.

    A JPEG is decoded at a fraction of its size where that still leaves twice `at_least_px`. Raises OSError where the
    file is damaged.
    """
    register_heif()
    file.seek(0)
    image = Image.open(file)
    image.draft("RGB", (2 * at_least_px, 2 * at_least_px))
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    image = _to_srgb(_to_eight_bits(image), profile)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        # Lettering on a transparent ground would be black on black for readers who read in the dark.
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image)
        image = ground
    image = image.convert("RGB")
    image.info = {}
    return image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode in ("I", "F"):
        low, high = image.getextrema()
        span = 65_535 if high > 255 or low < 0 else 255  # type: ignore[operator]
        return image.convert("F").point(lambda value: value * (255 / span)).convert("L")
    return image


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if image.mode in ("P", "PA", "LA", "1"):
        image = image.convert("RGBA" if has_alpha else "RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGBA" if has_alpha else "RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        # A profile that does not fit the pixels is worse than none: the colours are taken as they stand.
        logger.warning("A colour profile could not be read and was left out: %s", error)
        return image
    return converted or image


def encode(image: Image.Image, *, kind: str, width_px: int) -> tuple[bytes, int] | None:
    """Return the file's content and its height in pixels, or None where `kind` (avif, webp, jpeg) cannot hold it."""
    height_px = max(1, round(image.height * width_px / image.width))
    if kind == "webp" and height_px > WEBP_MAX_SIDE_PX:
        return None
    small = image
    if (width_px, height_px) != image.size:
        small = image.resize((width_px, height_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
    target = io.BytesIO()
    small.save(target, **_SAVE_OPTIONS[kind])
    return target.getvalue(), height_px


def without_metadata(file: File) -> File:
    """Return a picture file of the same format and size without Exif, XMP and colour profile; drawings as they are."""
    if file.name and file.name.endswith(".svg"):
        return file
    image = Image.open(file.file)
    kind = image.format
    if not image.info.keys() & {"exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp"}:
        return file
    image.load()
    image = _to_srgb(image, image.info.get("icc_profile"))
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    target = io.BytesIO()
    image.save(target, format=kind)
    target.seek(0)
    return File(target, name=file.name)
