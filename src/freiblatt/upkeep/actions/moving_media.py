"""Moving uploads from this disk into the configured bucket."""

from collections.abc import Callable

from freiblatt.config import Config
from freiblatt.lib.bucket import Bucket, BucketError
from freiblatt.upkeep import far
from freiblatt.upkeep.actions.alone import quite_alone, said_as


class MoveMediaError(Exception):
    """Nothing was moved; the message says why and what to do."""


def move_media(*, config: Config, say: Callable[[str], object] = lambda line: None) -> int:
    """Copy what lies in `media` and `originals` into the bucket, look whether it came, and remove it here.

    Return how many files. The program must not run meanwhile. Raises MoveMediaError.
    """
    if config.media_store is None:
        raise MoveMediaError("media_bucket: seen nothing, expected the bucket into which uploads are to be moved.")
    bucket = Bucket(config.media_store)
    try:
        with said_as(MoveMediaError), quite_alone(config):  # a job worker makes files of pictures
            clash = {entry.name for folder in far.FOLDERS for entry in bucket.entries(f"{folder}/")}
            files = far.files_here(config.directory)
            if both := sorted(clash & {name for name, _path in files}):
                raise MoveMediaError(
                    f"{both[0]} lies here and in the bucket already. Does the bucket belong to another publication? "
                    "Give it a media_prefix of its own; nothing was changed."
                )
            count = far.carry_up(bucket, config.directory, say=say)
            for _name, path in files:
                path.unlink()
    except BucketError as error:
        raise MoveMediaError(f"media_bucket: {error}. Nothing was changed.") from error
    return count
