"""Whom to believe about where a request came from. Nothing in here imports Django."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

#: In the WSGI environment, where no header can write: whether a program on this machine asks by itself.
IS_LOCAL = "freiblatt.is_local"
#: Nobody has more proxies in a row; what stands further left was made up.
MOST_HOPS = 16
#: The longest text that is looked at as an address: IPv6 with a zone, brackets and a port.
LONGEST_ADDRESS = 80
#: An ordinary household has one IPv4 address, a /56 of IPv6 or less; a whole block is what somebody hides in.
CUT_IPV4 = 24
CUT_IPV6 = 56


class Proxies:
    """The proxies that an operator trusts; without any, no header is believed."""

    def __init__(self, trusted: Iterable[str]) -> None:
        """Trust these addresses and networks."""
        self._networks = [ip_network(network) for network in trusted]

    def are_trusted(self, address: str) -> bool:
        """Return whether the connection at `address` is one of them."""
        found = _parsed(address) if self._networks else None
        # An address is never in a network of the other kind.
        return found is not None and any(found in network for network in self._networks)

    def client(self, connection: str, forwarded_for: str) -> str:
        """Return the address of whoever asks: of `X-Forwarded-For` the right-most value that is no trusted proxy's.

        Each trusted proxy vouches for the value that it wrote, which stands furthest right; what stands left of an
        untrusted one may be made up by the asker. What is no address ends the walk at the hop that wrote it.
        """
        client = connection
        if not self._networks:
            return client
        for named in reversed(forwarded_for.rsplit(",", MOST_HOPS)[-MOST_HOPS:]):
            if not self.are_trusted(client):
                break
            found = _parsed(named)
            if found is None:
                break
            client = str(found)
        return client


def cut(address: str) -> str:
    """Return the neighbourhood of a network address as text; "" for what is none, such as a socket's."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, CUT_IPV4 if found.version == 4 else CUT_IPV6), strict=False))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that `text` names, with or without brackets and a port; IPv4 inside IPv6 as IPv4."""
    if len(text) > LONGEST_ADDRESS:
        return None
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
