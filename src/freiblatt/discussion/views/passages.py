"""What is said on one paragraph of an article, and all of it for programs (W3C Web Annotation)."""

from typing import Any

from django.conf import settings as django_settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from freiblatt.discussion.forms import CommentForm
from freiblatt.discussion.models import (
    Anchor,
    AnchorStatus,
    Comment,
    CommentState,
    DiscussionSettings,
    Thread,
    passages_key,
)
from freiblatt.discussion.parts import SETTINGS_KEY
from freiblatt.discussion.passages.carrying import Place
from freiblatt.discussion.passages.drawing import mark_id
from freiblatt.discussion.passages.finding import around
from freiblatt.discussion.passages.texts import LINE_END, BlockText, texts_of
from freiblatt.discussion.reading import Addresses, show_some
from freiblatt.discussion.views.answers import public_article, thread_of
from freiblatt.lib.ids import GREATEST_ID
from freiblatt.pagestore.actions import keep

#: Comments on one paragraph that its page shows; the others stand in the discussion like these.
MOST_SHOWN = 100
#: Annotations in one answer.
ANNOTATIONS_IN_PAGE = 200


@require_safe
def paragraph(request: HttpRequest, section: str, article: str, number: int) -> HttpResponse:
    """Answer with one paragraph of an article, the comments on it or on some of its words, and the form for another."""
    page = public_article(section, article)
    thread = thread_of(page)
    block, text, place = _paragraph(texts_of(page), number)
    here = Anchor.objects.filter(article=page, block=block, start__lt=place.end, end__gt=place.start)
    shown = here.filter(comment__state=CommentState.PUBLIC).exclude(status=AnchorStatus.LOST)
    found = Comment.objects.filter(pk__in=shown.values("comment")).select_related("author").order_by("pk")
    comments = list(found[: MOST_SHOWN + 1])
    addresses = Addresses(page)
    settings = DiscussionSettings.load()
    doors = show_some(thread, addresses, settings, comments[:MOST_SHOWN])
    words = text.text[place.start : place.end]
    before, after = around(place, text.text)
    chosen = {"block": block, "start": place.start, "words": words, "prefix": before, "suffix": after}
    context = {
        "page_title": _("On a paragraph"),
        "article": page,
        "article_url": addresses.article,
        "back_url": f"{addresses.article}#{mark_id(block, place.start)}" if comments else addresses.article,
        "thread_url": addresses.thread,
        "words": words,
        "comments": doors.comments,
        "more": _more(comments),
        "form": CommentForm(initial=chosen),
        "action": addresses.write,
        "vote_url": doors.vote_url,
        "is_vote_of_readers": doors.reader_vote_url != "",
        "closed": doors.closed,
        "canonical_url": "",
        "is_indexed": False,
    }
    return _kept(render(request, "discussion/paragraph.html", context), thread)


@require_safe
def annotations(request: HttpRequest, section: str, article: str, key: int = 0) -> HttpResponse:
    """Answer with the public comments on passages of an article as a W3C AnnotationPage, 200 in one."""
    page = public_article(section, article)
    thread = thread_of(page)
    if key > GREATEST_ID:
        raise Http404
    addresses, host = Addresses(page), django_settings.WAGTAILADMIN_BASE_URL
    found = (
        Anchor.objects.filter(article=page, comment__state=CommentState.PUBLIC, comment__gt=key)
        .exclude(status=AnchorStatus.LOST)
        .select_related("comment__author")
        .order_by("comment_id")
    )
    anchors = list(found[: ANNOTATIONS_IN_PAGE + 1])
    grounds = _grounds(texts_of(page))
    shown: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"{host}{addresses.annotations(key)}",
        "type": "AnnotationPage",
        "partOf": {"id": f"{host}{addresses.annotations()}#all", "type": "AnnotationCollection"},
        "items": [_annotation(one, addresses, host, grounds) for one in anchors[:ANNOTATIONS_IN_PAGE]],
    }
    if len(anchors) > ANNOTATIONS_IN_PAGE:
        shown["next"] = f"{host}{addresses.annotations(anchors[ANNOTATIONS_IN_PAGE - 1].comment_id)}"
    kind = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
    return _kept(JsonResponse(shown, content_type=kind, json_dumps_params={"ensure_ascii": False}), thread)


def _annotation(anchor: Anchor, addresses: Addresses, host: str, grounds: dict[str, int]) -> dict[str, Any]:
    """Return one comment on a passage as https://www.w3.org/TR/annotation-model/ has it.

    Positions are code points of the article's running text: all its paragraphs, parted by line ends.
    """
    comment = anchor.comment
    ground = grounds.get(anchor.block, 0)
    quote = {"type": "TextQuoteSelector", "exact": anchor.exact, "prefix": anchor.prefix, "suffix": anchor.suffix}
    position = {"type": "TextPositionSelector", "start": ground + anchor.start, "end": ground + anchor.end}
    shown: dict[str, Any] = {
        "id": f"{host}{addresses.comment(comment.pk)}",
        "type": "Annotation",
        "motivation": {"question": "questioning", "correction": "editing"}.get(comment.kind, "commenting"),
        "creator": {"type": "Person", "name": comment.name},
        "body": {
            "type": "TextualBody",
            "value": comment.html,
            "format": "text/html",
            "language": get_language(),
        },
        "target": {
            "source": f"{host}{addresses.article}",
            "selector": [quote, position],
        },
    }
    if comment.created_on is not None and not comment.created_is_approximate:
        shown["created"] = comment.created_on.isoformat(timespec="seconds")
    if comment.edited_on is not None:
        shown["modified"] = comment.edited_on.isoformat(timespec="seconds")
    return shown


def _paragraph(texts: dict[str, BlockText], number: int) -> tuple[str, BlockText, Place]:
    """Return the paragraph with this number, counted through the article from 0; 404 where there are fewer."""
    left = number
    for block, text in texts.items():
        if left < len(text.paragraphs):
            found = text.paragraphs[left]
            lead = len(found.text) - len(found.text.lstrip())
            return block, text, Place(block, found.start + lead, found.start + len(found.text.rstrip()))
        left -= len(text.paragraphs)
    raise Http404


def _grounds(texts: dict[str, BlockText]) -> dict[str, int]:
    """Return where each block begins in the running text of the article."""
    grounds, at = {}, 0
    for block, text in texts.items():
        grounds[block] = at
        at += len(text.text) + len(LINE_END)
    return grounds


def _more(comments: list[Comment]) -> str:
    over = len(comments) - MOST_SHOWN
    return (
        ngettext("Another one stands in the discussion.", "Others stand in the discussion.", over) if over > 0 else ""
    )


def _kept(response: HttpResponse, thread: Thread) -> HttpResponse:
    keys = [thread.key, passages_key(thread.article_id), f"article:{thread.article_id}", SETTINGS_KEY, "site"]
    return keep(response, keys=keys)
