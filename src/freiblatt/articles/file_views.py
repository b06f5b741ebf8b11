"""Files that our own views hand out: originals and renditions to staff, documents to whom they concern."""

import mimetypes
from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe
from wagtail import hooks
from wagtail.permissions import policy_registry

from freiblatt.articles import withheld
from freiblatt.articles.gone import gone_at
from freiblatt.articles.models import ArticleDocument, Picture, PictureFile, PictureRendition, Recording, WithheldFile
from freiblatt.articles.remote_files import remote_file
from freiblatt.pagestore.headers import file_policy


def file_response(file: Any, *, content_type: str, cache_control: str, **kwargs: Any) -> FileResponse:
    """Return an answer that streams a stored file, which may neither run nor be guessed into something else."""
    try:
        response = FileResponse(_open(file), content_type=content_type, **kwargs)
    except FileNotFoundError:
        raise Http404 from None
    response["Content-Security-Policy"] = file_policy(content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = cache_control
    return response


def _may_choose(request: HttpRequest, file: Picture | ArticleDocument | Recording) -> bool:
    """Return whether whoever asks works with files like this one."""
    policy = policy_registry.get(file)
    return policy.user_has_any_permission_for_instance(request.user, ["choose", "change", "delete"], file)


def _open(file: Any) -> Any:
    """Return a stored file, open for reading, also while it is withheld from readers. Raises FileNotFoundError."""
    try:
        return file.storage.open(file.name, "rb")
    except FileNotFoundError:
        return withheld.open_withheld(file.name)


def _owner_of_withheld(name: str) -> Picture | Recording | None:
    """Return the picture or the recording of which a file lies withheld under `name`."""
    if not WithheldFile.objects.filter(name=name[:120], is_withheld=True).exists():
        return None
    file = PictureFile.objects.select_related("picture").filter(file=name).first()
    return file.picture if file else Recording.objects.filter(file=name).first()


@require_safe
def missing_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer where the store finds no public file: what lies in a bucket, to staff what is withheld, 410 or 404.

    Nobody reads a page in the place of a picture, so the answer is a line of text.
    """
    owner = _owner_of_withheld(name) if request.user.is_authenticated else None
    if owner is not None and _may_choose(request, owner):
        return file_response(
            FieldFile(owner, PictureFile._meta.get_field("file"), name),
            content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            cache_control="private, no-store",
        )
    if (found := remote_file(request, name)) is not None:
        return found
    gone = gone_at(request.path)
    if gone is None or not gone.is_exact:
        return HttpResponse("404\n", status=404, content_type="text/plain; charset=utf-8")
    response = HttpResponse(f"{gone.notice or '410'}\n", status=410, content_type="text/plain; charset=utf-8")
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def original(request: HttpRequest, picture_pk: int) -> FileResponse:
    """Answer with a picture's original, to staff who may choose or change it; never kept anywhere."""
    picture = get_object_or_404(Picture, pk=picture_pk)
    if not _may_choose(request, picture):
        raise PermissionDenied
    return file_response(
        picture.file,
        content_type=mimetypes.guess_type(picture.file.name)[0] or "application/octet-stream",
        cache_control="private, no-store",
        as_attachment=True,
        filename=picture.filename,
    )


@require_safe
def rendition(request: HttpRequest, rendition_pk: int) -> FileResponse:
    """Answer with a rendition for the admin's screens. Its address changes with its content."""
    row = get_object_or_404(PictureRendition, pk=rendition_pk)
    return file_response(
        row.file,
        content_type=mimetypes.guess_type(row.file.name)[0] or "application/octet-stream",
        cache_control="private, max-age=3600",
    )


@require_safe
def document(request: HttpRequest, document_pk: str, name: str) -> HttpResponseBase:
    """Answer with a document: to everybody where a published page shows it, else to those who work with documents.

    It is the very file that was uploaded, so it may neither run, load, nor be taken for something else: only a PDF is
    shown in the browser, everything else is saved. Stands in the place of
    Wagtail's own view, which would send what our hook there answers only if it were no stream.
    """
    document = get_object_or_404(ArticleDocument, pk=document_pk)
    if name != document.filename:
        raise Http404
    for check in hooks.get_hooks("before_serve_document"):  # restricted collections
        if isinstance(refusal := check(document, request), HttpResponseBase):
            return refusal
    is_public = document.is_public
    if not is_public and not _may_choose(request, document):
        raise Http404
    # Asked for anew each time: whoever withdraws the page withdraws the document.
    cache_control = "no-cache" if is_public else "private, no-store"
    etag = quote_etag(document.get_file_hash())
    if is_public and etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": cache_control})
    response = document_response(document, cache_control=cache_control)
    response["ETag"] = etag
    return response


def document_response(document: ArticleDocument, *, cache_control: str) -> FileResponse:
    """Return an answer with a document: only a PDF is shown in the browser, everything else is saved."""
    response = file_response(
        document.file,
        content_type=document.content_type,
        cache_control=cache_control,
    )
    # Both names (RFC 6266, RFC 8187): Django would send the plain one or the other.
    response["Content-Disposition"] = "{}; filename=\"{}\"; filename*=UTF-8''{}".format(
        "inline" if document.content_type == "application/pdf" else "attachment",
        document.plain_download_name,
        quote(document.download_name, safe="!#$&+-.^_`|~"),
    )
    return response
