"""Collecting static files: hashed names, compressed once, exchanged as a whole.

`is_current` needs no Django; `prepare` starts none but works in a process where Django is set up. Run as a program
(`python -m freiblatt.pagestore.static`) it does both for the current publication.
"""

import contextlib
import gzip
import os
import secrets
import shutil
import sys
from pathlib import Path

import brotli

from freiblatt.config import Config, current_or_exit
from freiblatt.pagestore import busy, fingerprint
from freiblatt.pagestore.files import HASHED_NAME

MARK_NAME = ".collected"
COMPRESSED_SUFFIXES = (".css", ".js", ".mjs", ".json", ".svg", ".txt", ".webmanifest", ".xml", ".ico", ".ttf")
SMALLEST_BYTES = 200
#: Quality 11 takes seconds for a megabyte of script; 9 gives nearly the same in a tenth of the time.
SMALL_BYTES = 50_000
SMALL_QUALITY, LARGE_QUALITY = 11, 9


def is_current(config: Config) -> bool:
    """Return whether the collected files are those of this release and theme."""
    try:
        return (config.static / MARK_NAME).read_text("ascii") == fingerprint.of_static_files(config)
    except (OSError, UnicodeDecodeError):
        return False


def prepare(config: Config) -> bool:
    """Collect, hash and compress the static files where they are not current; return whether that was done.

    The new directory takes the old one's place in one step; readers never see a half-written one.
    """
    mark = fingerprint.of_static_files(config)
    if is_current(config):
        return False
    for left in config.var.glob("static.*"):
        shutil.rmtree(left, ignore_errors=True)
    fresh = config.var / f"static.{secrets.token_hex(4)}"
    try:
        _collect(fresh)
        _compress(fresh)
        (fresh / MARK_NAME).write_text(mark, "ascii")
        outdated = config.var / f"static.{secrets.token_hex(4)}"
        with contextlib.suppress(FileNotFoundError):
            config.static.rename(outdated)
        fresh.rename(config.static)
        shutil.rmtree(outdated, ignore_errors=True)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    _read_manifest_again()
    return True


def _collect(folder: Path) -> None:
    from django.contrib.staticfiles.management.commands.collectstatic import Command
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.core.management import call_command

    folder.mkdir(parents=True)
    command = Command()
    # `__class__`: the lazy object in `staticfiles_storage` answers for the storage inside it.
    command.storage = staticfiles_storage.__class__(location=folder)
    call_command(command, verbosity=0, interactive=False)
    busy.write(folder, command.storage.url)


def _compress(folder: Path) -> None:
    for at, _, names in os.walk(folder):
        for name in names:
            if name.endswith(COMPRESSED_SUFFIXES) and HASHED_NAME.search(name):
                _compress_file(Path(at, name))


def _compress_file(path: Path) -> None:
    content = path.read_bytes()
    if len(content) < SMALLEST_BYTES:
        return
    quality = SMALL_QUALITY if len(content) <= SMALL_BYTES else LARGE_QUALITY
    for suffix, packed in (
        (".br", brotli.compress(content, quality=quality)),
        (".gz", gzip.compress(content, compresslevel=9, mtime=0)),
    ):
        if len(packed) < len(content):
            path.with_name(path.name + suffix).write_bytes(packed)


def _read_manifest_again() -> None:
    """Let this process know the new names."""
    from django.contrib.staticfiles.storage import staticfiles_storage

    staticfiles_storage.hashed_files, staticfiles_storage.manifest_hash = staticfiles_storage.load_manifest()


def main() -> None:
    """Prepare the current publication's static files."""
    import django

    config = current_or_exit()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freiblatt.settings")
    django.setup()
    prepare(config)


if __name__ == "__main__":
    sys.exit(main())
