"""The facts of one installation: `freiblatt.toml` in the publication's directory, overridden by `FREIBLATT_*`.

Nothing in here imports Django, so that the server can read its address before Django is loaded.
"""

from freiblatt.config.backups import SET_ASIDE_PREFIX, kept_backups
from freiblatt.config.facts import (
    DIRECTORY_VARIABLE,
    FILE_NAME,
    INTERFACE_LANGUAGES,
    PREFIX,
    SECRET_NAME,
    Config,
    ConfigurationError,
)
from freiblatt.config.reading import changed, check, current, current_or_exit, exit_with, read, written

__all__ = [
    "DIRECTORY_VARIABLE",
    "FILE_NAME",
    "INTERFACE_LANGUAGES",
    "PREFIX",
    "SECRET_NAME",
    "SET_ASIDE_PREFIX",
    "Config",
    "ConfigurationError",
    "changed",
    "check",
    "current",
    "current_or_exit",
    "exit_with",
    "kept_backups",
    "read",
    "written",
]
