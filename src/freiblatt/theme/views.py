"""The publication's own style sheet, and icons at their old addresses."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from freiblatt.newsroom.models import PublicationSettings
from freiblatt.pagestore.actions import keep
from freiblatt.theme import look


@require_safe
def stylesheet(request: HttpRequest, digest: str) -> HttpResponse:
    """Answer with the publication's look. An address of an older look gets today's, which nobody may keep."""
    css = look.stylesheet(PublicationSettings.load(request_or_site=request))
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    if look.look_hash(css) == digest:
        response["Cache-Control"] = "public, max-age=31536000, immutable"
        return keep(response, keys=["site"])
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Send those who ask for /favicon.ico unasked to the icon."""
    return HttpResponseRedirect(static("theme/favicon.ico"))


@require_safe
def touch_icon(request: HttpRequest) -> HttpResponse:
    """Send telephones that ask for /apple-touch-icon.png unasked to it."""
    return HttpResponseRedirect(static("theme/apple-touch-icon.png"))
