"""Slices of a thread and single comments, each at an address of its own."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from freiblatt.discussion.models import Comment, DiscussionSettings, Thread, TopSlice
from freiblatt.discussion.parts import SETTINGS_KEY
from freiblatt.discussion.reading import (
    Addresses,
    Order,
    ShownThread,
    show_conversation,
    show_newsroom,
    show_thread,
    show_top,
)
from freiblatt.discussion.views.answers import public_article, thread_of
from freiblatt.lib.ids import GREATEST_ID
from freiblatt.pagestore.actions import keep


@require_safe
def thread(request: HttpRequest, section: str, article: str) -> HttpResponse:
    """Answer with a thread from its beginning."""
    return _slice(request, section, article, order="oldest")


@require_safe
def thread_after(request: HttpRequest, section: str, article: str, key: int) -> HttpResponse:
    """Answer with the slice of a thread that follows the root `key`."""
    return _slice(request, section, article, order="oldest", key=key)


@require_safe
def thread_newest(request: HttpRequest, section: str, article: str) -> HttpResponse:
    """Answer with the newest comments of a thread."""
    return _slice(request, section, article, order="newest")


@require_safe
def thread_before(request: HttpRequest, section: str, article: str, key: int) -> HttpResponse:
    """Answer with the slice of a thread that is older than the root `key`."""
    return _slice(request, section, article, order="newest", key=key)


@require_safe
def thread_top(request: HttpRequest, section: str, article: str) -> HttpResponse:
    """Answer with the comments that readers voted for most."""
    found = thread_of(public_article(section, article))
    first = TopSlice.objects.filter(thread=found, edition=found.top_edition, number=1).first()
    if first is None:
        raise Http404
    return _top(request, found, first)


@require_safe
def thread_top_slice(request: HttpRequest, section: str, article: str, edition: int, number: int) -> HttpResponse:
    """Answer with a later slice of one order by votes; one that is too old leads to today's order."""
    found = thread_of(public_article(section, article))
    if max(edition, number) > GREATEST_ID:
        raise Http404
    wanted = TopSlice.objects.filter(thread=found, edition=edition, number=number).first()
    if wanted is None:
        if 0 < edition < found.top_edition:
            response = HttpResponseRedirect(Addresses(found.article).top())
            response["Cache-Control"] = "no-store"
            return response
        raise Http404
    return _top(request, found, wanted)


@require_safe
def thread_newsroom(request: HttpRequest, section: str, article: str, key: int = 0) -> HttpResponse:
    """Answer with what the newsroom says in a thread, each with what it answers."""
    found = thread_of(public_article(section, article))
    if key > GREATEST_ID:
        raise Http404
    said, more_url = show_newsroom(found, article=found.article, after=key)
    if key and not said:
        raise Http404
    context = {
        "page_title": _("Answers of the newsroom: %(headline)s") % {"headline": found.article.title},
        "article": found.article,
        "article_url": found.article.get_url(request),
        "canonical_url": request.path,
        "said": said,
        "more_url": more_url,
        "thread_url": Addresses(found.article).thread,
    }
    return _kept(render(request, "discussion/newsroom.html", context), found)


@require_safe
def comment(request: HttpRequest, section: str, article: str, pk: int) -> HttpResponse:
    """Answer with one comment, what it answers, and the answers to it."""
    return _conversation(request, section, article, pk)


@require_safe
def comment_answers(request: HttpRequest, section: str, article: str, pk: int, key: int) -> HttpResponse:
    """Answer with a later slice of the answers to one comment."""
    return _conversation(request, section, article, pk, key=key)


def _slice(request: HttpRequest, section: str, slug: str, *, order: Order, key: int = 0) -> HttpResponse:
    found = thread_of(public_article(section, slug))
    if key > GREATEST_ID:
        raise Http404
    shown = show_thread(found, article=found.article, settings=DiscussionSettings.load(), order=order, key=key)
    if key and not shown.comments:
        raise Http404
    return _shown(request, found, shown)


def _top(request: HttpRequest, found: Thread, wanted: TopSlice) -> HttpResponse:
    return _shown(
        request, found, show_top(found, article=found.article, settings=DiscussionSettings.load(), wanted=wanted)
    )


def _shown(request: HttpRequest, found: Thread, shown: ShownThread) -> HttpResponse:
    context = {
        "page_title": _("Discussion: %(headline)s") % {"headline": found.article.title},
        "article": found.article,
        "article_url": found.article.get_url(request),
        "canonical_url": request.path,
        "feed_url": Addresses(found.article).feed,
        "thread": shown,
    }
    return _kept(render(request, "discussion/slice.html", context), found)


def _conversation(request: HttpRequest, section: str, slug: str, pk: int, *, key: int = 0) -> HttpResponse:
    article = public_article(section, slug)
    if max(pk, key) > GREATEST_ID:
        raise Http404
    found = get_object_or_404(
        Comment.objects.listed().select_related("author", "thread"), pk=pk, thread__article=article
    )
    conversation = show_conversation(found, article=article, settings=DiscussionSettings.load(), after=key)
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


def _kept(response: HttpResponse, found: Thread) -> HttpResponse:
    return keep(response, keys=[found.key, f"article:{found.article_id}", SETTINGS_KEY, "site"])
