"""Uploads in a bucket, for Django. Nothing in the bucket has an address of its own: our views hand everything out.

The library is optional, so that this module is imported only where a bucket is configured.
"""

from functools import wraps
from typing import Any
from urllib.parse import quote

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage

from freiblatt.articles.storage import WithoutAddress
from freiblatt.lib.bucket import BucketError, told


def _clearly(verb: Any) -> Any:
    """Return a method that raises BucketError, which is an OSError as from a disk, where the store fails."""

    @wraps(verb)
    def asked(*args: Any, **kwargs: Any) -> Any:
        try:
            return verb(*args, **kwargs)
        except (BotoCoreError, ClientError, S3UploadFailedError) as error:
            raise BucketError(told(error)) from error

    return asked


class BucketStorage(S3Storage):
    """Files below one folder of the bucket, each under a name of its own."""

    _open = _clearly(S3Storage._open)
    _save = _clearly(S3Storage._save)
    delete = _clearly(S3Storage.delete)
    exists = _clearly(S3Storage.exists)
    listdir = _clearly(S3Storage.listdir)
    size = _clearly(S3Storage.size)
    get_modified_time = _clearly(S3Storage.get_modified_time)

    def move_to(self, name: str, target: "BucketStorage", new_name: str) -> None:
        """Move a file inside the bucket, without fetching it; again, nothing changes. Raises BucketError."""
        if not self.exists(name):
            return
        source = {"Bucket": self.bucket_name, "Key": f"{self.location}{name}"}
        try:
            target.bucket.Object(f"{target.location}{new_name}").copy(source)
        except (BotoCoreError, ClientError) as error:
            raise BucketError(told(error)) from error
        self.delete(name)


class PublicBucketStorage(BucketStorage):
    """What readers load, under the publication's own addresses."""

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Return the path under which the publication serves the file."""
        return settings.MEDIA_URL + quote(name)


class PrivateBucketStorage(WithoutAddress, BucketStorage):
    """Originals and documents."""
