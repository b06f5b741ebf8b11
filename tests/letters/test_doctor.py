"""The doctor looks at mail and says what is wrong and what to do."""

import base64
from pathlib import Path

import dns.resolver
import pytest
from checkdmarc.utils import DNS_CACHE
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.utils import timezone

from freiblatt.letters.actions import post_letter
from freiblatt.letters.doctor import look, look_at_dns, look_at_letters, look_at_server, send_test
from freiblatt.letters.models import Letter, LetterState, Route
from freiblatt.lib.findings import Finding
from tests.letters.conftest import letter_to
from tests.letters.names import name_server
from tests.letters.office import PASSWORD, USER, Office, certificate, free_port, tls

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Each test has a world of names of its own; the library remembers answers for half an hour."""
    DNS_CACHE.clear()


def levels(found) -> dict[str, str]:
    return {finding.name: finding.level for finding in found}


def by_name(found, name: str) -> Finding:
    return next(finding for finding in found if finding.name == name)


def rsa_key(bits: int) -> str:
    public = rsa.generate_private_key(65537, bits).public_key()
    return base64.b64encode(
        public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def txt(*parts: str) -> str:
    return " ".join(f'"{part}"' for part in parts)


def good_records(key: str) -> dict[tuple[str, str], list[str]]:
    return {
        ("example.org", "MX"): ["10 mail.example.org."],
        ("mail.example.org", "A"): ["192.0.2.10"],
        ("example.org", "TXT"): [txt("v=spf1 mx -all")],
        ("m1._domainkey.example.org", "TXT"): [txt("v=DKIM1; k=rsa; p=" + key[:200], key[200:])],
        ("_dmarc.example.org", "TXT"): [txt("v=DMARC1; p=reject")],
    }


@pytest.fixture(scope="module")
def key() -> str:
    return rsa_key(2048)


def seen(records: dict[tuple[str, str], list[str]], selector: str = "m1") -> list[Finding]:
    with name_server(records) as resolver:
        return list(look_at_dns(domain="example.org", selector=selector, resolver=resolver))


def test_domain_with_everything_is_well(key: str) -> None:
    found = seen(good_records(key))
    assert levels(found) == {"mail_from": "ok", "mail_spf": "ok", "mail_dkim": "ok", "mail_dmarc": "ok"}


def test_domain_with_nothing_is_told_what_to_set() -> None:
    found = seen({("example.org", "NS"): ["ns.example.org."]})
    assert set(levels(found).values()) == {"problem"}
    assert "v=spf1" in by_name(found, "mail_spf").do
    assert "_dmarc.example.org" in by_name(found, "mail_dmarc").do


@pytest.mark.parametrize(
    ("change", "name", "level"),
    [
        ({("example.org", "MX"): ["0 ."]}, "mail_from", "problem"),
        ({("example.org", "TXT"): [txt("v=spf1 mx ?all")]}, "mail_spf", "problem"),
        ({("example.org", "TXT"): [txt("v=spf1 mx +all")]}, "mail_spf", "problem"),
        ({("example.org", "TXT"): [txt("v=spf1 mx ~all")]}, "mail_spf", "ok"),
        ({("example.org", "TXT"): [txt("v=spf1 mxx -all")]}, "mail_spf", "problem"),
        ({("m1._domainkey.example.org", "TXT"): [txt("v=DKIM1; p=")]}, "mail_dkim", "problem"),
        ({("m1._domainkey.example.org", "TXT"): [txt("v=DKIM1; p=nonsense")]}, "mail_dkim", "problem"),
        ({("_dmarc.example.org", "TXT"): [txt("v=DMARC1; p=none")]}, "mail_dmarc", "warning"),
        ({("_dmarc.example.org", "TXT"): [txt("v=DMARC1; p=perhaps")]}, "mail_dmarc", "problem"),
    ],
)
def test_each_fault_is_seen_alone(key: str, change: dict, name: str, level: str) -> None:
    found = seen(good_records(key) | change)
    assert {finding.name: finding.level for finding in found if finding.level != "ok"} == (
        {name: level} if level != "ok" else {}
    )


def test_short_key_is_refused_and_a_modern_one_taken(key: str) -> None:
    short = good_records(key) | {("m1._domainkey.example.org", "TXT"): [txt("p=" + rsa_key(1024)[:-8])]}
    assert levels(seen(short))["mail_dkim"] == "problem"
    modern = ed25519.Ed25519PrivateKey.generate().public_key()
    raw = modern.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    record = txt("v=DKIM1; k=ed25519; p=" + base64.b64encode(raw).decode())
    assert levels(seen(good_records(key) | {("m1._domainkey.example.org", "TXT"): [record]}))["mail_dkim"] == "ok"


def test_unknown_selector_is_a_warning(key: str) -> None:
    assert levels(seen(good_records(key), selector=""))["mail_dkim"] == "warning"
    assert levels(seen(good_records(key), selector="other"))["mail_dkim"] == "problem"


def test_where_no_name_server_answers_it_is_said_once() -> None:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [], free_port()
    found = list(look_at_dns(domain="example.org", selector="m1", resolver=resolver))
    assert levels(found) == {"mail_dns": "warning"}
    assert "no name server answers from here" in found[0].says


def server_findings() -> list[Finding]:
    """Return what is found before any name server is asked."""
    return [*look_at_letters(), *look_at_server()]


def test_without_a_mail_server_that_is_all() -> None:
    assert levels(look()) == {"mail_server": "warning"}


@pytest.fixture
def encrypted(office: Office, settings, tmp_path: Path, monkeypatch) -> Office:
    files = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    office.close()
    settings.EMAIL_PORT = office.open(tls_context=tls(*files), require_starttls=True, authenticator=office.sign_in)
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    return office


def test_encrypted_server_that_lets_us_in_is_well(encrypted: Office) -> None:
    found = server_findings()
    assert levels(found) == {"mail_letters": "ok", "mail_tls": "ok", "mail_sign_in": "ok"}
    assert "TLSv1.3" in by_name(found, "mail_tls").says


def test_wrong_password_is_found_without_saying_it(encrypted: Office, settings) -> None:
    settings.EMAIL_HOST_PASSWORD = "wrong-word"
    found = by_name(server_findings(), "mail_sign_in")
    assert found.level == "problem"
    assert "wrong-word" not in found.says + found.do
    assert "535" in found.says


def test_certificate_that_does_not_hold_is_found(encrypted: Office, monkeypatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert levels(server_findings())["mail_tls"] == "problem"


def test_server_that_is_away_is_found(encrypted: Office) -> None:
    encrypted.close()
    assert levels(server_findings())["mail_server"] == "problem"


def test_password_in_the_clear_is_found(office: Office, settings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    assert levels(server_findings())["mail_encryption"] == "problem"


def test_letters_that_wait_and_failed_are_found(office: Office) -> None:
    letter = post_letter(**letter_to())
    Route.objects.create(pk=1, blocked_since=timezone.now(), says="451 busy")
    found = server_findings()
    assert "1 letter waits. It says: 451 busy" in by_name(found, "mail_route").says
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.FAILED)
    assert "1 letter of the last seven days" in by_name(server_findings(), "mail_failed").says


def test_test_letter_is_sent_at_once(office: Office) -> None:
    assert send_test(to="rosa@example.org", language="de").level == "ok"
    (message,) = office.taken
    assert message["Subject"] == "Testblatt: ein Brief zum Ausprobieren"

    office.rcpt = ["550 5.7.1 go away"]
    found = send_test(to="rosa@example.org", language="en")
    assert (found.level, "go away" in found.says) == ("problem", True)
    assert send_test(to="rosa@example.org", language="en").level == "ok"


def test_test_letter_without_a_server_lies_at_the_desk() -> None:
    assert send_test(to="rosa@example.org", language="de").level == "warning"
    assert Letter.objects.get().is_in_desk
