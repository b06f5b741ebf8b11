"""From an address that somebody asks for to the key of a page. Nothing in here imports Django."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from freiblatt.config import Config

#: Query parameters that a reader's page may depend on. All others (`fbclid`, `utm_source`) are ignored, and never
#: reach Django, for otherwise they would be a way round the store.
KNOWN_PARAMETERS = ("after", "before", "page", "q", "sort")
#: More fields than a link of ours ever carries; a query with more is treated as an empty one.
MOST_PARAMETERS = 40

#: Addresses that are for staff, for files or for steps between pages: Django sees these requests as they came.
PASSED_ON = ("/admin/", "/-/", "/documents/")


class Address(NamedTuple):
    """Which page is asked for: host name without port, decoded path, known query parameters in order."""

    host: str
    path: str
    query: str


def known_query(query: str) -> str:
    """Return the known parameters of `query`, each once (the last counts, as in Django), in alphabetical order."""
    if not query:
        return ""
    try:
        fields = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="replace")
    except ValueError:
        return ""
    found = {name: value for name, value in fields if name in KNOWN_PARAMETERS}
    return urlencode(sorted(found.items()))


class Hosts:
    """The hosts under which the publication answers."""

    def __init__(self, config: Config) -> None:
        parts = urlsplit(config.url)
        self._names = set(config.allowed_hosts)
        self._main = parts.hostname or ""
        self._main_with_port = parts.netloc.rpartition("@")[2]
        ports = {f":{port}" for port in (parts.port, config.server_port, 80, 443) if port}
        #: Raw Host headers in their usual spellings, for one quick look.
        self.usual: dict[str | None, str] = {
            spelling: name for name in self._names for spelling in (name, *(name + port for port in ports))
        }

    def name_of(self, header: str | None) -> str | None:
        """Return the host's name without port, or None where it is none of ours."""
        if header is None:
            return None
        known = self.usual.get(header)
        if known is not None:
            return known
        name, _, port = header.lower().rpartition(":") if not header.endswith("]") else (header.lower(), "", "")
        if not name:
            name, port = header.lower(), ""
        if port and not port.isdecimal():
            return None
        name = name.removesuffix(".")
        return name if name in self._names else None

    def header_for(self, name: str) -> str:
        """Return the Host header with which Django is asked for a page that is kept: one spelling for all readers."""
        return self._main_with_port if name == self._main else name
