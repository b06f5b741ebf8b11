"""The verb that tidies up: files that an interrupted upload or a killed job left without a row."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import Storage, storages
from django.db.models import Model
from django.utils import timezone
from django_tasks import task
from wagtail.models import UploadedFile

from freiblatt.articles.models import ArticleDocument, Picture, PictureFile, PictureRendition, Recording
from freiblatt.articles.withheld import withheld_name

logger = logging.getLogger(__name__)

#: No upload and no job takes that long, so nothing that is still being made is taken for left over.
LEFT_OVER_AFTER = timedelta(days=1)
#: How long an upload waits for its credit and licence before it is removed.
WAITING_AT_MOST = timedelta(days=7)
_BATCH = 500


def _places() -> list[tuple[Storage, str, type[Model], str]]:
    """Return storage, folder, the model whose `file` names what may lie there, and what stands before that name."""
    private, public = storages["originals"], storages["default"]
    return [
        (private, "pictures", Picture, ""),
        (private, "renditions", PictureRendition, ""),
        (private, "documents", ArticleDocument, ""),
        (private, "wagtail_uploads", UploadedFile, ""),
        (private, withheld_name("pictures"), PictureFile, withheld_name("")),
        (private, withheld_name("recordings"), Recording, withheld_name("")),
        (public, "pictures", PictureFile, ""),
        (public, "recordings", Recording, ""),
    ]


@task(queue_name="bulk")
def remove_left_over_files() -> int:
    """Remove files without a row that are older than a day, and uploads that nobody completed; return how many.

    Looks only into the folders that this room writes. A file is removed only after its name was looked for.
    """
    _remove_forgotten_uploads()
    count = 0
    for storage, folder, model, before in _places():
        for names in _old_names(storage, folder, older_than=LEFT_OVER_AFTER):
            files = {name.removeprefix(before): name for name in names}
            known = model._default_manager.filter(file__in=list(files)).values_list("file", flat=True)
            for name in files.keys() - set(known):
                storage.delete(files[name])
                count += 1
    if count:
        logger.info("%s files that nothing refers to were removed.", count)
    return count


def _remove_forgotten_uploads() -> None:
    """Remove the rows of old uploads; their files then go with the others, as files without a row."""
    for names in _old_names(storages["originals"], "wagtail_uploads", older_than=WAITING_AT_MOST):
        for waiting in UploadedFile.objects.filter(file__in=names):
            waiting.delete()


def _old_names(storage: Storage, folder: str, *, older_than: timedelta) -> Iterator[list[str]]:
    """Yield the names of the old files of a folder, some hundreds at a time."""
    try:
        _folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    limit = timezone.now() - older_than
    for start in range(0, len(files), _BATCH):
        names = [f"{folder}/{file}" for file in files[start : start + _BATCH]]
        yield [name for name in names if _is_older(storage, name, limit)]


def _is_older(storage: Storage, name: str, limit: datetime) -> bool:
    try:
        return storage.get_modified_time(name) < limit
    except FileNotFoundError:
        return False
