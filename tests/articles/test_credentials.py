"""An editor sees what a picture's signed statement says of its origin."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.test import Client

from freiblatt.articles.imaging.credentials import Standing, read_credentials
from freiblatt.articles.models import FrontPage
from tests.cast import make_owner
from tests.pictures import make_picture, picture_bytes

c2pa = pytest.importorskip("c2pa", reason="the optional extra `credentials`")

CAPTURED = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
MADE_BY_MACHINE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def certificate(name: str, issuer: str, key, issuer_key, *, is_authority: bool) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        parts = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        return x509.Name([x509.NameAttribute(part, text) for part in parts])

    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_authority,
                key_cert_sign=is_authority,
                crl_sign=is_authority,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def signed_bytes(*, origin: str = CAPTURED) -> bytes:
    """Return a JPEG with a statement that a camera works of our own making has signed."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = certificate("Amt", "Amt", authority_key, authority_key, is_authority=True)
    leaf = certificate("Kamerawerk", "Amt", key, authority_key, is_authority=False)
    pem = serialization.Encoding.PEM
    signer = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(
            alg=b"es256",
            sign_cert=leaf.public_bytes(pem) + authority.public_bytes(pem),
            private_key=key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
            ta_url=None,
        )
    )
    statement = {
        "claim_generator_info": [{"name": "Kamera", "version": "7"}],
        "title": "hafen.jpg",
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": origin}]},
            }
        ],
    }
    signed = io.BytesIO()
    c2pa.Builder(statement).sign(signer, "image/jpeg", io.BytesIO(picture_bytes()), signed)
    return signed.getvalue()


def test_statement_is_put_in_words() -> None:
    found = read_credentials(io.BytesIO(signed_bytes()), "image/jpeg")
    assert (found.standing, found.signer) == (Standing.SIGNED, "Kamerawerk")
    assert found.tools == ["Kamera 7"]
    assert found.actions == ["created"]
    assert not found.is_made_by_machine


def test_picture_of_a_machine_is_called_so() -> None:
    assert read_credentials(io.BytesIO(signed_bytes(origin=MADE_BY_MACHINE)), "image/jpeg").is_made_by_machine


def test_changed_picture_breaks_its_statement() -> None:
    content = bytearray(signed_bytes())
    content[-40] ^= 1
    assert read_credentials(io.BytesIO(bytes(content)), "image/jpeg").standing == Standing.BROKEN


@pytest.mark.parametrize("content", [picture_bytes(), b"", b"nonsense"])
def test_without_a_statement_there_is_none(content: bytes) -> None:
    assert read_credentials(io.BytesIO(content), "image/jpeg").standing in (Standing.NONE, Standing.BROKEN)
    assert read_credentials(io.BytesIO(picture_bytes()), "image/jpeg").standing == Standing.NONE


def test_desk_reads_it_and_readers_get_none_of_it(front: FrontPage, plain_static: None, client: Client) -> None:
    client.force_login(make_owner())
    picture = make_picture(content=signed_bytes())
    page = client.get(f"/admin/images/{picture.pk}/").content.decode()
    assert "Kamerawerk" in page
    assert "Kamera 7" in page
    assert b"Kamerawerk" not in picture.files.get().file.read()
    with picture.file.open() as original:
        assert read_credentials(original, "image/jpeg").standing == Standing.SIGNED
