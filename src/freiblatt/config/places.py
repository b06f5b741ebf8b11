"""The places inside a publication's directory."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from freiblatt.config import backups


class ConfigurationError(Exception):
    """The configuration cannot be used; the message names key, value seen and value expected."""


def refuse_unwritable(path: Path) -> None:
    """Raise ConfigurationError where this user may not write in the directory `path`."""
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ConfigurationError(f"{path}: seen a directory that this user may not write, expected one it may.")


class Places:
    """What lies where in the directory. `var` holds what can be made again and may be deleted while stopped."""

    if TYPE_CHECKING:
        directory: Path
        backup_directory: str

    @property
    def var(self) -> Path:
        """Directory of derived files: static files, finished pages, generation words."""
        return self.directory / "var"

    @property
    def originals(self) -> Path:
        """Directory of uploaded originals; never served as it is."""
        return self.directory / "originals"

    @property
    def media(self) -> Path:
        """Directory of public renditions under random names."""
        return self.directory / "media"

    @property
    def theme(self) -> Path:
        """Directory with the publication's own templates and `site.css`."""
        return self.directory / "theme"

    @property
    def backups(self) -> Path | None:
        """Directory of nightly backups, or None where none are made."""
        if not self.backup_directory:
            return None
        return backups.inside(self.directory, self.backup_directory)

    @property
    def static(self) -> Path:
        """Directory of collected, hashed and compressed static files."""
        return self.var / "static"

    def make_directories(self) -> None:
        """Make the directories inside the publication's own. Raises ConfigurationError where one cannot be written."""
        # A new directory gets its mode here, whatever the umask: originals are for this user alone; what is in `var`
        # may be read by a web server in front that is in this user's group. An operator's own modes stay.
        places = ((self.originals, 0o700), (self.var, 0o750), *((path, None) for path in (self.static, self.media)))
        for path, mode in (*places, (self.theme / "templates", None)):
            try:
                is_new = not path.exists()
                path.mkdir(parents=True, exist_ok=True)
                if is_new and mode is not None:
                    path.chmod(mode)
            except OSError as error:
                raise ConfigurationError(
                    f"{path}: seen {error.strerror or error}, expected a directory that can be made."
                ) from error
            refuse_unwritable(path)
