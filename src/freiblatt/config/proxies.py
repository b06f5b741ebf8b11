"""The value that names trusted proxies: what it may be."""

from collections.abc import Iterable
from ipaddress import ip_network

EXPECTED = 'a list of addresses and networks, such as ["127.0.0.1", "10.0.0.0/24", "fd00::/64"]'


def networks(value: Iterable[str]) -> tuple[str, ...]:
    """Return the networks as written in full, each once. Raises ValueError with what is expected."""
    found = []
    for text in value:
        try:
            network = ip_network(text.strip())
        except ValueError as error:
            raise ValueError(EXPECTED) from error
        if network.prefixlen == 0:
            raise ValueError("addresses of proxies of yours; this network is everybody")
        found.append(str(network))
    return tuple(dict.fromkeys(found))
