"""How the log is written: a line or an object of JSON for each message, with nothing that names or lets in a reader.

Nothing in here imports Django.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Literal

LogFormat = Literal["line", "json"]

#: Names the request that this thread or task works on; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")

MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
#: Values of parameters: search words, tokens.
QUERY = re.compile(r"([?&][\w.-]{1,40}=)[^&\s\"'<>]+")
#: Links for one person: steps below /-/ whose address ends with a key, such as shared drafts.
STEP = re.compile(r"(/-/[\w-]+/)[^/\s\"'?<>]{12,}")
#: And whatever else in an address looks like a key. Our own addresses are in lower case; files have few dots.
SEGMENT = re.compile(r"(?<=/)[\w.-]{20,}(?=/|\s|[\"'?:,]|$)")
IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
IPV6 = re.compile(r"(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])")


def masked(text: str) -> str:
    """Return `text` without mail addresses, network addresses, values of parameters, and keys in addresses of pages."""
    text = MAIL.sub("…@…", text)
    text = QUERY.sub(r"\1…", text)
    text = STEP.sub(r"\1…", text)
    text = SEGMENT.sub(_without_key, text)
    return IPV6.sub(_without_address, IPV4.sub(_without_address, text))


def _without_key(found: re.Match[str]) -> str:
    segment = found.group()
    # Signed by Django: value, time and signature. A file's name ends in letters: `theme.0123456789ab.css`.
    is_signed = segment.count(".") >= 2 and not re.search(r"\.[a-z]{2,5}\d?$", segment)
    is_random = re.search(r"[A-Z]", segment) and re.search(r"[a-z]", segment) and re.search(r"[\d_-]", segment)
    return "…" if is_signed or (is_random and "." not in segment) else segment


def _without_address(found: re.Match[str]) -> str:
    try:
        address = ip_address(found.group())
    except ValueError:
        return found.group()
    return found.group() if address.is_loopback or address.is_unspecified else "…"


class LineFormatter(logging.Formatter):
    """`2026-05-04 12:00:00,123 WARNING freiblatt.jobs: … [request 1a2b3c]`."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        """Return the first line, with the request that it belongs to."""
        line = super().formatMessage(record)
        return f"{line} [request {number}]" if (number := request_id.get()) else line

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback below it."""
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """One object on one line: time (UTC, RFC 3339), level, logger, message, request, error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as text."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if number := request_id.get():
            said["request"] = number
        if record.exc_info:
            said["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)


def formatter(log_format: LogFormat) -> logging.Formatter:
    """Return the formatter of this name."""
    return JsonFormatter() if log_format == "json" else LineFormatter()


def configuration(log_format: LogFormat) -> dict[str, Any]:
    """Return formatter and handler for `logging.config.dictConfig`: to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": "freiblatt.lib.logs.formatter", "log_format": log_format}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen"}},
    }
