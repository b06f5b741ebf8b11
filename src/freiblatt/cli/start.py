"""What the words share: their error, the publication they work on, and starting Django."""

import os
from pathlib import Path

from freiblatt import config

#: Stands in a publication's directory from the first step of making it to the last.
UNFINISHED_NAME = ".unfinished"


class ConsoleError(Exception):
    """A word cannot do what it was asked; the message is the whole explanation. Exit status 1."""


def use_publication(directory: Path) -> config.Config:
    """Return the configuration in `directory` and make it this process's and its children's publication.

    Raises ConfigurationError. Call it before Django is started.
    """
    os.environ[config.DIRECTORY_VARIABLE] = str(directory.expanduser().resolve())
    config.current.cache_clear()
    return config.current()


def open_publication() -> config.Config:
    """Return the configuration of a publication that can be worked on. Raises ConfigurationError otherwise."""
    current = config.current()
    if (current.directory / UNFINISHED_NAME).exists():
        raise config.ConfigurationError(
            f"{current.directory}: seen a publication whose making was interrupted, expected a finished one. "
            "Give the same `freiblatt init` (or `restore`, or `demo`) again; it starts over by itself."
        )
    current.secret_key()
    current.mail_server  # noqa: B018 (reads the password's file, and says so where it cannot)
    return current


def start_django() -> None:
    """Start Django on the current publication. Raises ConfigurationError when it cannot be worked on."""
    open_publication()
    set_up_django()


def set_up_django() -> None:
    """Start Django whatever state the publication is in."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freiblatt.settings")
    django.setup()
