"""What is remembered of the last backup, in `var/`: for the doctor, and lost without harm. Imports no Django."""

import contextlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from freiblatt.config import Config

FILE_NAME = "backup.json"


@dataclass(frozen=True)
class Record:
    """The last good backup and the last failure, each None where there was none."""

    made_at: datetime | None = None
    path: str = ""
    failed_at: datetime | None = None
    reason: str = ""


def read(config: Config) -> Record:
    """Return what is remembered; nothing where the file is not readable."""
    try:
        told: dict[str, Any] = json.loads((config.var / FILE_NAME).read_text("utf-8"))
        return Record(
            made_at=_moment(told.get("made_at")),
            path=str(told.get("path", "")),
            failed_at=_moment(told.get("failed_at")),
            reason=str(told.get("reason", "")),
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return Record()


def note_success(config: Config, *, made_at: datetime, path: Path) -> None:
    """Remember a good backup, and forget what failed before it."""
    _write(config, {"made_at": made_at.isoformat(), "path": str(path)})


def note_failure(config: Config, *, failed_at: datetime, reason: str) -> None:
    """Remember a failure beside the last good one."""
    before = read(config)
    good = {"made_at": before.made_at.isoformat(), "path": before.path} if before.made_at else {}
    _write(config, {**good, "failed_at": failed_at.isoformat(), "reason": reason})


def _write(config: Config, told: dict[str, str]) -> None:
    # A full disk must not turn a good backup into a failed one, nor a failure into another.
    with contextlib.suppress(OSError):
        partial = config.var / f"{FILE_NAME}.{os.getpid()}"
        partial.write_text(json.dumps(told) + "\n", "utf-8")
        partial.replace(config.var / FILE_NAME)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
