"""What the safety net answers over the network."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from freiblatt.lib.proxies import IS_LOCAL
from freiblatt.newsroom.roles import Role, holds
from freiblatt.upkeep import metrics


@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the metrics: to this machine where it asks without a proxy, and to owners."""
    # Nobody is looked up for a local asker, so that the database may be away.
    if request.META.get(IS_LOCAL) is True or holds(request.user, Role.OWNER):
        response = HttpResponse(metrics.written(metrics.gather()), content_type=metrics.CONTENT_TYPE)
    else:
        response = HttpResponse("403 Forbidden\n", status=403, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
