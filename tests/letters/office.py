"""A real mail server for tests, on a port of this machine: it takes letters, and refuses them as a test wants it to."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "redaktion@example.org", "p@ss/word"


@dataclass
class Office:
    """What the server has taken, and what it answers. Answers are used up one after the other, then all is well."""

    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    drops_after_data: int = 0
    """So many times the connection is cut when the letter has been shown, before any answer to it."""

    taken: list[EmailMessage] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """Message-IDs of all letters that were shown, also those that were not taken."""

    connections: int = 0
    signed_in: list[str] = field(default_factory=list)
    controller: Controller | None = None

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's names)
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.pop(0) if self.rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message: Any = message_from_bytes(envelope.content, policy=default)
        self.shown.append(message["Message-ID"])
        if self.drops_after_data:
            self.drops_after_data -= 1
            server.transport.abort()
            return "250 nobody hears this"
        answer = self.data.pop(0) if self.data else "250 OK"
        if answer.startswith("250"):
            message.envelope_to = envelope.rcpt_tos
            self.taken.append(message)
        return answer

    def sign_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        name, word = data.login.decode(), data.password.decode()
        self.signed_in.append(name)
        return AuthResult(success=(name, word) == (USER, PASSWORD), handled=False)

    def open(self, port: int = 0, **options: Any) -> int:
        """Start answering; return the port."""
        self.controller = Controller(self, hostname="127.0.0.1", port=port or free_port(), **options)
        self.controller.start()
        return self.controller.port

    def close(self) -> None:
        """Stop answering."""
        if self.controller is not None:
            self.controller.stop()
            self.controller = None


def free_port() -> int:
    """Return a port on which nobody listens."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(folder: Path, *, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """Return the files of a certificate for `host` and of its key; the certificate vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "office")])
    now = datetime.datetime.now(datetime.UTC)
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "office.pem", folder / "office.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


def tls(public: Path, private: Path) -> ssl.SSLContext:
    """Return what a server needs to speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context
