"""Static files and public renditions. The bytes are sent by the server itself. Nothing in here imports Django.

Originals of uploads lie in another directory, which nothing in here knows.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from freiblatt.config import Config
from freiblatt.pagestore.encodings import Encoding, chosen, is_unchanged
from freiblatt.pagestore.headers import DRAWING_TYPE, common_headers, file_policy
from freiblatt.pagestore.pages import SERVER, Headers
from freiblatt.pagestore.requests import Request

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

#: name.<12 hexadecimal digits>.suffix: the name says the content.
HASHED_NAME = re.compile(r"\.[0-9a-f]{12}\.[A-Za-z0-9]+$")
#: Letters, digits and a few signs; no hidden file, no way up.
_SEGMENT = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_.@~+-]{0,200}")
_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")
#: More digits than the place of any byte has; all of them are beyond the end.
MOST_DIGITS = 18
MOST_SEGMENTS = 16
#: In `media/`, what the desk replaces under the same name.
REPLACED = ("look",)

TYPES = {
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".map": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opus": "audio/ogg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": DRAWING_TYPE,
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".webm": "video/webm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
#: What no browser runs: needs no sandbox.
HARMLESS = ("image/avif", "image/gif", "image/jpeg", "image/png", "image/webp", "audio/", "video/")


class Found(NamedTuple):
    """A file that may be sent."""

    path: str
    kind: str
    size: int
    etag: str
    encodings: frozenset[str]


class Files:
    """One directory under one address."""

    def __init__(self, config: Config, folder: Path, *, is_public_upload: bool) -> None:
        self.folder = folder
        self.is_public_upload = is_public_upload
        self._common: Headers = [SERVER, *common_headers(config)]

    def find(self, name: str) -> Found | None:
        """Return the file called `name` (a path with slashes, without a leading one), or None."""
        segments = name.split("/")
        if not _is_name(segments):
            return None
        suffix = os.path.splitext(segments[-1])[1].lower()
        if suffix in (".br", ".gz") and not self.is_public_upload:
            return None
        path = self.folder.joinpath(*segments)
        try:
            facts = path.stat()
            # A link inside must not lead outside.
            if not path.resolve().is_relative_to(self.folder.resolve()):
                return None
        except (OSError, ValueError):
            return None
        if not path.is_file():
            return None
        encodings: set[str] = set()
        if not self.is_public_upload:
            encodings = {name for name, end in (("br", ".br"), ("gzip", ".gz")) if os.path.isfile(f"{path}{end}")}
        kind = type_of(name)
        etag = f"{facts.st_mtime_ns:x}-{facts.st_size:x}"
        return Found(str(path), kind, facts.st_size, etag, frozenset(encodings))

    def lacks(self, name: str) -> bool:
        """Return whether `name` could be a file's and nothing whatever has it."""
        segments = name.split("/")
        return _is_name(segments) and not os.path.lexists(self.folder.joinpath(*segments))

    def answer(self, request: Request, name: str, found: Found | None = None) -> None:
        """Send the file called `name`, or say that there is none. `found` saves a second look."""
        protocol = request.protocol
        if not request.is_read:
            protocol.response_empty(405, [*self._common, ("allow", "GET, HEAD")])
            return
        found = found or self.find(name)
        if found is None:
            protocol.response_str(
                404,
                [*self._common, ("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-cache")],
                "404\n",
            )
            return
        headers = self._headers(found, name)
        encoding = self._encoding(request, found)
        etag = f'"{found.etag}"' if encoding == "identity" else f'"{found.etag}-{encoding}"'
        headers.append(("etag", etag))
        if found.encodings:
            headers.append(("vary", "accept-encoding"))
        none_match = request.headers.get("if-none-match")
        if none_match is not None and is_unchanged(none_match, etag):
            protocol.response_empty(304, headers)
            return
        if encoding != "identity":
            path = f"{found.path}.{'br' if encoding == 'br' else 'gz'}"
            headers += [("content-encoding", encoding), ("content-length", str(os.path.getsize(path)))]
            self._send(request, 200, headers, path)
            return
        if self.is_public_upload:
            headers.append(("accept-ranges", "bytes"))
            asked = request.headers.get("range")
            if_range = request.headers.get("if-range")
            if (
                asked is not None
                and (if_range is None or if_range == etag)
                and self._part(request, found, headers, asked)
            ):
                return
        headers.append(("content-length", str(found.size)))
        self._send(request, 200, headers, found.path)

    def _headers(self, found: Found, name: str) -> Headers:
        headers = [*self._common, ("content-type", found.kind)]
        if self.is_public_upload:
            headers += upload_headers(name)
        else:
            headers.append(("cache-control", FOR_EVER if HASHED_NAME.search(name) else ASK_AGAIN))
        return headers

    def _encoding(self, request: Request, found: Found) -> Encoding:
        if not found.encodings:
            return "identity"
        wanted = chosen(request.headers.get("accept-encoding"))
        return wanted if wanted in found.encodings else "identity"

    def _part(self, request: Request, found: Found, headers: Headers, asked: str) -> bool:
        """Send the asked part; return False where the header asks for nothing that we know (then all is sent)."""
        match = _RANGE.fullmatch(asked.strip())
        if match is None or match.group(1) == match.group(2) == "":
            return False
        first, last = match.groups()
        if first == "":
            start, end = max(0, found.size - _number(last)), found.size - 1
        else:
            start, end = _number(first), min(_number(last) if last else found.size - 1, found.size - 1)
            if last and _number(last) < start:
                return False
        if start >= found.size or (first == "" and _number(last) == 0):
            # What is between us and the reader must not keep the refusal as long as the file.
            headers = [("cache-control", "no-store") if item[0] == "cache-control" else item for item in headers]
            request.protocol.response_empty(416, [*headers, ("content-range", f"bytes */{found.size}")])
            return True
        headers += [("content-range", f"bytes {start}-{end}/{found.size}"), ("content-length", str(end - start + 1))]
        if request.method == "HEAD":
            request.protocol.response_empty(206, headers)
        else:
            request.protocol.response_file_range(206, headers, found.path, start, end + 1)
        return True

    def _send(self, request: Request, status: int, headers: Headers, path: str) -> None:
        if request.method == "HEAD":
            request.protocol.response_empty(status, headers)
        else:
            request.protocol.response_file(status, headers, path)


def type_of(name: str) -> str:
    """Return the type under which the file called `name` is sent."""
    return TYPES.get(os.path.splitext(name)[1].lower(), "application/octet-stream")


def upload_headers(name: str) -> Headers:
    """Return how long the public upload called `name` is kept, and what keeps it from doing anything."""
    kind = type_of(name)
    headers = [("cache-control", ASK_AGAIN if name.split("/", 1)[0] in REPLACED else FOR_EVER)]
    if not kind.startswith(HARMLESS):
        headers.append(("content-security-policy", file_policy(kind)))
        if kind != DRAWING_TYPE:
            headers.append(("content-disposition", "attachment"))
    return headers


def is_public_name(name: str) -> bool:
    """Return whether `name` could be a public file's."""
    return _is_name(name.split("/"))


def _is_name(segments: list[str]) -> bool:
    return len(segments) <= MOST_SEGMENTS and all(_SEGMENT.fullmatch(segment) for segment in segments)


def _number(digits: str) -> int:
    """Return the number that a stranger wrote, which Python refuses to read beyond some thousand digits."""
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= MOST_DIGITS else 10**MOST_DIGITS
