"""By what a copy is known that a move of the database has made whole and not yet named. Imports no Django.

The word stands in `var/` from before it stands in a database until the move is through, over as many tries as it takes.
"""

import os
import secrets

from freiblatt.config import Config

NOTE_NAME = "move"


def known(config: Config) -> str:
    """Return what an earlier try gave; nothing where no copy can have it."""
    try:
        return (config.var / NOTE_NAME).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def give(config: Config) -> str:
    """Return that of an earlier try, else a new one, which the disk has. Raises OSError."""
    if token := known(config):
        return token
    token = secrets.token_hex(32)
    config.var.mkdir(parents=True, exist_ok=True)
    with (config.var / NOTE_NAME).open("w", encoding="ascii") as file:
        file.write(f"{token}\n")
        file.flush()
        os.fsync(file.fileno())
    return token


def forget(config: Config) -> None:
    """Let no copy be known any more. Raises OSError."""
    (config.var / NOTE_NAME).unlink(missing_ok=True)
