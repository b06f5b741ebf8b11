"""Verbs of addresses: whoever opens an address that something had before is led on, or told that it is gone."""

import copy
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from django.db import transaction
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from freiblatt.articles.models.removed import RemovedAddress
from freiblatt.articles.models.withdrawals import Withdrawal

#: Rows in one statement: databases bound how many values and conditions one may have.
_BATCH = 500
_LONGEST = Redirect._meta.get_field("old_path").max_length or 255


@transaction.atomic
def redirect_moved_page(*, page: Page, url_path_before: str) -> int:
    """Lead from the addresses that `page` and the public pages below it had; return how many redirects there are.

    A few statements for any number of pages, so that a section with thousands of articles may be renamed in one
    request.
    """
    if page.url_path == url_path_before or page.is_site_root() or not (page.live or page.first_published_at):
        return 0
    before = copy.copy(page)
    before.url_path = url_path_before
    old_address, site = urlsplit(before.get_url() or "").path, page.get_site()
    if not old_address or site is None:
        return 0
    new_address = urlsplit(page.get_url() or "").path
    moved, in_use = {Redirect.normalise_path(old_address): page.pk}, [Redirect.normalise_path(new_address)]
    for pk, url_path in page.get_descendants().live().values_list("pk", "url_path").iterator():
        below = url_path[len(page.url_path) :]
        moved[Redirect.normalise_path(old_address + below)] = pk
        in_use.append(Redirect.normalise_path(new_address + below))
    free_addresses(paths=in_use)
    return _write(
        Redirect(old_path=path, site=site, redirect_page_id=pk, automatically_created=True)
        for path, pk in moved.items()
        if len(path) <= _LONGEST
    )


@transaction.atomic
def redirect_addresses(*, moved: Mapping[str, str]) -> int:
    """Lead from each old address to its new one, both paths of views; return how many redirects there are.

    What led to an old address leads to the new one at once, and nothing leads away from an address in use.
    """
    own = Redirect.objects.filter(automatically_created=True, redirect_page=None)
    free_addresses(paths=moved.values())
    for old, new in moved.items():
        own.filter(redirect_link=old).update(redirect_link=new)
    return _write(
        Redirect(old_path=Redirect.normalise_path(old), redirect_link=new, automatically_created=True)
        for old, new in moved.items()
        if len(old) <= _LONGEST
    )


@transaction.atomic
def free_addresses(*, paths: Iterable[str]) -> None:
    """Let nothing lead away from `paths` any more, where something stands now; redirects made by hand stay."""
    wanted = [Redirect.normalise_path(path) for path in paths]
    for start in range(0, len(wanted), _BATCH):
        Redirect.objects.filter(old_path__in=wanted[start : start + _BATCH], automatically_created=True).delete()


@transaction.atomic
def take_address(*, page: Page) -> None:
    """Let the address of `page`, which is public, lead nowhere else and not be taken for gone."""
    if path := _path_of(page):
        RemovedAddress.objects.filter(path=path).delete()
        free_addresses(paths=[path])


def leave_address(*, page: Page) -> None:
    """Remember that `page`, which was public, is no more at its address, which answers 410 from now on."""
    if path := _path_of(page):
        RemovedAddress.objects.get_or_create(path=path)


@transaction.atomic
def leave_addresses_for_good(*, page: Page) -> None:
    """Remember the addresses at which readers found `page`, which is about to be deleted, and its redirects with it."""
    if page.live:
        leave_address(page=page)
    earlier = Redirect.objects.filter(redirect_page=page.pk).values_list("old_path", flat=True)
    # A notice stays where it stood.
    withdrawal = Withdrawal.objects.in_force().filter(article_pk=page.pk).first()
    RemovedAddress.objects.bulk_create(
        [RemovedAddress(path=f"{path}/", withdrawal=withdrawal) for path in earlier], ignore_conflicts=True
    )


def _path_of(page: Page) -> str:
    return (page.get_url() or "")[: RemovedAddress.MAX_LENGTH]


def _write(redirects: Iterable[Redirect]) -> int:
    """Store `redirects` in place of automatic ones from the same addresses; those that the desk made stay."""
    rows = list(redirects)
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        known = Redirect.objects.filter(old_path__in=[row.old_path for row in batch])
        known.filter(automatically_created=True).delete()
        made_by_hand = set(known.values_list("old_path", flat=True))
        Redirect.objects.bulk_create([row for row in batch if row.old_path not in made_by_hand])
    return len(rows)
