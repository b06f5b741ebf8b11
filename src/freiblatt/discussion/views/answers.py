"""What the views of the room share: which article is meant, and the thread below it."""

import functools

from django.db import connection
from django.http import Http404
from django.utils.translation import get_language
from wagtail.models import Locale, Page, PageViewRestriction

from freiblatt.articles.models import ArticlePage
from freiblatt.articles.parts import FETCHED
from freiblatt.discussion.models import Thread
from freiblatt.lib.rows import row


def public_article(section: str, slug: str) -> ArticlePage:
    """Return the article at /section/slug/ in the language of the address, if everybody may read it; else 404.

    Its fields are `parts.FETCHED`; each further one costs a statement.
    """
    for article in ArticlePage.objects.raw(_select(), [slug, get_language()]):
        if article.url_path.split("/")[-3] == section:
            return article
    raise Http404


def thread_of(article: ArticlePage) -> Thread:
    """Return the thread below an article; 404 where there is none."""
    found = row(Thread, "article_id = %s", [article.pk])
    if found is None:
        raise Http404
    # What is known already is not asked for again.
    found.article = article
    return found


@functools.cache
def _select() -> str:
    """Return the statement that finds public articles by slug and language.

    Written by hand because every door of the discussion begins with it: to put it together, and to build an article
    with all columns of three tables, takes Django longer than the rest of a vote. Who may read is Wagtail's `public()`.
    """
    quoted = connection.ops.quote_name
    articles, pages, locales, restrictions = (
        quoted(model._meta.db_table) for model in (ArticlePage, Page, Locale, PageViewRestriction)
    )
    fields = [ArticlePage._meta.get_field(name) for name in FETCHED]
    columns = ", ".join(f"{quoted(field.model._meta.db_table)}.{quoted(field.column)}" for field in fields)
    return (
        f"SELECT {columns} FROM {pages} JOIN {articles} ON {articles}.page_ptr_id = {pages}.id "  # noqa: S608 (our names)
        f"JOIN {locales} ON {locales}.id = {pages}.locale_id "
        f"WHERE {pages}.slug = %s AND {locales}.language_code = %s AND {pages}.live AND NOT EXISTS ("
        f"SELECT 1 FROM {restrictions} JOIN {pages} AS above ON above.id = {restrictions}.page_id "
        f"WHERE substr({pages}.path, 1, length(above.path)) = above.path)"
    )
