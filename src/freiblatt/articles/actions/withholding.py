"""Verbs of withholding: the files of what nobody publishes any more leave the public place, and come back with it."""

import logging
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model
from django_tasks import task

from freiblatt.articles import withheld
from freiblatt.articles.belongings import Belongings, belongings_of, references_of
from freiblatt.articles.models import (
    ArticlePage,
    Picture,
    PictureFile,
    Recording,
    RemovedAddress,
    Withdrawal,
    WithheldFile,
)

logger = logging.getLogger(__name__)

#: Names in one statement: databases bound how many values one may have.
_BATCH = 500


@transaction.atomic
def withhold_files(*, article: ArticlePage) -> list[str]:
    """Take the files that only `article` showed out of readers' reach; return the addresses at which they stood.

    Right after the commit the files lie where no address reaches, and the addresses answer 410, with the notice of the
    withdrawal that is in force. What other published pages show stays.
    """
    # Of two articles with the same picture that go at once, the later one takes it along; and whoever makes further
    # files of a picture right now finds it withheld when they are made.
    for one in (found := belongings_of(article)).kinds():
        list(one.select_for_update().values_list("pk"))
    own = found.unless_shown(apart_from=article.pk)
    _wish(own.public_names(), is_withheld=True)
    addresses = addresses_of(own)
    remember_addresses(addresses, Withdrawal.objects.in_force().filter(article_pk=article.pk).first())
    return addresses


@transaction.atomic
def withhold_unshown(*, things: Belongings) -> None:
    """Take what of `things` nothing shows to readers out of their reach; after several articles went at once."""
    unshown = things.unless_shown()
    _wish(unshown.public_names(), is_withheld=True)
    remember_addresses(addresses_of(unshown), None)


@transaction.atomic
def withhold_late_files(*, picture: Picture, files: Iterable[PictureFile]) -> None:
    """Take `files`, which were made a moment ago, out of readers' reach where the picture's others are."""
    names = picture.files.values_list("file", flat=True)
    if WithheldFile.objects.filter(name__in=list(names), is_withheld=True).exists():
        _wish([str(one.file.name) for one in files], is_withheld=True)


@transaction.atomic
def release_files(*, shown_by: Model) -> None:
    """Bring back what `shown_by`, which readers see from now on, shows of withheld files."""
    if not WithheldFile.objects.filter(is_withheld=True).exists():
        return
    pks = references_of(shown_by)
    recordings = list(Recording.objects.filter(pk__in=pks[Recording]))
    pks[Picture] |= {one.poster_id for one in recordings if one.poster_id}
    shown = Belongings(pictures=list(Picture.objects.filter(pk__in=pks[Picture])), recordings=recordings)
    _wish(shown.public_names(), is_withheld=False)


def addresses_of(things: Belongings) -> list[str]:
    """Return the paths at which readers could load `things`."""
    storage = PictureFile._meta.get_field("file").storage
    files = [storage.url(name) for name in things.public_names()]
    return [one for one in [*files, *(document.url for document in things.documents)] if one.startswith("/")]


def remember_addresses(paths: Iterable[str], withdrawal: Withdrawal | None) -> None:
    """Let `paths` answer 410, with the notice of `withdrawal` if there is one."""
    wanted = list(paths)
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        RemovedAddress.objects.bulk_create(
            [RemovedAddress(path=path, withdrawal=withdrawal) for path in batch], ignore_conflicts=True
        )
        RemovedAddress.objects.filter(path__in=batch).exclude(withdrawal=withdrawal).update(withdrawal=withdrawal)


def settle_files() -> int:
    """Bring every file to where its row says that it belongs and return how many were moved.

    Raises the last OSError after all others were tried.
    """
    failed, count = None, 0
    for pk in list(WithheldFile.objects.filter(is_settled=False).values_list("pk", flat=True)):
        try:
            count += _settle(pk)
        except OSError as error:
            logger.error("A file could not be moved; it is tried again: %s", error)
            failed = error
    if failed is not None:
        raise failed
    return count


@task(queue_name="urgent")
def finish_withholding() -> int:
    """Do what a process that was killed, or a disk that was full, has left of `settle_files`."""
    return settle_files()


@transaction.atomic
def _settle(pk: int) -> bool:
    """Move one file. Its row is held meanwhile, so that of two wishes the later one counts."""
    row = WithheldFile.objects.select_for_update().filter(pk=pk, is_settled=False).first()
    if row is None:
        return False
    if row.is_withheld:
        withheld.move_away(row.name)
    else:
        withheld.bring_back(row.name)
    row.is_settled = True
    row.save(update_fields=["is_settled"])
    return True


def _wish(names: Iterable[str], *, is_withheld: bool) -> None:
    """Store where the files called `names` belong; the disk follows with the commit, and a job makes sure of it."""
    wanted = list(names)
    changed = 0
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        rows = WithheldFile.objects.filter(name__in=batch)
        known = set(rows.values_list("name", flat=True))
        changed += rows.exclude(is_withheld=is_withheld).update(is_withheld=is_withheld, is_settled=False)
        if is_withheld:
            missing = [WithheldFile(name=name) for name in batch if name not in known]
            changed += len(WithheldFile.objects.bulk_create(missing))
    if changed:
        finish_withholding.enqueue()
        transaction.on_commit(settle_files, robust=True)
