"""The bucket in which uploads lie, where they do not lie on this disk. Imports no Django, and its library when used."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from freiblatt.config.media import Store

#: For each try. The library tries three times, with pauses.
CONNECT_SECONDS, READ_SECONDS = 5, 60


class BucketError(OSError):
    """The store did not do what it was asked; the message says what it answered, without any secret."""


@dataclass(frozen=True)
class Entry:
    """One object: its name without the prefix, its size in bytes, when it was stored in seconds since 1970."""

    name: str
    size: int
    changed: float


def client_config(store: Store) -> Any:
    """Return how the library speaks with `store`: patiently, and without what only Amazon understands."""
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"max_attempts": 3, "mode": "standard"},
        signature_version="s3v4",
        s3={"addressing_style": "path" if store.endpoint else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def told(error: Exception) -> str:
    """Return what went wrong in one line."""
    return " ".join(str(error).split())


class Bucket:
    """What we keep in the bucket, by names such as `media/pictures/0f3a.avif`. Every method raises BucketError."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @functools.cached_property
    def client(self) -> Any:
        """The library's own client."""
        import boto3

        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.store.endpoint,
            region_name=self.store.region,
            aws_access_key_id=self.store.key_id,
            aws_secret_access_key=self.store.secret,
            config=client_config(self.store),
        )

    def entries(self, folder: str = "") -> Iterator[Entry]:
        """Yield what lies below `folder`, which ends with a slash; all of it without one."""
        start = self.store.prefix + folder
        token: dict[str, str] = {}
        while True:
            answer = self._ask("list_objects_v2", Prefix=start, **token)
            for one in answer.get("Contents", ()):
                if not (name := one["Key"].removeprefix(self.store.prefix)).endswith("/"):
                    yield Entry(name, one["Size"], one["LastModified"].timestamp())
            if not answer.get("IsTruncated"):
                return
            token = {"ContinuationToken": answer["NextContinuationToken"]}

    def open(self, name: str, **conditions: str) -> tuple[Any, dict[str, Any]]:
        """Return the content of an object as a stream, and what the store says of it. Raises FileNotFoundError."""
        answer = self._ask("get_object", Key=self.store.prefix + name, **conditions)
        return answer["Body"], answer

    def facts(self, name: str) -> dict[str, Any]:
        """Return what the store says of an object. Raises FileNotFoundError."""
        return self._ask("head_object", Key=self.store.prefix + name)

    def put(self, name: str, file: IO[bytes], *, kind: str = "application/octet-stream") -> None:
        """Store what `file` holds under `name`."""
        from boto3.exceptions import S3UploadFailedError
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self.client.upload_fileobj(
                file, self.store.bucket, self.store.prefix + name, ExtraArgs={"ContentType": kind}
            )
        except (BotoCoreError, ClientError, S3UploadFailedError) as error:
            raise BucketError(f"{name}: {told(error)}") from error

    def delete(self, name: str) -> None:
        """Remove an object, if there is one of this name."""
        self._ask("delete_object", Key=self.store.prefix + name)

    def _ask(self, verb: str, **words: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self.client, verb)(Bucket=self.store.bucket, **words)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
                raise FileNotFoundError(words.get("Key", "")) from error
            raise BucketError(told(error)) from error
        except BotoCoreError as error:
            raise BucketError(told(error)) from error
