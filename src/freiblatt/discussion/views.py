"""Slices of a thread and single comments, each at an address of its own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.models import Comment, Thread
from freiblatt.discussion.reading import Addresses, Order, show_conversation, show_thread
from freiblatt.pagestore.actions import keep

#: The greatest number a database takes as an id; beyond it an address is simply not found.
GREATEST_ID = 2**63 - 1


def thread(request: HttpRequest, section: str, article: str) -> HttpResponse:
    """Answer with a thread from its beginning."""
    return _slice(request, section, article, order="oldest")


def thread_after(request: HttpRequest, section: str, article: str, key: int) -> HttpResponse:
    """Answer with the slice of a thread that follows the root `key`."""
    return _slice(request, section, article, order="oldest", key=key)


def thread_newest(request: HttpRequest, section: str, article: str) -> HttpResponse:
    """Answer with the newest comments of a thread."""
    return _slice(request, section, article, order="newest")


def thread_before(request: HttpRequest, section: str, article: str, key: int) -> HttpResponse:
    """Answer with the slice of a thread that is older than the root `key`."""
    return _slice(request, section, article, order="newest", key=key)


def comment(request: HttpRequest, section: str, article: str, pk: int) -> HttpResponse:
    """Answer with one comment, what it answers, and the answers to it."""
    return _conversation(request, section, article, pk)


def comment_answers(request: HttpRequest, section: str, article: str, pk: int, key: int) -> HttpResponse:
    """Answer with a later slice of the answers to one comment."""
    return _conversation(request, section, article, pk, key=key)


def _slice(request: HttpRequest, section: str, slug: str, *, order: Order, key: int = 0) -> HttpResponse:
    article = _public_article(section, slug)
    found = get_object_or_404(Thread, article=article)
    if key > GREATEST_ID:
        raise Http404
    shown = show_thread(found, article=article, order=order, key=key)
    if key and not shown.comments:
        raise Http404
    context = {
        "page_title": _("Discussion: %(headline)s") % {"headline": article.title},
        "article": article,
        "article_url": article.get_url(request),
        "canonical_url": request.path,
        "thread": shown,
    }
    return _kept(render(request, "discussion/slice.html", context), found)


def _conversation(request: HttpRequest, section: str, slug: str, pk: int, *, key: int = 0) -> HttpResponse:
    article = _public_article(section, slug)
    if max(pk, key) > GREATEST_ID:
        raise Http404
    found = get_object_or_404(
        Comment.objects.listed().select_related("author", "thread"), pk=pk, thread__article=article
    )
    conversation = show_conversation(found, article=article, after=key)
    if key and not conversation.has_answers:
        raise Http404
    name = conversation.comment.name
    context = {
        "page_title": _("Comment by %(name)s") % {"name": name} if name else _("A comment that is gone"),
        "article": article,
        "article_url": article.get_url(request),
        "canonical_url": request.path,
        "conversation": conversation,
        "thread_url": Addresses(article).thread,
    }
    return _kept(render(request, "discussion/conversation.html", context), found.thread)


def _public_article(section: str, slug: str) -> ArticlePage:
    """Return the article at /section/slug/ in the language of the address, if everybody may read it; else 404."""
    candidates = ArticlePage.objects.live().public().filter(slug=slug, locale__language_code=get_language())
    for article in candidates:
        if article.url_path.split("/")[-3] == section:
            return article
    raise Http404


def _kept(response: HttpResponse, found: Thread) -> HttpResponse:
    return keep(response, keys=[found.key, f"article:{found.article_id}", "site"])
