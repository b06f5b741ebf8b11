"""A finished page: its encodings, its headers, and what it says about being fresh. Nothing in here imports Django."""

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import brotli

from freiblatt.pagestore.encodings import Encoding
from freiblatt.pagestore.fragments import Fragment
from freiblatt.pagestore.keys import Address

Headers = list[tuple[str, str]]

#: Added to every answer, in place of the server's own name and version.
SERVER = ("server", "freiblatt")
#: Headers of Django's answer that the store writes itself, or that belong to one connection.
OWN_HEADERS = frozenset(
    {"content-length", "content-encoding", "etag", "vary", "server", "date", "connection", "last-modified", "expires"}
)
#: Below this, compressing saves no packet.
SMALLEST_COMPRESSED_BYTES = 400
COMPRESSED_TYPES = ("text/", "application/json", "application/feed+json", "application/xml", "image/svg+xml")
COMPRESSED_SUFFIXES = ("+xml", "+json")
#: Quality 5 takes 2 ms for 50 kB; 11 would take 300 ms for a tenth less.
BROTLI_QUALITY = 5
GZIP_LEVEL = 6
#: How much larger than brotli's the body in gzip is at most, which is made when somebody asks for it.
GZIP_TO_BROTLI = 1.25
#: Rough memory of a page beside its bodies.
OVERHEAD_BYTES = 4000


class Piece(NamedTuple):
    """A rendered fragment in a page, and since when its keys must not have gone stale."""

    html: bytes
    words: tuple[int, ...]
    sequence: int


class Place(NamedTuple):
    """Where in the page's bytes a fragment stands."""

    fragment: Fragment
    start: int
    length: int
    words: tuple[int, ...]
    sequence: int


class Variant(NamedTuple):
    """One encoding of a page, ready to send."""

    headers: Headers
    body: bytes
    etag: str
    #: Headers of the answer "304 Not Modified".
    unchanged: Headers


class Page:
    """A finished page as the store keeps it."""

    __slots__ = (
        "address",
        "checked",
        "claims",
        "head",
        "is_compressed",
        "places",
        "sequence",
        "size",
        "status",
        "tag",
        "until",
        "variants",
        "words",
    )

    def __init__(
        self,
        *,
        address: Address,
        status: int,
        head: Headers,
        words: tuple[int, ...],
        sequence: int,
        until: float | None,
        places: Sequence[Place],
        tag: str,
        bodies: Mapping[Encoding, bytes],
    ) -> None:
        self.address = address
        self.status = status
        self.head = head
        self.words = words
        self.sequence = sequence
        #: Seconds since 1970 after which it counts no longer, or None.
        self.until = until
        self.places = tuple(places)
        self.tag = tag
        self.is_compressed = "br" in bodies
        #: What must not have gone stale since when.
        self.claims = ((words, sequence), *((place.words, place.sequence) for place in places))
        #: The sequence up to which it is known to be fresh.
        self.checked = sequence
        self.variants: dict[Encoding, Variant] = {}
        for encoding, body in bodies.items():
            self._add(encoding, body)
        if not self.is_compressed:
            self.variants["br"] = self.variants["gzip"] = self.variants["identity"]
        self.size = sum(len(body) for body in bodies.values()) + OVERHEAD_BYTES
        if self.is_compressed and "gzip" not in bodies:
            self.size += int(len(bodies["br"]) * GZIP_TO_BROTLI)

    def _add(self, encoding: Encoding, body: bytes) -> None:
        self.variants[encoding] = self._variant(encoding, body)

    def _variant(self, encoding: Encoding, body: bytes) -> Variant:
        etag = f'"{self.tag}"' if encoding == "identity" else f'"{self.tag}-{encoding}"'
        head = [SERVER, *self.head, ("etag", etag)]
        if self.is_compressed:
            head.append(("vary", "accept-encoding"))
        unchanged = [item for item in head if item[0] not in ("content-type", "content-language")]
        if encoding != "identity":
            head.append(("content-encoding", encoding))
        head.append(("content-length", str(len(body))))
        return Variant(head, body, etag, unchanged)

    def variant(self, encoding: Encoding) -> Variant:
        """Return the page in `encoding`, made now where it is not there.

        gzip is kept, and takes a moment: work for a thread. The bare bytes are made anew, for hardly anybody asks.
        """
        found = self.variants.get(encoding)
        if found is not None:
            return found
        if encoding == "gzip":
            self._add(encoding, gzip.compress(self.plain(), compresslevel=GZIP_LEVEL, mtime=0))
            return self.variants[encoding]
        return self._variant(encoding, self.plain())

    def plain(self) -> bytes:
        """Return the page's bytes, not compressed."""
        if self.is_compressed:
            return brotli.decompress(self.variants["br"].body)
        return self.variants["identity"].body

    def apart(self) -> tuple[list[bytes | Fragment], dict[Fragment, Piece]]:
        """Return the page as `fragments.split` gave it, bytes and fragments in turn, and the fragments in it."""
        plain, at = self.plain(), 0
        parts: list[bytes | Fragment] = []
        pieces = {}
        for place in self.places:
            end = place.start + place.length
            parts += [plain[at : place.start], place.fragment]
            pieces[place.fragment] = Piece(plain[place.start : end], place.words, place.sequence)
            at = end
        parts.append(plain[at:])
        return parts, pieces


def compose(
    *,
    address: Address,
    status: int,
    head: Headers,
    parts: Sequence[bytes | Fragment],
    words: tuple[int, ...],
    sequence: int,
    until: float | None,
    pieces: Mapping[Fragment, Piece],
) -> Page:
    """Return the page put together from its parts, compressed; a millisecond or two of work for a thread.

    Browsers take brotli. What is asked for in gzip before the page has gone to disk is made then: readers who wait for
    a comment do not wait for an encoding that none of them wants.
    """
    places: list[Place] = []
    chunks: list[bytes] = []
    at = 0
    for part in parts:
        if isinstance(part, Fragment):
            piece = pieces[part]
            places.append(Place(part, at, len(piece.html), piece.words, piece.sequence))
            part = piece.html
        chunks.append(part)
        at += len(part)
    plain = b"".join(chunks)
    head = [item for item in head if item[0] not in OWN_HEADERS]
    digest = hashlib.blake2b(plain, digest_size=12)
    digest.update(repr((status, head)).encode())
    bodies: dict[Encoding, bytes]
    if len(plain) >= SMALLEST_COMPRESSED_BYTES and _is_text(head):
        bodies = {"br": brotli.compress(plain, quality=BROTLI_QUALITY)}
    else:
        bodies = {"identity": plain}
    return Page(
        address=address,
        status=status,
        head=head,
        words=words,
        sequence=sequence,
        until=until,
        places=places,
        tag=digest.hexdigest(),
        bodies=bodies,
    )


def _is_text(head: Headers) -> bool:
    kind = dict(head).get("content-type", "").partition(";")[0].strip()
    return kind.startswith(COMPRESSED_TYPES) or kind.endswith(COMPRESSED_SUFFIXES)
