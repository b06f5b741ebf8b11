"""Where uploads lie when not on this disk: a bucket of an S3-compatible store. Nothing in here imports Django."""

import re
import stat
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ValidationInfo

#: What every such store takes (Amazon S3, "General purpose bucket naming rules").
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
PREFIX = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,5}")
LIBRARIES = ("storages", "boto3")


@dataclass(frozen=True)
class Store:
    """How the bucket is reached. `prefix` is "" or ends with a slash; None: as the library knows it."""

    bucket: str
    endpoint: str | None
    region: str | None
    prefix: str
    key_id: str
    secret: str = field(repr=False)


def secret_in(path: Path) -> str:
    """Return the secret in the file at `path`. Raises ValueError with what is expected."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"a readable file with the secret and nothing else ({error.__class__.__name__})") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError(f"a file that this user alone may read (chmod 600 {path})")
    if not secret:
        raise ValueError("a file with the secret in it")
    return secret


def _is_bucket(value: str) -> str:
    if value and not BUCKET.fullmatch(value):
        raise ValueError("a bucket's name of 3 to 63 small letters, digits, dots and hyphens, or nothing")
    return value


def _is_endpoint(value: str) -> str:
    if not value:
        return value
    expected = "an address such as https://s3.example.net, without a path, a user or a password"
    try:
        parts = urlsplit(value.rstrip("/"))
        _port = parts.port
    except ValueError as error:
        raise ValueError(expected) from error
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(expected)
    if parts.path or parts.query or parts.fragment:
        raise ValueError(expected)
    return value.rstrip("/")


def _is_region(value: str) -> str:
    if value and not REGION.fullmatch(value):
        raise ValueError("a region such as eu-central-1, or nothing")
    return value


def _is_prefix(value: str) -> str:
    value = value.strip("/")
    if value and not PREFIX.fullmatch(value):
        raise ValueError("a folder such as blatt, of letters, digits, _ and -, or nothing")
    return value


def _completes(value: str, info: ValidationInfo) -> str:
    """Look at what belongs together: this is the last of the keys."""
    if not info.data.get("media_bucket"):
        return value
    if not info.data.get("media_key_id"):
        raise ValueError("media_key_id to be set too, since media_bucket is")
    if bool(value) is bool(info.data.get("media_secret")):
        raise ValueError("either this file or FREIBLATT_MEDIA_SECRET, since media_bucket is set")
    if value:
        secret_in(info.data["directory"] / value)
    if missing := [library for library in LIBRARIES if find_spec(library) is None]:
        raise ValueError(f'{missing[0]} to be installed, since media_bucket is set: pip install "freiblatt[s3]"')
    return value


Bucket = Annotated[str, AfterValidator(_is_bucket)]
Endpoint = Annotated[str, AfterValidator(_is_endpoint)]
Region = Annotated[str, AfterValidator(_is_region)]
Prefix = Annotated[str, AfterValidator(_is_prefix)]
SecretFile = Annotated[str, AfterValidator(_completes)]
