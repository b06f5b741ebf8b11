"""Verbs of pictures: take one in, make its public files, tell the pages that show it."""

import logging
from typing import IO, Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import Model
from django_tasks import task
from wagtail.models import ReferenceIndex

from freiblatt.articles import keys
from freiblatt.articles.actions.files import keys_of_referring_pages
from freiblatt.articles.actions.withholding import withhold_late_files
from freiblatt.articles.imaging.render import encode, first_width_for, read_pixels, widths_for
from freiblatt.articles.models import (
    ArticlePage,
    Author,
    FrontPage,
    Picture,
    PictureFile,
    PictureFormat,
    PlainPage,
    Recording,
    SectionPage,
    Topic,
)
from freiblatt.articles.models.listing import Listing, key_of_list
from freiblatt.articles.uploads.drawings import public_drawing
from freiblatt.articles.uploads.pictures import check_picture
from freiblatt.pagestore.actions import mark_stale

logger = logging.getLogger(__name__)

RASTER_FORMATS = (PictureFormat.WEBP, PictureFormat.JPEG, PictureFormat.AVIF)


@transaction.atomic
def add_picture(*, file: IO[bytes], name: str, title: str, credit: str, licence: str, **fields: Any) -> Picture:
    """Return a new, stored picture from `file`, which was called `name`. Raises FileRefused with a sentence.

    `fields` are further fields of the model (description, caption, collection, uploaded_by_user, focal_point_x …).
    """
    check_picture(file, name)
    picture = Picture(title=title, credit=credit, licence=licence, **fields)
    picture.file = File(file, name=name)  # type: ignore[assignment]  # the field makes its own of it
    picture._set_image_file_metadata()
    picture.save()
    return picture


@transaction.atomic
def begin_picture_files(*, picture: Picture) -> None:
    """Give `picture` a first public file, order the others, and let go of those of an earlier original."""
    picture.files.all().delete()  # the files themselves follow with the commit (`receivers.py`)
    picture.__dict__.pop("public_files", None)
    picture.renditions.all().delete()
    try:
        if picture.is_svg():
            with picture.open_file() as original:
                _store_file(picture, PictureFormat.SVG, picture.width, picture.height, public_drawing(original))
        else:
            width_px = first_width_for(picture.width)
            with picture.open_file() as original:
                pixels = read_pixels(original, at_least_px=width_px)
            encoded = encode(pixels, kind=PictureFormat.JPEG, width_px=width_px)
            if encoded is not None:
                _store_file(picture, PictureFormat.JPEG, width_px, encoded[1], encoded[0])
            make_picture_files.enqueue(picture.pk, picture.file.name)
    finally:
        picture.files_made_from = picture.file.name
        Picture.objects.filter(pk=picture.pk).update(files_made_from=picture.file.name)
    mark_picture_stale(picture=picture)


@task(queue_name="bulk")
def make_picture_files(picture_pk: int, original_name: str) -> int:
    """Make the public files that the picture lacks and return how many; mark the pages stale that show it.

    Does nothing where the picture is gone or has another original by now; run twice, the second run makes none.
    """
    picture = Picture.objects.filter(pk=picture_pk, file=original_name).first()
    if picture is None or picture.is_svg():
        return 0
    existing = set(picture.files.values_list("format", "width_px"))
    wanted = [(kind, width) for width in widths_for(picture.width) for kind in RASTER_FORMATS]
    missing = [pair for pair in wanted if pair not in existing]
    if not missing:
        return 0
    try:
        with picture.open_file() as original:
            pixels = read_pixels(original, at_least_px=max(width for _kind, width in missing))
    except FileNotFoundError:
        if Picture.objects.filter(pk=picture_pk, file=original_name).exists():
            raise
        return 0  # replaced or deleted between the two lines above
    storage = PictureFile._meta.get_field("file").storage
    made: list[PictureFile] = []
    is_kept = False
    try:
        for kind, width_px in missing:
            encoded = encode(pixels, kind=kind, width_px=width_px)
            if encoded is None:
                continue
            content, height_px = encoded
            file = PictureFile(
                picture=picture, format=kind, width_px=width_px, height_px=height_px, size_bytes=len(content)
            )
            file.file.save(f"{width_px}.{_ending(kind)}", ContentFile(content), save=False)
            made.append(file)
        with transaction.atomic():
            current = Picture.objects.select_for_update().filter(pk=picture_pk, file=original_name).first()
            if current is not None:
                taken = set(current.files.values_list("format", "width_px"))
                kept = [file for file in made if (file.format, file.width_px) not in taken]
                PictureFile.objects.bulk_create(kept)
                withhold_late_files(picture=current, files=kept)
                made = [file for file in made if file not in kept]
                mark_picture_stale(picture=current)
                is_kept = True
                return len(kept)
            return 0
    finally:
        # Whatever found no row is nobody's: the picture was replaced or deleted, another run was first, or we failed.
        for file in made:
            storage.delete(str(file.file.name))
        if not is_kept:
            logger.info("Picture %s changed while its files were made; they were removed.", picture_pk)


def mark_picture_stale(*, picture: Picture) -> None:
    """Mark every page stale that shows `picture` to readers, once the transaction commits."""
    mark_stale(keys_showing(picture))


def keys_showing(picture: Picture) -> set[str]:
    """Return the store's keys of what shows `picture`: published pages, lists with its articles, authors, topics."""
    found = {keys.author_key(pk) for pk in Author.objects.filter(portrait=picture).values_list("pk", flat=True)}
    found |= {keys.topic_key(pk) for pk in Topic.objects.filter(picture=picture).values_list("pk", flat=True)}
    leads = ArticlePage.objects.filter(lead_picture=picture).live()
    found |= {keys.article_key(pk) for pk in leads.values_list("pk", flat=True)}
    # Teasers carry the lead picture, so every list in which the article stands shows it.
    for name in Listing.objects.filter(article__in=leads).values_list("name", flat=True).distinct():
        found.add(key_of_list(name))
    found |= {keys.front_key(code) for code in leads.values_list("locale__language_code", flat=True)}
    shown: list[Model] = [picture, *Recording.objects.filter(poster=picture)]
    for thing in shown:
        found |= keys_of_referring_pages(thing)
    pages = {ArticlePage, FrontPage, PlainPage, SectionPage}
    for content_type in ReferenceIndex.get_references_to(picture).values_list("content_type", flat=True).distinct():
        model = ContentType.objects.get_for_id(content_type).model_class()
        if model not in pages | {Author, Topic, Recording}:
            found.add(keys.SITE)  # a room above shows it in a way that this one cannot know
    return found


def _store_file(picture: Picture, kind: str, width_px: int, height_px: int, content: bytes) -> PictureFile:
    """Return a stored public file; where the transaction fails, the cleaning job removes what lies about."""
    file = PictureFile(picture=picture, format=kind, width_px=width_px, height_px=height_px, size_bytes=len(content))
    file.file.save(f"{width_px}.{_ending(kind)}", ContentFile(content), save=False)
    file.save()
    return file


def _ending(kind: str) -> str:
    return "jpg" if kind == PictureFormat.JPEG else str(kind)
