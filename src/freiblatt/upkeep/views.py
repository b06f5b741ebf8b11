"""What the safety net answers over the network."""

from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.views.decorators.http import require_safe

from freiblatt.lib.proxies import IS_LOCAL
from freiblatt.newsroom.roles import Role, holds
from freiblatt.upkeep import metrics

#: What a program on this machine calls it. A proxy on it asks for the name that the visitor typed.
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the metrics: to this machine where it asks without a proxy, and to owners."""
    # Nobody is looked up for a local asker, so that the database may be away.
    if _is_local(request) or holds(request.user, Role.OWNER):
        response = HttpResponse(metrics.written(metrics.gather()), content_type=metrics.CONTENT_TYPE)
    else:
        response = HttpResponse("403 Forbidden\n", status=403, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response


def _is_local(request: HttpRequest) -> bool:
    """Whether a program on this machine asks, and not a proxy on it that names nobody."""
    return request.META.get(IS_LOCAL) is True and split_domain_port(request.get_host())[0] in LOCAL_NAMES
