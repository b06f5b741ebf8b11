"""Verbs of documents and recordings: tell the pages that show one."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from wagtail.models import Page, ReferenceIndex

from freiblatt.articles import keys
from freiblatt.articles.models import ArticleDocument, ArticlePage, FrontPage, PlainPage, Recording, SectionPage
from freiblatt.articles.models.documents import pages_referring_to
from freiblatt.pagestore.actions import mark_stale


def mark_file_stale(*, file: ArticleDocument | Recording) -> None:
    """Mark every page stale that shows or links to `file`, once the transaction commits."""
    found = keys_of_referring_pages(file)
    is_page = ContentType.objects.get_for_model(Page)
    if ReferenceIndex.get_references_to(file).exclude(base_content_type=is_page).exists():
        found.add(keys.SITE)  # a room above shows it in a way that this one cannot know
    mark_stale(found)


def keys_of_referring_pages(thing: Model) -> set[str]:
    """Return the store's keys of the published pages that refer to `thing`."""
    return {_key_of_page(page) for page in pages_referring_to(thing).specific()}


def _key_of_page(page: Model) -> str:
    match page:
        case ArticlePage():
            return keys.article_key(page.pk)
        case SectionPage():
            return keys.section_key(page.pk)
        case FrontPage():
            return keys.front_key(page.language)
        case PlainPage():
            return keys.plain_key(page.pk)
    return keys.SITE
