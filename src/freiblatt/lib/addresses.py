"""Full addresses of the publication. The configuration decides them, never the request's Host header."""

from urllib.parse import urljoin

from freiblatt.config import current


def absolute(path: str) -> str:
    """Return the full address of `path` (`/europa/`); an address that is full already stays as it is."""
    return urljoin(f"{current().url}/", path)
