"""What opens a writer's own page, and what names a form: nothing of both stands in a page that is stored.

The form's nonce says when it was handed out. The writer's token is derived from it with the publication's secret, so
that whoever sends the same form twice, by a second click or after a broken connection, comes to the same page.
"""

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing

if TYPE_CHECKING:
    from freiblatt.discussion.models import Comment

#: A form that was opened yesterday still works; later the reader gets the text back with a fresh one.
NONCE_SECONDS = 24 * 3600
_SALT = "freiblatt.discussion.form"


@dataclass(frozen=True, slots=True)
class Nonce:
    """One form that was handed out."""

    text: str
    age_seconds: float
    #: Whether the text had been seen by us when the form was handed out, as in a preview.
    is_of_preview: bool


class NonceError(Exception):
    """The nonce is not ours, of another thread, or too old."""


def make_nonce(thread_key: str, *, is_of_preview: bool = False) -> str:
    """Return what a form of this thread carries, handed out now."""
    kind = "p" if is_of_preview else "f"
    text = f"{secrets.token_urlsafe(9)}.{kind}{int(time.time()):x}"
    return f"{text}.{_seal(thread_key, text)}"


def read_nonce(text: str, thread_key: str) -> Nonce:
    """Return what a form that was sent back carries. Raises NonceError."""
    body, _dot, seal = text.rpartition(".")
    if len(text) > 40 or not hmac.compare_digest(_seal(thread_key, body).encode(), seal.encode("utf-8", "replace")):
        raise NonceError
    kind_and_time = body.rpartition(".")[2]
    age = time.time() - int(kind_and_time[1:], 16)
    # A clock that was set back must not refuse everybody.
    if age > NONCE_SECONDS:
        raise NonceError
    return Nonce(text=text, age_seconds=max(age, 0.0), is_of_preview=kind_and_time[0] == "p")


def own_token(nonce: str) -> str:
    """Return the token of the comment that the form with this nonce makes: 32 characters that nobody can guess."""
    digest = hmac.new(_key(b"own-token"), nonce.encode(), hashlib.sha256).digest()[:24]
    return urlsafe_b64encode(digest).decode("ascii")


def report_token(nonce: str) -> str:
    """Return the token of the receipt for the report that the form with this nonce makes: 32 characters."""
    digest = hmac.new(_key(b"report-token"), nonce.encode(), hashlib.sha256).digest()[:24]
    return urlsafe_b64encode(digest).decode("ascii")


def own_key(token: str) -> str:
    """Return what is stored of a token: 64 hex digits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def reader_token(comment: "Comment") -> str:
    """Return the token of the own page for letters to the comment's reader: as long as `own_token`, and not stored.

    It ends when the comment is no longer this reader's, and with all links that the reader was sent. The reader's salt
    is in it because a restored database gives numbers to comments and readers a second time.
    """
    number = comment.pk.to_bytes(6, "big")
    reader = comment.reader
    value = f"{comment.pk} {reader.pk} {reader.link_number} {reader.salt}".rstrip() if reader is not None else ""
    digest = hmac.new(_key(b"reader-token"), value.encode(), hashlib.sha256).digest()[:18]
    return urlsafe_b64encode(number + digest).decode("ascii")


def comment_in(token: str) -> int:
    """Return the number of the comment that a `reader_token` is about, still unchecked; 0 for no such token."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except (ValueError, UnicodeError):
        return 0
    return int.from_bytes(raw[:6], "big") if len(raw) == 24 else 0


def _seal(thread_key: str, body: str) -> str:
    value = f"{thread_key} {body}"
    return signing.base64_hmac(_SALT, value, settings.SECRET_KEY, algorithm="sha256")[:12]


def _key(person: bytes) -> bytes:
    return hashlib.blake2b(settings.SECRET_KEY.encode(), person=person).digest()
