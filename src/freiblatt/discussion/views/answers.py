"""What the views of the room share: which article is meant, and the thread below it."""

from django.http import Http404
from django.utils.translation import get_language

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.models import Thread


def public_article(section: str, slug: str) -> ArticlePage:
    """Return the article at /section/slug/ in the language of the address, if everybody may read it; else 404."""
    candidates = ArticlePage.objects.live().public().filter(slug=slug, locale__language_code=get_language())
    for article in candidates:
        if article.url_path.split("/")[-3] == section:
            return article
    raise Http404


def thread_of(article: ArticlePage) -> Thread:
    """Return the thread below an article; 404 where there is none."""
    found = Thread.objects.filter(article=article).first()
    if found is None:
        raise Http404
    # What is known already is not asked for again.
    found.article = article
    return found
