"""Which recordings are taken. They are served as they come in, so what a telephone wrote into them is blanked."""

import re
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext_lazy as _

from freiblatt.articles.uploads import FileRefused, checked_size, ending_of

#: By ending: the type under which browsers play it. Only what every current browser plays.
AUDIO_TYPES = {
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
}
VIDEO_TYPES = {"m4v": "video/mp4", "mp4": "video/mp4", "webm": "video/webm"}
#: Those whose index (`moov`) we read.
BOXED = ("m4a", "m4v", "mp4")
#: The index of a film of many hours stays below it; it is read into memory.
_MAX_INDEX_BYTES = 128 * 1024 * 1024
#: A place as ISO 6709 writes it, as telephones note it: +52.5200+013.4049+034.000/
_PLACE = re.compile(rb"[+-]\d{2}(?:\.\d+)?[+-]\d{3}(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?/")


def check_recording(file: IO[bytes], name: str, *, kind: str, max_bytes: int | None = None) -> None:
    """Return nothing if `file`, uploaded as `name`, is a recording of `kind` (audio, video); raise FileRefused if not.

    The file is left at its beginning.
    """
    types = AUDIO_TYPES if kind == "audio" else VIDEO_TYPES
    ending = ending_of(name)
    if ending not in types:
        raise FileRefused(
            _(
                "Recordings with the ending “%(ending)s” are not taken, as not every browser plays them. "
                "Taken are: %(endings)s."
            )
            % {"ending": ending or "–", "endings": ", ".join(types)}
        )
    size = checked_size(file, max_bytes=max_bytes)
    try:
        if not _begins_right(file.read(4096), ending):
            raise FileRefused(
                _("The name ends in “%(ending)s”, but the content is something else, or it is damaged.")
                % {"ending": ending}
            )
        if ending in BOXED:
            boxes = {box: (start, length) for box, start, length in _boxes(file, size)}
            if b"moov" not in boxes or sum(boxes[b"moov"]) > size:
                raise FileRefused(_("The recording is incomplete. Upload it again from its source."))
            if b"gpmd" in index_of(file)[1]:
                raise FileRefused(
                    _("The film carries a track of places, second by second. Export it without and upload it again.")
                )
    finally:
        file.seek(0)


def _begins_right(head: bytes, ending: str) -> bool:
    if ending in BOXED:
        return head[4:8] == b"ftyp"
    if ending == "mp3":
        return head[:3] == b"ID3" or (head[0] == 0xFF and len(head) > 1 and head[1] & 0xE6 in (0xE2, 0xE4, 0xE6))
    if ending == "wav":
        return head[:4] == b"RIFF" and head[8:12] == b"WAVE"
    if ending == "webm":
        return head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head[:64]
    return head.startswith({"flac": b"fLaC", "ogg": b"OggS", "opus": b"OggS"}[ending])


def _boxes(file: IO[bytes], size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and length of an MP4's outermost boxes (ISO/IEC 14496-12, 4.2), as far as they are whole."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - at
        if length < 8:
            return
        yield head[4:8], at, length
        at += length


def index_of(file: IO[bytes]) -> tuple[int, bytes]:
    """Return position and content of an MP4's index (`moov`), or (0, b"") where it has none."""
    size = file.seek(0, 2)
    for box, start, length in _boxes(file, size):
        if box == b"moov" and length <= _MAX_INDEX_BYTES:
            file.seek(start)
            return start, file.read(length)
    return 0, b""


def without_place(index: bytes) -> bytes:
    """Return an MP4's index of the same length in which places are zeros (ISO 6709) or skipped (3GPP's `loci`)."""
    index = index.replace(b"loci\0\0\0\0", b"free\0\0\0\0")
    if b"\xa9xyz" not in index and b"location" not in index:
        return index
    return _PLACE.sub(lambda found: re.sub(rb"\d", b"0", found.group()), index)


def pixels_of(index: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of the first track that has any (`tkhd`, 16.16 fixed point), else None."""
    at = index.find(b"tkhd")
    while at > 0:
        length = int.from_bytes(index[at - 4 : at], "big")
        end = at - 4 + length
        width, height = (int.from_bytes(index[end - back : end - back + 4], "big") >> 16 for back in (8, 4))
        if length in (92, 104) and width and height:
            return width, height
        at = index.find(b"tkhd", at + 4)
    return None
