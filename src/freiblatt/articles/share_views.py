"""What somebody with a link sees: a draft, its pictures, recordings and documents, for a time, and kept nowhere."""

import hmac
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from freiblatt.articles.actions.sharing import count_opening
from freiblatt.articles.blocks.embeds import frame_hosts
from freiblatt.articles.file_views import document_response, file_response
from freiblatt.articles.models import SharedDraft
from freiblatt.articles.models.shares import hash_of
from freiblatt.articles.shared_files import files_of
from freiblatt.lib import limits
from freiblatt.lib.network import cut_address
from freiblatt.pagestore.actions import allow_frames

#: A page with many pictures, opened by several people behind one address, stays far below; a machine that tries tokens
#: does not.
PAGES_PER_MINUTE = 60
FILES_PER_MINUTE = 1200

#: One range of bytes, as players ask for it to jump in a film (RFC 9110, 14.1.2).
RANGE = re.compile(r"^bytes=(\d+)-(\d*)$")

View = Callable[..., HttpResponseBase]


def private(scope: str, most: int) -> Callable[[View], View]:
    """Return a decorator for what is meant for one person: kept nowhere, indexed nowhere, named to no other host."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            wait = limits.take(scope, cut_address(request), most=most, per_seconds=60)
            response: HttpResponseBase
            if wait:
                response = HttpResponse(_("Too many requests. Try again in a minute."), status=429)
                response["Retry-After"] = str(int(wait) + 1)
            else:
                response = view(request, **kwargs)
            response["Cache-Control"] = "private, no-store"
            response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
            response["Referrer-Policy"] = "no-referrer"
            return response

        return guarded

    return decorate


def share_of(token: str) -> SharedDraft:
    """Return the link with `token`, ended or not; raises Http404 for a token that nobody was given."""
    wanted = hash_of(token)
    share = SharedDraft.objects.select_related("article__locale").filter(token_hash=wanted).first()
    if share is None or not hmac.compare_digest(share.token_hash, wanted):
        raise Http404("No such link.")
    return share


def open_share(token: str) -> SharedDraft:
    """Return the open link with `token`; raises Http404 otherwise."""
    share = share_of(token)
    if not share.is_open:
        raise Http404("This link has ended.")
    return share


@require_safe
@private("shared_draft", PAGES_PER_MINUTE)
def shared_draft(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the draft as readers would see it, and a line that says what it is; 410 once the link has ended."""
    share = share_of(token)
    with translation.override(share.article.language):
        request.LANGUAGE_CODE = share.article.language  # type: ignore[attr-defined]
        if not share.is_open:
            context = {"share": share, "page_title": _("This link has ended"), "canonical_url": "", "is_indexed": False}
            response = render(request, "articles/shared_draft_ended.html", context, status=410)
        else:
            response = _draft(request, share, token)
        response["Content-Language"] = share.article.language
        return response


def _draft(request: HttpRequest, share: SharedDraft, token: str) -> HttpResponse:
    article = share.version()
    context = {
        **article.get_context(request),
        "shared_draft": share,
        "canonical_url": "",
        "feed_url": "",
        "translations": [],
        "is_indexed": False,
        # What belongs to the published article: its discussion, its figures.
        "facts": [],
        "parts_after_body": [],
        "parts_end": [],
    }
    response = render(request, article.get_template(request), context)
    addresses = files_of(article).addresses(token)
    if addresses:
        # Longest first: no address is the beginning of another one's replacement.
        known = re.compile("|".join(re.escape(one) for one in sorted(addresses, key=len, reverse=True)))
        response.content = known.sub(lambda found: addresses[found[0]], response.content.decode())
    if request.method == "GET":
        count_opening(share=share)
    return allow_frames(response, frame_hosts(article.body))


@require_safe
@private("shared_draft_file", FILES_PER_MINUTE)
def shared_file(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """Answer with a picture or a recording that the draft shows."""
    found = files_of(open_share(token).version()).files.get(name)
    if found is None:
        raise Http404("The draft does not show this file.")
    file, content_type = found
    response = file_response(file, content_type=content_type, cache_control="private, no-store")
    return _ranged(request, response, int(response["Content-Length"]))


@require_safe
@private("shared_draft_file", FILES_PER_MINUTE)
def shared_document(request: HttpRequest, token: str, document_pk: int, name: str) -> HttpResponseBase:
    """Answer with a document that the draft shows."""
    document = files_of(open_share(token).version()).documents.get(document_pk)
    if document is None or name != document.filename:
        raise Http404("The draft does not show this document.")
    return document_response(document, cache_control="private, no-store")


def _ranged(request: HttpRequest, response: FileResponse, size_bytes: int) -> FileResponse:
    """Return `response` cut to the one range that was asked for, if any."""
    response["Accept-Ranges"] = "bytes"
    asked = RANGE.match(request.headers.get("Range", ""))
    if not asked or int(asked[1]) >= size_bytes:
        return response
    start, end = int(asked[1]), min(int(asked[2] or size_bytes), size_bytes - 1)
    if end < start:
        return response
    stream = response.file_to_stream
    if stream is None:
        return response
    stream.seek(start)
    response.streaming_content = _pieces(stream, end - start + 1)
    response.status_code = 206
    response["Content-Range"] = f"bytes {start}-{end}/{size_bytes}"
    response["Content-Length"] = str(end - start + 1)
    return response


def _pieces(stream: Any, length_bytes: int) -> Any:
    while length_bytes > 0 and (piece := stream.read(min(length_bytes, 64 * 1024))):
        length_bytes -= len(piece)
        yield piece
