"""At which addresses of the publication passkeys can work: browsers bind them to a name (WebAuthn, 5.1.2)."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def host_of(request: HttpRequest) -> str:
    """Return the host by which the publication was asked, without a port."""
    return urlsplit(f"//{request.get_host()}").hostname or ""


def passkey_domain(request: HttpRequest) -> str:
    """Return the name for which passkeys are made: that of the configured address, where it covers this host.

    So a passkey made at www.example.org also works at example.org, if that is the publication's own address.
    """
    host, own = host_of(request), urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or ""
    return own if host.endswith(f".{own}") and not is_address(own) else host


def allows_passkeys(request: HttpRequest) -> bool:
    """Return whether a browser will make and use passkeys here: by a name, and over https or on this computer."""
    host = host_of(request)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return request.is_secure() and not is_address(host)


def passkey_address(request: HttpRequest) -> str:
    """Return the same page at an address where passkeys work, "" where we know of none."""
    host = host_of(request)
    if host in ("127.0.0.1", "::1") and "localhost" in settings.ALLOWED_HOSTS:
        port = request.get_port()
        return f"http://localhost{'' if port == '80' else f':{port}'}{request.get_full_path()}"
    if settings.WAGTAILADMIN_BASE_URL.startswith("https://") and not request.is_secure():
        return settings.WAGTAILADMIN_BASE_URL + request.get_full_path()
    return ""


def is_address(host: str) -> bool:
    """Return whether `host` is made of numbers."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
