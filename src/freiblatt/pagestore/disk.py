"""Finished pages on disk: a warm start for us, plain files for a web server in front. Nothing in here imports Django.

    var/pages/current                  link to the tree of the running release
    var/pages/<fingerprint>-<epoch>/
      reader/<host>/<path>/index.html  with .gz, .br and .page beside: pages with the standard headers
      other/<2 digits>/<digest>.html   the same for pages with other headers: not for a web server
      keys/<word>/<digest>             links to the pages that show a key, to find them without Django

Only pages without a query and with status 200 are written: what a stranger can make up does not reach the disk.
The writer of a change marks the words, then unlinks; we put our files in place, look at the words again and unlink if
they have moved. So no order of the two leaves an outdated file.
"""

import contextlib
import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import threading
import zlib
from collections.abc import Iterable
from pathlib import Path

from freiblatt.config import Config
from freiblatt.pagestore.encodings import Encoding
from freiblatt.pagestore.fragments import Fragment
from freiblatt.pagestore.headers import page_headers
from freiblatt.pagestore.keys import Address
from freiblatt.pagestore.pages import Page, Place
from freiblatt.pagestore.words import EVERYTHING, Words, word_of

logger = logging.getLogger(__name__)

#: Raise when the form of the files changes.
FORMAT = 1
#: The disk copy is dropped as a whole when it grows beyond this.
LIMIT_BYTES = 2 * 1024**3
#: How often its size is taken.
MEASURE_SECONDS = 600
#: Marking these words renames the whole tree away instead of unlinking file by file.
WHOLE_TREE = frozenset({word_of("site"), word_of(EVERYTHING)})

_SEGMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,200}")
MOST_SEGMENTS = 12
_SUFFIXES: tuple[tuple[Encoding, str], ...] = (("identity", ".html"), ("br", ".html.br"), ("gzip", ".html.gz"))
_ALL_SUFFIXES = (".html", ".html.br", ".html.gz", ".page")


def root_of(config: Config) -> Path:
    """Return the directory of all trees."""
    return config.var / "pages"


class DiskCopy:
    """The disk copy of one release with one configuration, theme and filling of the words."""

    def __init__(self, config: Config, fingerprint: str, words: Words) -> None:
        self.words = words
        self.root = root_of(config)
        self.tree = self.root / f"{fingerprint}-{words.epoch[:16]}-{FORMAT}"
        self._standard = dict(page_headers(config))

    def open(self) -> None:
        """Make this tree the current one and throw the others away. Called once at the start of a server."""
        self.root.mkdir(parents=True, exist_ok=True)
        for other in self.root.iterdir():
            if other != self.tree and not other.is_symlink():
                _throw_away(other)
        self.tree.mkdir(exist_ok=True)
        link = self.root / f"current.{secrets.token_hex(4)}"
        link.symlink_to(self.tree.name)
        link.replace(self.root / "current")

    def read(self, address: Address) -> Page | None:
        """Return the page of `address` if a whole and fresh copy is there."""
        if address.query:
            return None
        for base in self._bases(address):
            try:
                description = json.loads((self.tree / f"{base}.page").read_bytes())
                bodies = {
                    encoding: (self.tree / f"{base}{suffix}").read_bytes()
                    for encoding, suffix in _SUFFIXES
                    if encoding in description["bodies"]
                }
                page = _page(address, description, bodies)
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError) as error:
                logger.warning("A kept page cannot be read and is built anew: %s: %s", base, error)
                continue
            before = self.words.sequence()
            if all(self.words.newest(words) <= sequence for words, sequence in page.claims):
                page.checked = before
                return page
        return None

    def write(self, page: Page) -> None:
        """Put `page` in place, unless it is of the kind that stays in memory or went stale meanwhile."""
        if page.address.query or page.status != 200:
            return
        base = self._base(page)
        bodies: dict[Encoding, bytes] = {"identity": page.plain()}
        if page.is_compressed:
            bodies |= {encoding: page.variants[encoding].body for encoding in ("br", "gzip")}
        try:
            self._link_keys(page, base)
            for encoding, suffix in _SUFFIXES:
                if encoding in bodies:
                    self._put(f"{base}{suffix}", bodies[encoding])
            self._put(f"{base}.page", json.dumps(_description(page, bodies)).encode())
            # Again: a marking that began before ours may just have removed the links together with an older copy.
            self._link_keys(page, base)
        except OSError as error:
            # A full disk, or the whole tree renamed away under us: the copy in memory serves.
            logger.info("A page was not written to disk: %s", error)
        if any(self.words.newest(words) > sequence for words, sequence in page.claims):
            _unlink(self.tree / base)

    def _base(self, page: Page) -> str:
        plain = _plain_base(page.address)
        head = {name: value for name, value in page.head if name != "content-language"}
        is_standard = head.pop("content-type", "") == "text/html; charset=utf-8" and head == self._standard
        return plain if plain and is_standard and page.until is None else _other_base(page.address)

    def _bases(self, address: Address) -> list[str]:
        plain = _plain_base(address)
        return [plain, _other_base(address)] if plain else [_other_base(address)]

    def _link_keys(self, page: Page, base: str) -> None:
        name = hashlib.blake2b(base.encode(), digest_size=12).hexdigest()
        for word in {word for words, _ in page.claims for word in words} - WHOLE_TREE:
            folder = self.tree / "keys" / str(word)
            folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                (folder / name).symlink_to(base)

    def _put(self, name: str, body: bytes) -> None:
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        try:
            partial.write_bytes(body)
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def drop(self) -> None:
        """Throw the whole copy away."""
        _throw_away(self.tree)


class Housekeeping(threading.Thread):
    """Keeps the disk copy within its limit and removes what was renamed away."""

    def __init__(self, disk: DiskCopy) -> None:
        super().__init__(name="disk", daemon=True)
        self.disk = disk
        self.stopped = threading.Event()

    def run(self) -> None:
        wait_seconds = 5.0
        while not self.stopped.wait(wait_seconds):
            wait_seconds = MEASURE_SECONDS
            tidy(self.disk)


def tidy(disk: DiskCopy) -> None:
    """Remove what was renamed away; drop the copy where it has outgrown its limit."""
    for thrown in disk.root.glob("thrown-*"):
        shutil.rmtree(thrown, ignore_errors=True)
    if size_of(disk.tree) > LIMIT_BYTES:
        logger.warning("The pages on disk passed %d MB and were dropped.", LIMIT_BYTES // 1024**2)
        disk.drop()


def unlink_pages(config: Config, keys: Iterable[str]) -> None:
    """Remove the copies of all pages that show one of `keys`, in every tree. Called after the words were marked."""
    words = {word_of(key) for key in keys}
    try:
        trees = [entry for entry in root_of(config).iterdir() if entry.is_dir() and not entry.is_symlink()]
    except FileNotFoundError:
        return
    for tree in trees:
        if tree.name.startswith("thrown-"):
            continue
        if words & WHOLE_TREE:
            _throw_away(tree)
            continue
        for word in words:
            _unlink_word(tree, word)


def size_of(folder: Path) -> int:
    """Return the bytes of all files below `folder`."""
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(at, name)).st_size
    return total


def _unlink_word(tree: Path, word: int) -> None:
    try:
        links = list((tree / "keys" / str(word)).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    for link in links:
        with contextlib.suppress(FileNotFoundError):
            base = os.readlink(link)
            # The link first: whoever writes the page again after this makes a new one.
            link.unlink()
            _unlink(tree / base)


def _unlink(base: Path) -> None:
    for suffix in _ALL_SUFFIXES:
        base.with_name(base.name + suffix).unlink(missing_ok=True)


def _throw_away(tree: Path) -> None:
    """Take `tree` out of sight at once; a thread removes its files."""
    if not tree.name.startswith("thrown-"):
        thrown = tree.with_name(f"thrown-{secrets.token_hex(8)}")
        try:
            tree.rename(thrown)
        except FileNotFoundError:
            return
        tree = thrown
    threading.Thread(target=shutil.rmtree, args=(tree,), kwargs={"ignore_errors": True}, name="thrown").start()


def _plain_base(address: Address) -> str | None:
    """Return where a web server looks for `address`, or None where its path is too odd for a file's name."""
    if not address.path.startswith("/") or not address.path.endswith("/") or not _HOST.fullmatch(address.host):
        return None
    segments = address.path.strip("/").split("/") if address.path != "/" else []
    if len(segments) > MOST_SEGMENTS or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        return None
    return "/".join(("reader", address.host, *segments, "index"))


def _other_base(address: Address) -> str:
    digest = hashlib.blake2b("\n".join(address).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"other/{digest[:2]}/{digest}"


def _description(page: Page, bodies: dict[Encoding, bytes]) -> dict:
    return {
        "address": list(page.address),
        "status": page.status,
        "head": page.head,
        "words": page.words,
        "sequence": page.sequence,
        "until": page.until,
        "places": [[list(place.fragment), *place[1:]] for place in page.places],
        "tag": page.tag,
        "is_compressed": page.is_compressed,
        "bodies": {encoding: zlib.crc32(body) for encoding, body in bodies.items()},
    }


def _page(address: Address, description: dict, bodies: dict[Encoding, bytes]) -> Page:
    """Return the page that a description and its bodies tell of. Raises ValueError where they do not fit."""
    for encoding, checksum in description["bodies"].items():
        if encoding not in bodies or zlib.crc32(bodies[encoding]) != checksum:
            raise ValueError(f"the {encoding} body belongs to another version")
    if description["address"] != list(address):
        raise ValueError("it belongs to another address")
    if description["is_compressed"]:
        del bodies["identity"]
    return Page(
        address=address,
        status=description["status"],
        head=[(name, value) for name, value in description["head"]],
        words=tuple(description["words"]),
        sequence=description["sequence"],
        until=description["until"],
        places=[
            Place(Fragment(*fragment), start, length, tuple(words), sequence)
            for fragment, start, length, words, sequence in description["places"]
        ],
        tag=description["tag"],
        bodies=bodies,
    )
