"""The bucket in which uploads lie: whether it takes, gives and removes, and whether strangers can read it."""

import io
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from freiblatt.config import current
from freiblatt.config.media import Store
from freiblatt.lib.bucket import Bucket, BucketError
from freiblatt.lib.findings import Finding
from freiblatt.upkeep import far

ANSWER_SECONDS = 10


def media() -> Iterator[Finding]:
    """Look at the configured bucket, if there is one."""
    config = current()
    if (store := config.media_store) is None:
        return
    bucket = Bucket(store)
    try:
        is_same, is_open = _tried(bucket)
    except (BucketError, FileNotFoundError) as error:
        yield Finding(
            "media_bucket",
            "problem",
            _("The bucket %(bucket)s does not work: %(reason)s") % {"bucket": store.bucket, "reason": error},
            _("Compare media_bucket, media_endpoint and media_key_id with what your provider says."),
        )
        return
    if not is_same:
        yield Finding(
            "media_spoiled",
            "problem",
            _("The bucket %(bucket)s gives back other bytes than were put into it.") % {"bucket": store.bucket},
            _("Upload nothing until your provider has said why, and restore a backup into another bucket."),
        )
    if is_open:
        yield Finding(
            "media_public",
            "problem",
            _("Everybody can read what lies in the bucket %(bucket)s, originals and documents of sources too.")
            % {"bucket": store.bucket},
            _("Take public access away from the bucket; the publication itself hands out what is published."),
        )
    if urlsplit(store.endpoint or "").scheme == "http" and urlsplit(store.endpoint or "").hostname != "127.0.0.1":
        yield Finding(
            "media_endpoint",
            "warning",
            _("Uploads go to %(endpoint)s without encryption.") % {"endpoint": store.endpoint},
            _("Write https:// in media_endpoint, unless that machine is reached by a private network alone."),
        )
    if far.files_here(config.directory):
        yield Finding(
            "media_left",
            "problem",
            _("Uploads still lie in %(directory)s, where nobody looks for them since media_bucket is set.")
            % {"directory": config.directory},
            _("Stop the program and give: freiblatt move-media"),
        )
    if not is_open and is_same:
        yield Finding(
            "media_bucket",
            "ok",
            _("The bucket %(bucket)s takes, gives and removes files, and strangers cannot read it.")
            % {"bucket": store.bucket},
        )


def _tried(bucket: Bucket) -> tuple[bool, bool]:
    """Put a file into the bucket and remove it; return whether it came back as it was, and to anybody."""
    name, content = f"doctor/{secrets.token_hex(12)}.txt", secrets.token_bytes(16)
    bucket.put(name, io.BytesIO(content))
    try:
        stream, _said = bucket.open(name)
        return stream.read() == content, _can_anybody_read(bucket.store, name)
    finally:
        bucket.delete(name)


def _can_anybody_read(store: Store, name: str) -> bool:
    """Return whether the object comes to somebody without a key."""
    origin = store.endpoint or f"https://s3.{store.region or 'us-east-1'}.amazonaws.com"
    try:
        with urllib.request.urlopen(f"{origin}/{store.bucket}/{store.prefix}{name}", timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
