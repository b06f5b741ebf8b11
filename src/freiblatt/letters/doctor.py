"""What `freiblatt doctor mail` looks at: the way to the mail server, and whether others believe that we may write.

Records of the DNS are read by `checkdmarc`, which is an extra of its own; without it, or where no name server answers,
that is said, and the rest is looked at all the same.
"""

import base64
import datetime
import smtplib
import ssl
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freiblatt.config import current
from freiblatt.letters.actions import deliver_now, post_letter
from freiblatt.letters.models import Letter, LetterState, Route
from freiblatt.lib.findings import Finding
from freiblatt.lib.mail_addresses import without_addresses

TIMEOUT_SECONDS = 10
#: Certificates are renewed a month before their end; a fortnight means that this was forgotten.
CERTIFICATE_DAYS = 14
#: Google and others refuse shorter RSA keys (RFC 8301).
LEAST_KEY_BITS = 1024


def look() -> Iterator[Finding]:
    """Yield what was found about mail, from the nearest to the farthest."""
    yield from look_at_letters()
    if settings.MAIL_HAS_SERVER:
        yield from look_at_server()
        domain = settings.MAIL_FROM.rpartition("@")[2]
        yield from look_at_dns(domain=domain, selector=current().mail_dkim_selector, resolver=None)


def look_at_letters() -> Iterator[Finding]:
    """Yield what the configuration and the letters of the last days tell."""
    yield from _configuration()
    yield from _letters()


def _configuration() -> Iterator[Finding]:
    if not settings.MAIL_HAS_SERVER:
        yield Finding(
            "mail_server",
            "warning",
            _("There is no mail server: letters stay in the desk's mailbox."),
            _("Set mail_url and mail_from in freiblatt.toml and start again; docs/operator/mail.md shows how."),
        )
    elif settings.EMAIL_HOST_PASSWORD and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield Finding(
            "mail_encryption",
            "problem",
            _("The password of the mail server travels unencrypted."),
            _("Take ?tls=none out of mail_url, or begin it with smtps://."),
        )


def _letters() -> Iterator[Finding]:
    route = Route.objects.filter(pk=1, blocked_since__isnull=False).first()
    if route is not None and route.blocked_since is not None:
        waiting = Letter.objects.open().count()
        words = ngettext(
            "The mail server has taken nothing since %(since)s; %(count)d letter waits. It says: %(says)s",
            "The mail server has taken nothing since %(since)s; %(count)d letters wait. It says: %(says)s",
            waiting,
        )
        since = date_format(timezone.localtime(route.blocked_since), "SHORT_DATETIME_FORMAT")
        yield Finding(
            "mail_route",
            "problem",
            words % {"since": since, "count": waiting, "says": route.says},
            _("Mend what it names; then press “Try now” at the desk under Reports > Post, or wait for the next try."),
        )
    week = timezone.now() - datetime.timedelta(days=7)
    stuck = [LetterState.FAILED, LetterState.UNKNOWN]
    count = Letter.objects.filter(state__in=stuck, created_at__gte=week).count()
    if count:
        words = ngettext(
            "%(count)d letter of the last seven days has not arrived.",
            "%(count)d letters of the last seven days have not arrived.",
            count,
        )
        yield Finding(
            "mail_failed",
            "warning",
            words % {"count": count},
            _("Look at them at the desk under Reports > Post: what the mail server said stands beside each."),
        )
    elif settings.MAIL_HAS_SERVER and route is None:
        yield Finding("mail_letters", "ok", _("No letter of the last seven days has failed."))
    held = Letter.objects.held().count()
    if held:
        words = ngettext(
            "%(count)d letter is held since a restore.", "%(count)d letters are held since a restore.", held
        )
        yield Finding(
            "mail_held",
            "warning",
            words % {"count": held},
            _("Send or discard them at the desk under Reports > Post, or with: freiblatt letters"),
        )


def look_at_server() -> Iterator[Finding]:
    """Yield whether the server answers, how it is encrypted, and whether it lets us in; nothing of a service."""
    if settings.MAIL_BACKEND != "freiblatt.letters.delivery.SmtpBackend":
        return
    host = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    context = ssl.create_default_context()
    try:
        if settings.EMAIL_USE_SSL:
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            session = smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=TIMEOUT_SECONDS)
        with session:
            if settings.EMAIL_USE_TLS:
                session.starttls(context=context)
            yield _encryption(host, session.sock)
            if settings.EMAIL_HOST_USER:
                yield _sign_in(session)
    except ssl.SSLCertVerificationError as error:
        yield Finding(
            "mail_tls",
            "problem",
            _("%(host)s shows a certificate that does not hold: %(reason)s.")
            % {"host": host, "reason": error.verify_message},
            _("Name the host in mail_url as its certificate names it, or have the certificate renewed."),
        )
    except (smtplib.SMTPException, OSError) as error:
        yield Finding(
            "mail_server",
            "problem",
            _("%(host)s cannot be used: %(reason)s") % {"host": host, "reason": _reason(error)},
            _("Look at host, port and encryption in mail_url, and whether this machine may reach that port."),
        )


def _encryption(host: str, connection: Any) -> Finding:
    if not isinstance(connection, ssl.SSLSocket):
        if settings.EMAIL_HOST in ("127.0.0.1", "::1", "localhost"):
            return Finding("mail_tls", "ok", _("%(host)s answers, on this machine and unencrypted.") % {"host": host})
        return Finding(
            "mail_tls",
            "problem",
            _("%(host)s answers, but letters travel there unencrypted.") % {"host": host},
            _("Take ?tls=none out of mail_url, or begin it with smtps://."),
        )
    certificate = connection.getpeercert() or {}
    ends = datetime.datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), datetime.UTC)
    says = _("%(host)s answers by %(version)s; its certificate lasts until %(date)s.") % {
        "host": host,
        "version": connection.version(),
        "date": date_format(timezone.localtime(ends), "DATE_FORMAT"),
    }
    if ends - timezone.now() < datetime.timedelta(days=CERTIFICATE_DAYS):
        return Finding("mail_tls", "warning", says, _("Ask whoever runs the mail server to renew it."))
    return Finding("mail_tls", "ok", says)


def _sign_in(session: smtplib.SMTP) -> Finding:
    try:
        session.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except smtplib.SMTPException as error:
        return Finding(
            "mail_sign_in",
            "problem",
            _("The mail server does not let us in: %(reason)s") % {"reason": _reason(error)},
            _("Look at user and password in mail_url or mail_password_file."),
        )
    return Finding("mail_sign_in", "ok", _("The mail server takes user and password."))


def _reason(error: Exception) -> str:
    text = " ".join(str(part.decode("utf-8", "replace") if isinstance(part, bytes) else part) for part in error.args)
    return without_addresses(" ".join(text.split())) or type(error).__name__


def look_at_dns(*, domain: str, selector: str, resolver: Any) -> Iterator[Finding]:
    """Yield what the DNS says of `domain`. `resolver`: dnspython's, None for this machine's."""
    try:
        import dns.exception
        import dns.resolver
        from checkdmarc.dmarc import check_dmarc
        from checkdmarc.spf import check_spf
    except ImportError:
        yield Finding(
            "mail_dns",
            "warning",
            _("SPF, DKIM and DMARC were not looked at: what reads them is not installed."),
            'pip install "freiblatt[doctor]"',
        )
        return
    try:
        resolver = resolver or dns.resolver.Resolver()
        resolver.lifetime = TIMEOUT_SECONDS
        has_mailbox = _has_mailbox(domain, resolver)
    except dns.exception.DNSException as error:
        yield Finding(
            "mail_dns",
            "warning",
            _("SPF, DKIM and DMARC of %(domain)s were not looked at: no name server answers from here (%(reason)s).")
            % {"domain": domain, "reason": type(error).__name__},
            _("Run `freiblatt doctor mail` where names are resolved, or look the records up elsewhere."),
        )
        return
    if not has_mailbox:
        yield Finding(
            "mail_from",
            "problem",
            _("%(domain)s, the domain of mail_from, takes no mail itself, so that answers and bounces are lost.")
            % {"domain": domain},
            _("Set an MX record for it, or choose an address on a domain that has one."),
        )
    else:
        yield Finding("mail_from", "ok", _("%(domain)s, the domain of mail_from, takes mail.") % {"domain": domain})
    yield _spf(check_spf(domain, resolver=resolver, timeout=TIMEOUT_SECONDS, retries=0))
    yield from _dkim(domain, selector, resolver)
    yield _dmarc(domain, check_dmarc(domain, resolver=resolver, timeout=TIMEOUT_SECONDS, retries=0))


def _has_mailbox(domain: str, resolver: Any) -> bool:
    import dns.resolver

    for kind in ("MX", "A", "AAAA"):
        try:
            answer = resolver.resolve(domain, kind)
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
            continue
        # "MX 0 ." says that there is none (RFC 7505).
        return kind != "MX" or any(str(record.exchange) != "." for record in answer)
    return False


def _spf(found: dict[str, Any]) -> Finding:
    do = _("Set the TXT record that your mail server's manual names, such as “v=spf1 mx include:… -all”.")
    if not found.get("valid"):
        return Finding("mail_spf", "problem", _("SPF: %(reason)s") % {"reason": found.get("error")}, do)
    if str(found["parsed"].get("all")) in ("pass", "neutral", "None"):
        says = _("SPF allows everybody to write in your name: %(record)s")
        return Finding("mail_spf", "problem", says % {"record": found["record"]}, do)
    return Finding("mail_spf", "ok", _("SPF says who may write in your name: %(record)s") % {"record": found["record"]})


def _dkim(domain: str, selector: str, resolver: Any) -> Iterator[Finding]:
    import dns.exception

    if not selector:
        yield Finding(
            "mail_dkim",
            "warning",
            _("DKIM was not looked at: the name of the key is not known."),
            _("Set mail_dkim_selector in freiblatt.toml to what stands before “._domainkey” in your DNS."),
        )
        return
    name = f"{selector}._domainkey.{domain}"
    do = _("Set the record that your mail server's manual names for this key.")
    try:
        answer = resolver.resolve(name, "TXT")
    except dns.exception.DNSException as error:
        says = _("DKIM: there is no key at %(name)s (%(reason)s).") % {"name": name, "reason": type(error).__name__}
        yield Finding("mail_dkim", "problem", says, do)
        return
    record = b"".join(next(iter(answer)).strings).decode("ascii", "replace")
    tags = {key.strip(): value.strip() for key, _sign, value in (tag.partition("=") for tag in record.split(";"))}
    reason = _fault_of_key(tags)
    if reason:
        says = _("DKIM: the key at %(name)s cannot be used: %(reason)s") % {"name": name, "reason": reason}
        yield Finding("mail_dkim", "problem", says, do)
    else:
        yield Finding("mail_dkim", "ok", _("DKIM: the key stands at %(name)s.") % {"name": name})


def _fault_of_key(tags: dict[str, str]) -> str:
    """Return what is wrong with a DKIM record (RFC 6376, 3.6.1), "" if nothing is."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    if not tags.get("p"):
        return _("it is empty, which means that it was revoked.")
    try:
        raw = base64.b64decode("".join(tags["p"].split()), validate=True)
        if tags.get("k", "rsa") == "ed25519":
            return "" if len(raw) == 32 else _("it is no key.")
        key = load_der_public_key(raw)
    except ValueError:
        return _("it is no key.")
    if isinstance(key, RSAPublicKey) and key.key_size < LEAST_KEY_BITS:
        return _("it has %(bits)d bits, and less than %(least)d are refused.") % {
            "bits": key.key_size,
            "least": LEAST_KEY_BITS,
        }
    return ""


def _dmarc(domain: str, found: Any) -> Finding:
    do = _("Set a TXT record at _dmarc.%(domain)s, to begin with “v=DMARC1; p=none; rua=mailto:…”.") % {
        "domain": domain
    }
    if not found.get("valid"):
        return Finding("mail_dmarc", "problem", _("DMARC: %(reason)s") % {"reason": found.get("error")}, do)
    policy = found["tags"]["p"]["value"]
    says = _("DMARC says what happens to forged letters: %(record)s") % {"record": found["record"]}
    if policy == "none":
        return Finding(
            "mail_dmarc",
            "warning",
            says,
            _("When its reports show no letter of yours failing, set p=quarantine or p=reject."),
        )
    return Finding("mail_dmarc", "ok", says)


def send_test(*, to: str, language: str) -> Finding:
    """Return what became of a letter to `to`, sent now. Raises LetterError on an address that is none."""
    letter = post_letter(
        to=to, template="letters/doctor/test", context={}, language=language, kind="letters_test", is_urgent=True
    )
    letter = deliver_now(letter=letter)
    if letter.is_in_desk:
        return Finding(
            "mail_test",
            "warning",
            _("The test letter lies in the desk's mailbox, since there is no mail server."),
            _("Set mail_url and mail_from in freiblatt.toml and start again; docs/operator/mail.md shows how."),
        )
    if letter.state == LetterState.SENT:
        return Finding("mail_test", "ok", _("The mail server has taken the test letter. Now look whether it arrives."))
    if letter.state == LetterState.SUPPRESSED:
        return Finding(
            "mail_test",
            "problem",
            _("The test letter was not sent: its address is on the list of those who get none."),
            _("Take it out at the desk under Reports > Post > Who gets no letters."),
        )
    return Finding(
        "mail_test",
        "problem",
        _("The test letter was not taken: %(says)s") % {"says": letter.answer or letter.get_state_display()},
        _("Mend what it names and look again."),
    )
