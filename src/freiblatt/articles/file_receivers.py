"""What the room hears about files and about what refers to them, by whatever way the change came."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.models import Page, ReferenceIndex

from freiblatt.articles import withheld
from freiblatt.articles.actions.files import mark_file_stale
from freiblatt.articles.actions.pictures import mark_picture_stale
from freiblatt.articles.actions.withholding import release_files
from freiblatt.articles.models import (
    ArticleDocument,
    ArticlePage,
    Author,
    FrontPage,
    Picture,
    PictureFile,
    PlainPage,
    Recording,
    SectionPage,
    Topic,
)


@receiver(pre_delete, sender=Picture)
def tell_pages_that_picture_goes(instance: Picture, **kwargs: Any) -> None:
    """Mark stale what shows the picture, while that is still known."""
    mark_picture_stale(picture=instance)


@receiver(post_save, sender=ArticleDocument)
@receiver(post_save, sender=Recording)
def tell_pages_of_changed_file(
    instance: ArticleDocument | Recording, created: bool, raw: bool = False, **kwargs: Any
) -> None:
    """Mark stale what shows a document or a recording: its words or its file are others now."""
    if not raw and not created:
        mark_file_stale(file=instance)


@receiver(pre_delete, sender=ArticleDocument)
@receiver(pre_delete, sender=Recording)
def tell_pages_that_file_goes(instance: ArticleDocument | Recording, **kwargs: Any) -> None:
    """Mark stale what shows a document or a recording, while that is still known."""
    mark_file_stale(file=instance)


@receiver(post_delete, sender=PictureFile)
def remove_public_file(instance: PictureFile, **kwargs: Any) -> None:
    """Remove a public file once its row is gone for good, wherever it lies."""
    transaction.on_commit(partial(instance.file.storage.delete, instance.file.name), robust=True)
    transaction.on_commit(partial(withheld.remove, instance.file.name), robust=True)


@receiver(post_delete, sender=Recording)
def remove_withheld_recording(instance: Recording, **kwargs: Any) -> None:
    """Remove a recording that lies withheld; the public file goes by the library's own receiver."""
    if instance.file:
        transaction.on_commit(partial(withheld.remove, instance.file.name), robust=True)


def note_references(instance: Model, update_fields: Any = None, raw: bool = False, **kwargs: Any) -> None:
    """Bring the index of references up to date with the commit.

    Wagtail does it by a job, some time later. But whether a reader may open a document, and which pages go stale with a
    picture, must be right from the moment of publishing on.
    """
    if raw or update_fields is not None or (isinstance(instance, Page) and not instance.live):
        return
    transaction.on_commit(partial(_note_references, type(instance), instance.pk))


def _note_references(model: type[Model], pk: int) -> None:
    with transaction.atomic():
        if (stored := model._default_manager.filter(pk=pk).first()) is not None:
            ReferenceIndex.create_or_update_for_object(stored)
            release_files(shown_by=stored)


for _model in (ArticlePage, Author, FrontPage, PlainPage, SectionPage, Topic):
    post_save.connect(note_references, sender=_model, dispatch_uid=f"note_references_{_model.__name__}")
