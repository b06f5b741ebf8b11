"""Who sends something, as far as the discussion has to know, and no further."""

import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from freiblatt.lib.network import client_address, cut_address

#: What is kept of an address, for at most NETWORK_HOURS: the block that a provider gives to many.
KEPT_IPV4 = 24
KEPT_IPV6 = 48
#: What a provider gives to one connection.
CONNECTION_IPV6 = 64
NETWORK_HOURS = 48


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a form came from."""

    #: The whole address; never stored, never logged, only hashed. "" where unknown.
    address: str
    #: What limits count a neighbourhood by (`lib.network.cut_address`).
    neighbourhood: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Sender":
        """Return who sent `request`."""
        return cls(address=_plain(client_address(request)), neighbourhood=cut_address(request))

    @property
    def network(self) -> str:
        """The block around the address, as it is kept beside a comment: 203.0.113.0/24, 2001:db8:1::/48."""
        if not self.address:
            return ""
        found = ip_address(self.address)
        return str(ip_network((found, KEPT_IPV4 if found.version == 4 else KEPT_IPV6), strict=False))

    @property
    def connection(self) -> str:
        """What one connection has for itself: an IPv4 address, or a block of IPv6 ones, of which it chooses at will."""
        found = ip_address(self.address) if self.address else None
        if found is None or found.version == 4:
            return self.address
        return str(ip_network((found, CONNECTION_IPV6), strict=False))

    @property
    def key(self) -> str:
        """What limits know the connection as: 32 hex digits."""
        return self.keyed_by(settings.SECRET_KEY)

    def keyed_by(self, secret: str) -> str:
        """Return what stands for the connection among those who hold the same secret: 32 hex digits; "" for nobody."""
        if not self.address:
            return ""
        return hmac.new(secret.encode(), self.connection.encode(), hashlib.sha256).hexdigest()[:32]


def _plain(address: str) -> str:
    """Return an address in one spelling, IPv4 inside IPv6 as IPv4; "" for what is none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(found)
