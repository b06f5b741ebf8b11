"""What a finished page depends on beside the database. Nothing in here imports Django."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from freiblatt import __version__
from freiblatt.config import Config

PACKAGE = Path(__file__).resolve().parent.parent
#: Settings that no page shows: changing them must not cost a warm start.
NOT_SHOWN = ("server_", "store_", "backup_", "log_level", "valkey_url")
LIBRARIES = ("django", "wagtail", "django-csp", "brotli")


def of(config: Config) -> str:
    """Return 16 hexadecimal digits that change with the release, the configuration and the publication's theme."""
    digest = _of_release()
    # The secret signs the placeholders in kept pages; its digest alone goes in.
    digest.update(hashlib.blake2b(config.secret_key().encode()).digest())
    settings = {key: value for key, value in config.model_dump().items() if not key.startswith(NOT_SHOWN)}
    digest.update(repr(sorted(settings.items())).encode())
    _add_files(digest, [PACKAGE, config.theme])
    return digest.hexdigest()


def of_static_files(config: Config) -> str:
    """Return 16 hexadecimal digits that change with the release's static files and the theme's."""
    digest = _of_release()
    # What is written with them, too: the page for readers whom there is no room for.
    alone = [PACKAGE / "theme" / "templates" / "theme" / name for name in ("alone.html", "503.html")]
    _add_files(digest, [*sorted(PACKAGE.glob("*/static")), PACKAGE / "theme" / "storage.py", *alone, config.theme])
    return digest.hexdigest()


def _of_release() -> "hashlib.blake2b":
    digest = hashlib.blake2b(digest_size=8)
    digest.update(__version__.encode())
    for library in LIBRARIES:
        try:
            digest.update(f"{library} {version(library)}\n".encode())
        except PackageNotFoundError:
            continue
    return digest


def _add_files(digest: "hashlib.blake2b", places: Iterable[Path]) -> None:
    for place in places:
        for entry in _files(place):
            digest.update(entry.encode("utf-8", "surrogateescape"))


def _files(folder: Path) -> Iterator[str]:
    """Yield name, size and time of every file below `folder`, in order; compiled files left out."""
    if folder.is_file():
        yield f"{folder} {folder.stat().st_size} {folder.stat().st_mtime_ns}\n"
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            try:
                facts = os.stat(os.path.join(at, name))
            except OSError:
                continue
            yield f"{at}/{name} {facts.st_size} {facts.st_mtime_ns}\n"
