"""What the words share: their error, the publication they work on, and starting Django."""

import os
import pwd
import sys
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


def open_publication(*, writes: bool = True) -> config.Config:
    """Return the configuration of a publication that can be worked on. Raises ConfigurationError otherwise.

    `writes`: whether files may be made in it, which have to be its owner's.
    """
    current = config.current()
    if writes:
        refuse_wrong_user(current.directory)
    if (current.directory / UNFINISHED_NAME).exists():
        raise config.ConfigurationError(
            f"{current.directory}: seen a publication whose making was interrupted, expected a finished one. "
            "Give the same `freiblatt init` (or `restore`, or `demo`) again; it starts over by itself."
        )
    current.secret_key()
    current.mail_server  # noqa: B018 (reads the password's file, and says so where it cannot)
    return current


def refuse_wrong_user(directory: Path, *, user: int | None = None) -> None:
    """Raise ConfigurationError where root would make files in a directory of somebody else's, who could not read them.

    Another user than its owner is only told: a group may share a publication on purpose. A directory that does not
    exist yet counts as its parent does, for root. `user` is the process's own, by number.
    """
    user = os.geteuid() if user is None else user
    place = next(one for one in (directory, *directory.parents) if one.exists())
    owner = place.stat().st_uid
    if user == owner or (user != 0 and place != directory):
        return
    sentence = (
        f"{place}: it belongs to {_name_of(owner)}, and you are {_name_of(user)}. What is made there now would not "
        "belong to the user that the program runs as."
    )
    if user == 0:
        raise config.ConfigurationError(f"{sentence} Give the command as that user: sudo -u {_name_of(owner)} …")
    print(f"freiblatt: {sentence}", file=sys.stderr)


def _name_of(user: int) -> str:
    """Return the name of a user as `sudo -u` takes it."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"'#{user}'"


def start_django() -> None:
    """Start Django on the current publication. Raises ConfigurationError when it cannot be worked on."""
    open_publication()
    set_up_django()


def set_up_django() -> None:
    """Start Django whatever state the publication is in."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freiblatt.settings")
    django.setup()
