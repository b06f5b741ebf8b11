"""The mail server, read from `mail_url` and its neighbours. Nothing in here imports Django."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

EXPECTED = "smtp://USER:PASSWORD@HOST:587, smtps://USER:PASSWORD@HOST:465, or nothing"
#: Anymail's names of services, which are also the names of its modules.
PROVIDERS = (
    "amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal", "postmark", "resend",
    "sendgrid", "smtp", "sparkpost", "unisender_go",
)  # fmt: skip
#: An address as it may stand in a header; what Django's own validator adds is looked at where Django is there.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

Encryption = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed over. `user` "": without signing in. `encryption`: `tls` from the first byte."""

    host: str
    port: int
    user: str
    password: str
    encryption: Encryption


def mail_server(url: str, *, password: str = "") -> MailServer | None:
    """Return what `url` says, or None for "". `password` counts where the address has none.

    Raises ValueError with what is expected.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise ValueError(EXPECTED) from error
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path.strip("/") or parts.fragment:
        raise ValueError(EXPECTED)
    wanted = options.pop("tls", "starttls")
    if options or wanted not in ("starttls", "none") or (parts.scheme == "smtps" and "tls=" in parts.query):
        raise ValueError("after ? only tls=starttls or tls=none, and neither with smtps://")
    user, word = unquote(parts.username or ""), unquote(parts.password or "") or password
    if not (user + word).isascii():
        # SMTP's ways to sign in (RFC 4616 apart) and Python's smtplib know ASCII only.
        raise ValueError("user and password without umlauts and other letters outside of ASCII")
    encryption: Encryption = "tls" if parts.scheme == "smtps" else "none" if wanted == "none" else "starttls"
    return MailServer(
        host=host,
        port=port or {"tls": 465, "starttls": 587, "none": 25}[encryption],
        user=user,
        password=word,
        encryption=encryption,
    )


def named_files(password_file: str, lines: tuple[str, ...], *, directory: Path) -> list[tuple[str, Path]]:
    """Return (key, path) of every file that `mail_password_file` and `mail_provider_settings` name."""
    found = [("mail_password_file", directory / password_file)] if password_file else []
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and name.endswith("_FILE"):
            found.append(("mail_provider_settings", directory / value))
    return found


def provider_settings(lines: tuple[str, ...], *, directory: Path) -> dict[str, str]:
    """Return Anymail's settings from `lines` such as `MAILGUN_API_KEY=…`; a name that ends in `_FILE` names a file.

    A file's path is relative to `directory`. Raises ValueError with what is expected, OSError on an unreadable file.
    """
    found = {}
    for line in lines:
        name, equals, value = line.partition("=")
        if not equals or not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            raise ValueError('a list such as ["MAILGUN_API_KEY=…"] or ["MAILGUN_API_KEY_FILE=mailgun.key"]')
        if name.endswith("_FILE"):
            name, value = name.removesuffix("_FILE"), (directory / value).read_text(encoding="utf-8").strip()
        found[name] = value
    return found
