"""The publication's own style sheet, icons at their old addresses, and the page that needs nothing to work."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import loader
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from freiblatt.newsroom.models import PublicationSettings
from freiblatt.pagestore.actions import keep
from freiblatt.theme import look

logger = logging.getLogger(__name__)

#: What is left to say where not even a template can be read.
LAST_WORDS = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Something went wrong</title>'
    "<h1>Something went wrong on our side.</h1><p>Please try again in a few minutes.</p></html>"
)


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


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer with status 500 without asking the database, whatever else is broken."""
    try:
        # Without a request no context processor runs, so nothing is fetched.
        text = loader.get_template("theme/500.html").render()
    except Exception:
        logger.exception("The error page itself could not be rendered.")
        text = LAST_WORDS
    response = HttpResponse(text, status=500)
    response["Cache-Control"] = "no-store"
    return response
