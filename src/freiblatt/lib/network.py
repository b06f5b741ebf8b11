"""From which address a request came."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address of whoever asks; behind a trusted proxy what the proxy says, else the connection's.

    Of `X-Forwarded-For` only the last value counts: the proxy wrote it, the others may be made up by the asker.
    """
    connection: str = request.META.get("REMOTE_ADDR", "")
    if not settings.IS_BEHIND_PROXY:
        return connection
    named = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(named))
    except ValueError:
        return connection
