"""Full addresses of the publication. The configuration decides them, never the request's Host header."""

from freiblatt.config import current


def absolute(path: str) -> str:
    """Return the full address of `path` (`/europa/`); an address that is full already stays as it is.

    By string, never by the rules for references: `//elsewhere/` is a path that somebody asked us for, not a host.
    """
    if path.startswith(("http://", "https://")):
        return path
    return f"{current().url}/{path.lstrip('/')}"
