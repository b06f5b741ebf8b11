"""Handing one letter to the mail server, and understanding what it answers. Nothing in here touches the database."""

import contextlib
import re
import smtplib
import threading
import time
from dataclasses import dataclass
from email.utils import format_datetime, formataddr
from enum import Enum
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from freiblatt.letters.models import Letter
from freiblatt.lib.mail_addresses import without_addresses

#: An open connection is used again for so many letters, and so many seconds after the last one.
LETTERS_PER_CONNECTION = 100
IDLE_SECONDS = 20

#: Enhanced status codes (RFC 3463) that say that this mailbox or this host does not exist.
NO_MAILBOX = re.compile(r"\b5\.(1\.(1|2|3|6|10)|2\.1)\b")
ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
#: Replies to RCPT TO that mean the same where the server gives no enhanced code (RFC 5321, 4.2.3).
NO_MAILBOX_REPLIES = frozenset({550, 551, 553})


class Outcome(Enum):
    """What became of a try."""

    ACCEPTED = "accepted"
    LATER = "later"  # this letter was put off
    AWAY = "away"  # no letter can go out now: server away, or it does not let us in
    REFUSED = "refused"  # this letter will never be taken
    NO_MAILBOX = "no mailbox"
    UNKNOWN = "unknown"  # the connection broke after the letter was shown


@dataclass(frozen=True)
class Answer:
    """What became of a try, and what the server said, without addresses."""

    outcome: Outcome
    says: str = ""


class _Telling:
    """Knows whether the server has been shown a whole letter that it has not answered yet."""

    has_shown = False

    def mail(self, *args: Any, **kwargs: Any) -> Any:
        self.has_shown = False
        return super().mail(*args, **kwargs)  # type: ignore[misc]

    def send(self, s: Any) -> None:
        if isinstance(s, bytes) and s.endswith(b"\r\n.\r\n"):
            self.has_shown = True
        super().send(s)  # type: ignore[misc]


class _Session(_Telling, smtplib.SMTP):
    pass


class _TlsSession(_Telling, smtplib.SMTP_SSL):
    pass


class SmtpBackend(EmailBackend):
    """Django's SMTP backend with a session that tells how far it came."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TlsSession if self.use_ssl else _Session


class _Wire(threading.local):
    """The open connection of this thread."""

    backend: Any = None
    letters = 0
    used_at = 0.0


_wire = _Wire()


def hand_over(letter: Letter, *, keep_open: bool = False) -> Answer:
    """Return what became of showing `letter` to the mail server.

    `keep_open`: another letter follows soon, which then takes the same connection.
    """
    try:
        backend = _open_backend()
    except Exception as error:  # whatever opening raises, no letter was shown to anybody
        close()
        return Answer(Outcome.AWAY, _says(error))
    message = message_of(letter)
    try:
        backend.send_messages([message])
    except Exception as error:
        answer = _answer_to(error, getattr(backend, "connection", None))
        close()
        return answer
    _wire.letters += 1
    _wire.used_at = time.monotonic()
    if not keep_open:
        close()
    return _by_provider_status(message)


def message_of(letter: Letter) -> EmailMultiAlternatives:
    """Return `letter` as Django sends it: the same bytes at every try."""
    headers = {
        "Message-ID": letter.message_id,
        "Date": format_datetime(letter.created_at),
        # Neither absence notes nor lists should answer (RFC 3834).
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if letter.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        formataddr((settings.MAIL_FROM_NAME, settings.MAIL_FROM)),
        [formataddr((letter.to_name, letter.to_address))],
        headers=headers,
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def close() -> None:
    """Let go of this thread's connection, if there is one."""
    backend, _wire.backend, _wire.letters = _wire.backend, None, 0
    if backend is not None:
        with contextlib.suppress(Exception):  # it is gone, which is what we wanted
            backend.close()


def _open_backend() -> Any:
    is_fresh = time.monotonic() - _wire.used_at < IDLE_SECONDS and _wire.letters < LETTERS_PER_CONNECTION
    if _wire.backend is not None and is_fresh and _is_alive(_wire.backend):
        return _wire.backend
    close()
    backend = get_connection(settings.MAIL_BACKEND)
    backend.open()
    _wire.backend = backend
    return backend


def _is_alive(backend: Any) -> bool:
    connection = getattr(backend, "connection", None)
    if not isinstance(connection, smtplib.SMTP):
        return True
    try:
        return connection.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _answer_to(error: Exception, connection: Any) -> Answer:
    says = _says(error)
    if any(kind.__module__.startswith("anymail.") for kind in type(error).__mro__):
        return _of_provider(error, says)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _of_recipient(code, _decoded(text))
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code >= 500 and error.smtp_code != 552:
        # Every letter has the same sender, so this is ours to mend and no fault of the letter.
        return Answer(Outcome.AWAY, says)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Answer(Outcome.AWAY, says)
    if isinstance(error, smtplib.SMTPResponseException):
        return Answer(_by_code(error.smtp_code), says)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Answer(Outcome.REFUSED, says)
    if isinstance(error, smtplib.SMTPException | OSError):
        is_shown = getattr(connection, "has_shown", False)
        return Answer(Outcome.UNKNOWN if is_shown else Outcome.AWAY, says)
    raise error  # a fault of the program, and of no server


def _by_code(code: int) -> Outcome:
    if code == 421:  # "closing the channel": meant for everybody
        return Outcome.AWAY
    return Outcome.LATER if 400 <= code < 500 else Outcome.REFUSED


def _of_recipient(code: int, text: str) -> Answer:
    says = _clean(f"{code} {text}")
    if code < 500:
        return Answer(_by_code(code), says)
    enhanced = ENHANCED.search(text)
    # 550 5.7.1 and its kin speak of us ("you are on a list"), not of the mailbox.
    is_gone = NO_MAILBOX.search(enhanced[0]) if enhanced else code in NO_MAILBOX_REPLIES
    return Answer(Outcome.NO_MAILBOX if is_gone else Outcome.REFUSED, says)


#: What a service's interface was never reached by.
NEVER_CONNECTED = frozenset({"ConnectTimeoutError", "NameResolutionError", "NewConnectionError"})


def _of_provider(error: Exception, says: str) -> Answer:
    """Understand an error of Anymail's by its status; it is imported only where it is used."""
    if type(error).__name__ == "AnymailRecipientsRefused":
        return Answer(Outcome.REFUSED, says)
    status = getattr(error, "status_code", None)
    if status is None:
        # A service that was reached and did not answer may have taken the letter.
        reason = getattr(next(iter(getattr(error.__cause__, "args", ())), None), "reason", None)
        is_away = type(reason).__name__ in NEVER_CONNECTED
        return Answer(Outcome.AWAY if is_away else Outcome.UNKNOWN, says)
    if status in (401, 402, 403, 408, 429) or status >= 500:
        return Answer(Outcome.AWAY, says)
    return Answer(Outcome.REFUSED, says)


def _by_provider_status(message: EmailMultiAlternatives) -> Answer:
    """Return what a service says of the receiver; a mail server that has not refused has accepted."""
    status = getattr(message, "anymail_status", None)
    if status is None or (status.status and status.status <= {"sent", "queued", "unknown"}):
        return Answer(Outcome.ACCEPTED)
    return Answer(Outcome.REFUSED, _clean(", ".join(map(str, status.status or ["?"]))))


def _says(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _clean(f"{error.smtp_code} {_decoded(error.smtp_error)}")
    return _clean(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def _decoded(text: Any) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _clean(text: str) -> str:
    return without_addresses(" ".join(text.split()))[:300]
