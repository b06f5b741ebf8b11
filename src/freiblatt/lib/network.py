"""From which address a request came."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from freiblatt.lib.proxies import Proxies


def client_address(request: HttpRequest) -> str:
    """Return the address of whoever asks; behind trusted proxies the one that they name, else the connection's.

    The store has put it into `REMOTE_ADDR` already and dropped the header; it is looked at here too because Django
    could be served without the store.
    """
    meta = request.META
    return Proxies(settings.TRUSTED_PROXIES).client(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""))


#: An ordinary household has one IPv4 address, a /56 of IPv6 or less; a whole block is what somebody hides in.
CUT_IPV4 = 24
CUT_IPV6 = 56


def cut_address(request: HttpRequest) -> str:
    """Return the neighbourhood that a request came from: `203.0.113.0/24`, `2001:db8:0:ff00::/56`; "" where unknown.

    It is what limits count by: not one person, and no reason to keep a whole address. IPv4 inside IPv6 counts as IPv4.
    """
    return cut(client_address(request))


def cut(address: str) -> str:
    """Return the neighbourhood of a network address as text; "" for what is none, such as a socket's."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, CUT_IPV4 if found.version == 4 else CUT_IPV6), strict=False))
