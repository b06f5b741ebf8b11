"""The publication as the web sees it: whether it answers, with which headers, under which certificate."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freiblatt.config import Config, current
from freiblatt.lib.findings import Finding, Level
from freiblatt.pagestore import headers

ANSWER_SECONDS = 8.0
#: Certificates are renewed a month before they end; who has not done so by then has a fault.
SOON_DAYS, VERY_SOON_DAYS = 14, 3

Answer = tuple[int, dict[str, str]]


def server() -> Iterator[Finding]:
    """Ask the running program at its own port, and look at the headers of its front page."""
    config = current()
    try:
        status, _found = _ask(_local(config), "/healthz", config)
    except (OSError, http.client.HTTPException) as error:
        yield Finding(
            "server_runs",
            "warning",
            _("Nothing answers at %(host)s, port %(port)d (%(reason)s).")
            % {"host": config.server_host, "port": config.server_port, "reason": error},
            _("Start it: freiblatt serve. If it runs at another place on purpose, this is no fault."),
        )
        return
    if status != 200:
        yield Finding(
            "server_well",
            "problem",
            _("The program answers, but says that it is not well (status %(status)d).") % {"status": status},
            _("Look at /healthz, which names the reason, and at the log."),
        )
        return
    yield Finding("server_runs", "ok", _("The program runs and is well."))
    yield from _headers(_ask(_local(config), "/", config), "headers", config, is_public=False)


def tls() -> Iterator[Finding]:
    """Look at certificate and headers of the public address, through whatever stands in front."""
    config = current()
    if not config.is_https:
        return
    parts = urlsplit(config.url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        days_left = _days_left(host, port)
    except ssl.SSLCertVerificationError as error:
        yield Finding(
            "tls_certificate",
            "problem",
            _("Browsers refuse the certificate of %(host)s: %(reason)s.")
            % {"host": host, "reason": error.verify_message},
            _("Let the proxy get a new one. With Caddy: look at its log; with certbot: certbot renew."),
        )
        return
    except OSError as error:
        yield Finding(
            "tls_reachable",
            "warning",
            _("%(host)s cannot be reached from here: %(reason)s.") % {"host": host, "reason": error},
            _("Look from outside. If readers reach it and this machine does not, this is no fault."),
        )
        return
    level: Level = "problem" if days_left <= VERY_SOON_DAYS else "warning" if days_left <= SOON_DAYS else "ok"
    yield Finding(
        "tls_certificate",
        level,
        ngettext(
            "The certificate of %(host)s is good for %(days)d more day.",
            "The certificate of %(host)s is good for %(days)d more days.",
            days_left,
        )
        % {"host": host, "days": days_left},
        "" if level == "ok" else _("It should have been renewed by now: look at what renews it."),
    )
    try:
        answer = _ask(http.client.HTTPSConnection(host, port, timeout=ANSWER_SECONDS), "/", config)
    except (OSError, http.client.HTTPException) as error:
        yield Finding(
            "tls_answer",
            "problem",
            _("%(url)s does not answer: %(reason)s.") % {"url": config.url, "reason": error},
            _("Look at the proxy’s log, and whether it passes requests to %(host)s:%(port)d.")
            % {"host": config.server_host, "port": config.server_port},
        )
        return
    yield from _headers(answer, "headers_public", config, is_public=True)


def _headers(answer: Answer, name: str, config: Config, *, is_public: bool) -> Iterator[Finding]:
    """Compare the headers of a page with those that we send."""
    status, found = answer
    if status != 200:
        yield Finding(
            f"{name}_status",
            "problem",
            _("The front page answers with status %(status)d.") % {"status": status},
            _("Look at the log."),
        )
        return
    wanted = {
        "content-security-policy": headers.written(headers.READER_POLICY),
        "x-content-type-options": "nosniff",
        "referrer-policy": headers.REFERRER_POLICY,
        "cross-origin-opener-policy": headers.OPENER_POLICY,
    }
    odd = [key for key, value in wanted.items() if found.get(key) != value]
    if is_public and "max-age" not in found.get("strict-transport-security", ""):
        odd.append("strict-transport-security")
    if "set-cookie" in found:
        odd.append("set-cookie")
    if odd:
        yield Finding(
            name,
            "warning",
            _("Readers get other headers than the program sends: %(names)s.") % {"names": ", ".join(odd)},
            _("Something in front changes them: compare its configuration with ours in deploy/."),
        )
    else:
        yield Finding(name, "ok", _("Readers get the headers that keep their browsers safe."))


def _local(config: Config) -> http.client.HTTPConnection:
    host = config.server_host.strip("[]")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (asked, not bound)
    return http.client.HTTPConnection(host, config.server_port, timeout=ANSWER_SECONDS)


def _ask(connection: http.client.HTTPConnection, path: str, config: Config) -> Answer:
    """Return status and headers of an address as a reader gets them."""
    try:
        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"} if config.trusted_proxies else {}
        connection.request("GET", path, headers={"Host": urlsplit(config.url).netloc, **forwarded})
        answer = connection.getresponse()
        answer.read()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}
    finally:
        connection.close()


def _days_left(host: str, port: int) -> int:
    """Return how many days the certificate of a host is good for. Raises OSError."""
    with (
        socket.create_connection((host, port), timeout=ANSWER_SECONDS) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
    ):
        certificate = secured.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    return (ends - datetime.now(UTC)).days
