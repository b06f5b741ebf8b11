"""What is remembered of an upgrade that has not ended: its backup, which is of before. Imports no Django.

The note is good for the release that wrote it and as long as nobody works on the publication: whoever serves it or does
its jobs ends the upgrade, for what is written from then on is not in that backup.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from freiblatt import __version__
from freiblatt.config import Config

#: Stands in `var/` from the backup to the end of an upgrade.
NOTE_NAME = "upgrade.json"


@dataclass(frozen=True)
class Note:
    """An upgrade to this release that began."""

    backup: Path
    release: str
    """The release before, or nothing where it is not known."""


def read(config: Config) -> Note | None:
    """Return the note of an upgrade to this release whose backup is still there."""
    try:
        told = json.loads(_path(config).read_text("utf-8"))
        note, to = Note(Path(told["backup"]), str(told["release"])), str(told["to"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return note if to == __version__ and note.backup.is_file() else None


def write(config: Config, note: Note) -> None:
    """Remember it. Raises OSError."""
    partial = _path(config).with_suffix(f".{os.getpid()}")
    told = {"backup": str(note.backup), "release": note.release, "to": __version__}
    partial.write_text(json.dumps(told) + "\n", "utf-8")
    partial.replace(_path(config))


def forget(config: Config) -> None:
    """Remember no upgrade any more. Raises OSError."""
    _path(config).unlink(missing_ok=True)


def _path(config: Config) -> Path:
    return config.var / NOTE_NAME
