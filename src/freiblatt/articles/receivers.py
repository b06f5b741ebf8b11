"""What the room hears: Wagtail's and Django's news about pages, people and topics."""

import copy
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import copy_for_translation_done, page_slug_changed, post_page_move

from freiblatt.articles import keys
from freiblatt.articles.actions.listing import forget_article, list_article
from freiblatt.articles.actions.redirecting import (
    leave_address,
    leave_addresses_for_good,
    redirect_addresses,
    redirect_moved_page,
    take_address,
)
from freiblatt.articles.checking import writer_of_copied
from freiblatt.articles.languages import addresses_in_all_languages
from freiblatt.articles.models import ArticlePage, Author, FrontPage, Listing, PlainPage, SectionPage, Topic
from freiblatt.articles.models.listing import topic_list
from freiblatt.newsroom.models import Menu, MenuItem, PublicationSettings
from freiblatt.pagestore.actions import mark_stale

#: A draft is stored with a few named fields while the object in memory carries the draft's values: not our business.
PUBLIC_FIELDS = {"live", "slug", "title", "published_on"}


def _is_draft(update_fields: Any) -> bool:
    return update_fields is not None and not PUBLIC_FIELDS & set(update_fields)


@receiver(post_save, sender=ArticlePage)
def list_saved_article(instance: ArticlePage, update_fields: Any = None, raw: bool = False, **kwargs: Any) -> None:
    """Keep lists and pages right after every public change of an article, whoever stores it."""
    if not raw and not _is_draft(update_fields):
        list_article(article=instance)
        mark_stale(_keys_of_menus(instance))


@receiver(pre_delete, sender=ArticlePage)
def forget_deleted_article(instance: ArticlePage, **kwargs: Any) -> None:
    """Mark stale what shows an article that goes."""
    forget_article(article=instance)
    mark_stale(_keys_of_menus(instance))


@receiver(post_save, sender=Page)
def follow_moved_page(instance: Page, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Follow a move: Wagtail stores the moved page as a bare Page, inside the transaction of the move."""
    if raw or _is_draft(update_fields) or type(instance) is not Page:
        return
    page = instance.specific
    if isinstance(page, ArticlePage):
        page.save(clean=False)
    elif isinstance(page, SectionPage | PlainPage | FrontPage):
        mark_stale({*_keys_of_page(page), *_keys_of_menus(page)})
        _note_address(page, was_live=instance.was_live)


@receiver(page_slug_changed)
def redirect_renamed_page(instance: Page, instance_before: Page, **kwargs: Any) -> None:
    """Lead readers on from the addresses that a page and all below it had before their slug changed."""
    redirect_moved_page(page=instance, url_path_before=instance_before.url_path)


@receiver(post_page_move)
def redirect_moved(instance: Page, url_path_before: str, **kwargs: Any) -> None:
    """Lead readers on from the addresses that a page and all below it had before the move."""
    redirect_moved_page(page=instance.specific, url_path_before=url_path_before)


@receiver(pre_save, sender=Page)
@receiver(pre_save, sender=SectionPage)
@receiver(pre_save, sender=PlainPage)
def remember_live(instance: Page, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Remember whether readers saw a section or a plain page."""
    is_looked_up = instance.pk is not None and not raw and not _is_draft(update_fields)
    instance.was_live = is_looked_up and Page.objects.filter(pk=instance.pk, live=True).exists()


def _note_address(page: Page, *, was_live: bool) -> None:
    """Keep what readers hear at the address of a section or a plain page; a front page's is always in use."""
    if isinstance(page, FrontPage):
        return
    if page.live:
        take_address(page=page)
    elif was_live:
        leave_address(page=page)


@receiver(pre_save, sender=FrontPage)
def remember_front_page(instance: FrontPage, raw: bool = False, **kwargs: Any) -> None:
    """Remember under which title a front page was known, and whether readers saw it."""
    known = None if raw or not instance.pk else FrontPage.objects.filter(pk=instance.pk)
    instance.known_as = known.values_list("title", "live").first() if known is not None else None


@receiver(post_save, sender=SectionPage)
@receiver(post_save, sender=PlainPage)
@receiver(post_save, sender=FrontPage)
def mark_saved_page(instance: Page, update_fields: Any = None, raw: bool = False, **kwargs: Any) -> None:
    """Mark stale what shows a section, plain page or front page that readers may see."""
    if raw or _is_draft(update_fields):
        return
    found = {*_keys_of_page(instance)}
    if not isinstance(instance, FrontPage):
        found |= _keys_of_menus(instance)
        _note_address(instance, was_live=instance.was_live)
    elif instance.known_as != (instance.title, instance.live):
        found.add(keys.SITE)  # every page offers the languages; menus may name a front page
    mark_stale(found)


@receiver(pre_delete, sender=SectionPage)
@receiver(pre_delete, sender=PlainPage)
@receiver(pre_delete, sender=FrontPage)
def mark_deleted_page(instance: Page, **kwargs: Any) -> None:
    """Mark stale what shows a page that goes, and remember where it stood."""
    mark_stale({*_keys_of_page(instance), keys.SITE})
    if not isinstance(instance, FrontPage):
        leave_addresses_for_good(page=instance)


def _keys_of_page(page: Page) -> list[str]:
    """Return the keys of a page that is not an article; sections and plain pages stand in every page's menus."""
    match page:
        case SectionPage():
            return [keys.SITE, keys.section_key(page.pk)]
        case PlainPage():
            return [keys.SITE, keys.plain_key(page.pk)]
        case FrontPage():
            return [keys.front_key(page.language)]
    return []


def _keys_of_menus(page: Page) -> set[str]:
    """Return the key of what stands on every page where a menu names `page`, else nothing."""
    return {keys.SITE} if MenuItem.objects.filter(page=page.pk).exists() else set()


@receiver(pre_save, sender=Author)
@receiver(pre_save, sender=Topic)
def remember_name(sender: type[Model], instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Remember under which name and address an author or a topic was known."""
    known = None if raw or not instance.pk else sender._default_manager.filter(pk=instance.pk)
    instance.known_as = known.values_list("name", "slug").first() if known is not None else None


@receiver(post_save, sender=Author)
@receiver(post_save, sender=Topic)
def mark_saved_name(instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Mark stale an author's or a topic's page; everything where the name or the address has changed."""
    if raw:
        return
    found = {_key_of_name(instance)}
    if instance.known_as and instance.known_as != (instance.name, instance.slug):
        found.add(keys.SITE)
        _redirect_name(instance, instance.known_as[1])
    mark_stale(found)


def _redirect_name(thing: Author | Topic, old_slug: str) -> None:
    """Lead readers on from the page that an author, in every language, or a topic had under `old_slug`."""
    if old_slug == thing.slug:
        return
    before = copy.copy(thing)
    before.slug = old_slug
    old, new = (
        (addresses_in_all_languages(one.get_absolute_url) if isinstance(one, Author) else [one.get_absolute_url()])
        for one in (before, thing)
    )
    redirect_addresses(moved=dict(zip(old, new, strict=True)))


@receiver(post_delete, sender=Author)
@receiver(post_delete, sender=Topic)
def mark_deleted_name(instance: Any, **kwargs: Any) -> None:
    """Mark stale what names an author or a topic that goes, and let go of a topic's list."""
    if isinstance(instance, Topic):
        Listing.objects.filter(name=topic_list(instance.pk)).delete()
    mark_stale([_key_of_name(instance), keys.SITE])


def _key_of_name(thing: Any) -> str:
    return keys.author_key(thing.pk) if isinstance(thing, Author) else keys.topic_key(thing.pk)


@receiver(post_save, sender=PublicationSettings)
@receiver(post_save, sender=Menu)
@receiver(post_delete, sender=Menu)
@receiver(post_save, sender=MenuItem)
@receiver(post_delete, sender=MenuItem)
def mark_site(raw: bool = False, **kwargs: Any) -> None:
    """Mark everything stale: name, look and menus stand on every page."""
    if not raw:
        mark_stale([keys.SITE])


@receiver(copy_for_translation_done)
def complete_translated_copy(source_obj: Any, target_obj: Any, **kwargs: Any) -> None:
    """Give the draft of a translated article the topics of its own language, as far as they exist, and its writer.

    The text is still that of whoever wrote the original, who must not be taken for a second person.
    """
    if not isinstance(target_obj, ArticlePage):
        return
    writer = writer_of_copied(source_obj.specific)
    target_obj.revisions.filter(user=None).update(user=writer)
    draft = target_obj.get_latest_revision_as_object()
    keys_of_topics = [topic.translation_key for topic in draft.topics.all()]
    draft.topics.set(Topic.objects.filter(translation_key__in=keys_of_topics, locale_id=draft.locale_id))
    draft.save_revision(user=writer, changed=False)
