"""Finished pages on disk: a warm start for us, plain files for a web server in front. Nothing in here imports Django.

    var/pages/current                  link to the tree of the running release
    var/pages/<fingerprint>-<epoch>/
      reader/<host>/<path>/index.html  with .gz, .br and .page beside: pages with the standard headers
      other/<2 digits>/<digest>.html   the same for pages with other headers: not for a web server
      keys/<word>/<digest>             links to the pages that show a key, to find them without Django
      partial/                         files that are not in place yet
    var/pages.lock                     held by whoever puts pages in place or removes them

Only pages without a query and with status 200 are written: what a stranger can make up does not reach the disk.

A web server asks nobody whether a file is fresh, so at no moment may a process die and leave an outdated one behind:

- The renderer takes the lock, looks at the words, links the page under each of its keys, puts the files in place, lets
  go. The marker marks the words and then, page by page, takes the lock, removes the files, then the link.
- So every file in place has the links of its keys: they are made before it and removed after it, and the lock keeps one
  order out of the other. That holds wherever either is killed, for a killed process lets go of the lock.
- A renderer that looks at the words after a marking of its keys puts nothing in place. One that looked before it has
  let go of the lock, or died, when the marker takes it, and the marker finds the links.
- A marker that is killed leaves its row in the journal, and whoever carries that out finds the links that are left.
- A whole tree is renamed away under the lock, so that no page has its links in one tree and its files in another.
"""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
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
FORMAT = 2
#: The disk copy is dropped as a whole when it grows beyond this.
LIMIT_BYTES = 2 * 1024**3
#: How often its size is taken.
MEASURE_SECONDS = 600
#: A file that waits longer to be put in place belongs to a process that was killed.
PARTIAL_SECONDS = 600
LOCK_NAME = "pages.lock"
#: Marking these words renames the whole tree away instead of unlinking file by file.
WHOLE_TREE = frozenset({word_of("site"), word_of(EVERYTHING)})

_SEGMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,200}")
MOST_SEGMENTS = 12
_SUFFIXES: tuple[tuple[Encoding, str], ...] = (("identity", ".html"), ("br", ".html.br"), ("gzip", ".html.gz"))
_ALL_SUFFIXES = (".html", ".html.br", ".html.gz", ".page")
PARTIAL = "partial"


def root_of(config: Config) -> Path:
    """Return the directory of all trees."""
    return config.var / "pages"


class DiskCopy:
    """The disk copy of one release with one configuration, theme and filling of the words."""

    def __init__(self, config: Config, fingerprint: str, words: Words) -> None:
        self.config = config
        self.words = words
        self.root = root_of(config)
        self.tree = self.root / f"{fingerprint}-{words.epoch[:16]}-{FORMAT}"
        self._standard = dict(page_headers(config))

    def open(self) -> None:
        """Make this tree the current one and throw the others away. Called once at the start of a server."""
        self.root.mkdir(parents=True, exist_ok=True)
        with _alone(self.config):
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
            # Its marker is about to do the same.
            _unlink(self.tree / base)
        return None

    def write(self, page: Page) -> None:
        """Put `page` in place, unless it is of the kind that stays in memory or went stale meanwhile."""
        try:
            for _step in self.writing(page):
                pass
        except OSError as error:
            # A full disk, or the whole tree renamed away under us: the copy in memory serves.
            logger.info("A page was not written to disk: %s", error)

    def writing(self, page: Page) -> Iterator[str]:
        """Do what `write` does, one step at each call of `next`: a process may be killed between any two.

        Raises OSError.
        """
        if page.address.query or page.status != 200:
            return
        base = self._base(page)
        bodies: dict[Encoding, bytes] = {"identity": page.plain()}
        if page.is_compressed:
            bodies |= {encoding: page.variant(encoding).body for encoding in ("br", "gzip")}
        contents = {suffix: bodies[encoding] for encoding, suffix in _SUFFIXES if encoding in bodies}
        contents[".page"] = json.dumps(_description(page, bodies)).encode()
        partial = self.tree / PARTIAL / secrets.token_hex(12)
        try:
            partial.parent.mkdir(parents=True, exist_ok=True)
            for suffix, content in contents.items():
                partial.with_name(partial.name + suffix).write_bytes(content)
            yield "written"
            with _alone(self.config):
                if any(self.words.newest(words) > sequence for words, sequence in page.claims):
                    return
                yield "looked at the words"
                for folder in self._link_keys(page, base):
                    yield f"linked in {folder.name}"
                target = self.tree / base
                target.parent.mkdir(parents=True, exist_ok=True)
                for suffix in contents:
                    partial.with_name(partial.name + suffix).replace(target.with_name(target.name + suffix))
                    yield f"put {suffix} in place"
        finally:
            _unlink(partial)

    def _base(self, page: Page) -> str:
        plain = _plain_base(page.address)
        head = {name: value for name, value in page.head if name != "content-language"}
        is_standard = head.pop("content-type", "") == "text/html; charset=utf-8" and head == self._standard
        return plain if plain and is_standard and page.until is None else _other_base(page.address)

    def _bases(self, address: Address) -> list[str]:
        plain = _plain_base(address)
        return [plain, _other_base(address)] if plain else [_other_base(address)]

    def _link_keys(self, page: Page, base: str) -> Iterator[Path]:
        name = hashlib.blake2b(base.encode(), digest_size=12).hexdigest()
        for word in {word for words, _ in page.claims for word in words} - WHOLE_TREE:
            folder = self.tree / "keys" / str(word)
            folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                (folder / name).symlink_to(base)
            yield folder

    def drop(self) -> None:
        """Throw the whole copy away."""
        with _alone(self.config):
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
    """Remove what was renamed away and what never came in place; drop the copy where it has outgrown its limit."""
    for thrown in disk.root.glob("thrown-*"):
        shutil.rmtree(thrown, ignore_errors=True)
    for partial in disk.tree.glob(f"{PARTIAL}/*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - partial.stat().st_mtime > PARTIAL_SECONDS:
                partial.unlink()
    if size_of(disk.tree) > LIMIT_BYTES:
        logger.warning("The pages on disk passed %d MB and were dropped.", LIMIT_BYTES // 1024**2)
        disk.drop()


def unlink_pages(config: Config, keys: Iterable[str]) -> None:
    """Remove the copies of all pages that show one of `keys`, in every tree. Called after the words were marked."""
    for _step in unlinking_pages(config, keys):
        pass


def unlinking_pages(config: Config, keys: Iterable[str]) -> Iterator[str]:
    """Do what `unlink_pages` does, one step at each call of `next`: a process may be killed between any two."""
    words = {word_of(key) for key in keys}
    try:
        trees = [entry for entry in root_of(config).iterdir() if entry.is_dir() and not entry.is_symlink()]
    except FileNotFoundError:
        return
    for tree in trees:
        if tree.name.startswith("thrown-"):
            continue
        if words & WHOLE_TREE:
            with _alone(config):
                _throw_away(tree)
            yield f"threw {tree.name} away"
            continue
        for word in sorted(words):
            yield from _unlinking_word(config, tree, word)


@contextlib.contextmanager
def _alone(config: Config) -> Iterator[None]:
    """Wait until nobody else, in whatever process or thread, puts pages in place or removes them; keep it so."""
    file = os.open(config.var / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def size_of(folder: Path) -> int:
    """Return the bytes of all files below `folder`."""
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(at, name)).st_size
    return total


def _unlinking_word(config: Config, tree: Path, word: int) -> Iterator[str]:
    # A renderer that has looked at the words before they were marked may not have linked its page yet.
    with _alone(config):
        try:
            links = list((tree / "keys" / str(word)).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return
    yield "listed the links"
    for link in links:
        # Page by page, so that renderers and other markers get their turn.
        with _alone(config), contextlib.suppress(FileNotFoundError):
            base = tree / os.readlink(link)
            for suffix in _ALL_SUFFIXES:
                base.with_name(base.name + suffix).unlink(missing_ok=True)
                yield f"removed {suffix}"
            link.unlink()
        yield "removed the link"


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
