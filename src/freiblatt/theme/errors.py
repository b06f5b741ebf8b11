"""Error pages: what helps the reader on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from freiblatt.articles.front import error_context
from freiblatt.articles.models import RemovedAddress


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 with the newest articles and the sections, or 410 where an article stood; never kept.

    Addresses that do not exist are without number, so keeping their pages would fill the store with nothing.
    """
    is_gone = RemovedAddress.objects.filter(path=request.path[: RemovedAddress.MAX_LENGTH]).exists()
    status = 410 if is_gone else 404
    context = error_context(translation.get_language() or "")
    return render(request, f"theme/{status}.html", context, status=status)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a page that needs no database and no context."""
    return HttpResponse(render_to_string("theme/500.html"), status=500)
