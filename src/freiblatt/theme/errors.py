"""Error pages: what helps the reader on."""

import logging
import re
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found

from freiblatt.articles.front import error_context
from freiblatt.articles.gone import gone_at
from freiblatt.pagestore.actions import keep

logger = logging.getLogger(__name__)

#: A feed goes with its page.
FEED = re.compile(r"(?<=/)feed\.(atom|json)$")
#: A database that was restarted is back by then.
RETRY_AFTER_SECONDS = 15
#: What is left to say where not even a template can be read.
LAST_WORDS = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Something went wrong</title>'
    "<h1>Something went wrong on our side.</h1><p>Please try again in a few minutes.</p></html>"
)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 with the newest articles and the sections, or 410 where a page or its feed stood.

    At the desk there is no newspaper around it.

    Addresses that do not exist are without number, so keeping their pages would fill the store with nothing; only what
    stands at the very address of a withdrawn article may be kept.
    """
    gone = gone_at(FEED.sub("", request.path))
    status = 410 if gone else 404
    if request.path.startswith("/admin/") and request.user.has_perm("wagtailadmin.access_admin"):
        return page_not_found(request, exception, template_name="wagtailadmin/404.html")
    language = translation.get_language() or ""
    help_on = error_context(language)
    context = {
        **help_on,
        "gone": gone,
        "page_title": _("Page not found") if status == 404 else _("Withdrawn"),
        "canonical_url": "",
        "is_indexed": False,
    }
    response = render(request, f"theme/{status}.html", context, status=status)
    if gone is None or gone.article_pk is None or not gone.is_exact or request.path != FEED.sub("", request.path):
        return response
    # These addresses are few, and much is asked of them when the news is that something was withdrawn.
    return keep(response, keys={*help_on["store_keys"], *gone.store_keys()}, until=help_on["store_until"])


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 with what helps: mostly a form that another site has sent, or one that was refused to a reader."""
    context = {"page_title": _("Refused"), "canonical_url": "", "is_indexed": False}
    response = render(request, "theme/403.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a page that needs no database and no context, whatever else is broken.

    503 where the database did not do its part (away, locked, its disk full): that passes, so programs ask again.
    """
    is_database = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    try:
        # Without a request no context processor runs, so nothing is fetched.
        text = render_to_string("theme/500.html")
    except Exception:
        logger.exception("The error page itself could not be rendered.")
        text = LAST_WORDS
    response = HttpResponse(text, status=503 if is_database else 500)
    if is_database:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
