"""What staff alone may look at: originals and renditions of pictures."""

import mimetypes
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from wagtail.permissions import policy_registry

from freiblatt.articles.models import Picture, PictureRendition
from freiblatt.pagestore.headers import FILE_POLICY


def file_response(file: Any, *, content_type: str, cache_control: str, **kwargs: Any) -> FileResponse:
    """Return an answer that streams a stored file, which may neither run nor be guessed into something else."""
    try:
        response = FileResponse(file.storage.open(file.name, "rb"), content_type=content_type, **kwargs)
    except FileNotFoundError:
        raise Http404 from None
    response["Content-Security-Policy"] = FILE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = cache_control
    return response


@require_safe
def original(request: HttpRequest, picture_pk: int) -> FileResponse:
    """Answer with a picture's original, to staff who may choose or change it; never kept anywhere."""
    picture = get_object_or_404(Picture, pk=picture_pk)
    policy = policy_registry.get_by_type(Picture)
    if not policy.user_has_any_permission_for_instance(request.user, ["choose", "change", "delete"], picture):
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
