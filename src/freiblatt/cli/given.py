"""Values that must not stand among the arguments of a process, where every user of the machine can read them."""

import getpass
import sys
from pathlib import Path

from freiblatt.config import ConfigurationError

HELP = "- asks for it, @FILE reads it from a file: an argument with a password can be read by every user of the machine"


def database_url(option: str, value: str | None) -> str | None:
    """Return the address that the option gives: itself, after @ the first line of that file, for - a line of the input.

    Raises ConfigurationError where there is none.
    """
    if value is None or (value != "-" and not value.startswith("@")):
        return value
    if value == "-":
        line = getpass.getpass("Address of the database: ") if sys.stdin.isatty() else sys.stdin.readline()
    else:
        path = Path(value[1:]).expanduser()
        try:
            line = path.read_text("utf-8").partition("\n")[0]
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "no text"
            raise ConfigurationError(f"{option}: seen {path} ({reason}), expected a file with the address.") from error
    if not line.strip():
        raise ConfigurationError(f"{option}: seen nothing, expected an address such as postgresql://USER@HOST/NAME.")
    return line.strip()
