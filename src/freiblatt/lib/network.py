"""From which address a request came."""

from django.conf import settings
from django.http import HttpRequest

from freiblatt.lib.proxies import Proxies, cut

__all__ = ["client_address", "cut", "cut_address"]


def client_address(request: HttpRequest) -> str:
    """Return the address of whoever asks; behind trusted proxies the one that they name, else the connection's.

    The store has put it into `REMOTE_ADDR` already and dropped the header; it is looked at here too because Django
    could be served without the store.
    """
    meta = request.META
    return Proxies(settings.TRUSTED_PROXIES).client(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""))


def cut_address(request: HttpRequest) -> str:
    """Return the neighbourhood that a request came from: `203.0.113.0/24`, `2001:db8:0:ff00::/56`; "" where unknown.

    It is what limits count by: not one person, and no reason to keep a whole address. IPv4 inside IPv6 counts as IPv4.
    """
    return cut(client_address(request))
