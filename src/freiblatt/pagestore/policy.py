"""The content security policy of each answer, by django-csp."""

from collections.abc import Iterable
from typing import Any

from csp.constants import HEADER
from csp.decorators import csp_replace
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from freiblatt.pagestore.headers import ADMIN_POLICY, PERMISSIONS_POLICY, PREVIEW_POLICY, READER_POLICY

_PLACES = {directive: place for place, directive in enumerate({**READER_POLICY, **ADMIN_POLICY})}


def allow_frames(response: HttpResponse, hosts: Iterable[str]) -> HttpResponse:
    """Let this page load frames from `hosts` (over https) when its reader clicks; return the response.

    Only hosts of the operator's list `embed_hosts` are allowed; others are left out.
    """
    allowed = [f"https://{host}" for host in sorted(set(hosts)) if host in settings.EMBED_HOSTS]
    if not allowed:
        return response
    return csp_replace({"frame-src": allowed})(lambda _request: response)(None)


class PolicyMiddleware(CSPMiddleware):
    """Send the reader's policy, the preview's or the admin's, and the permissions policy.

    The directives are put in a fixed order, so that every process writes the same page with the same bytes.
    """

    def get_policy_parts(self, request: HttpRequest, response: HttpResponse, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None:
            if getattr(request, "is_preview", False):
                parts.config = dict(PREVIEW_POLICY)
            elif request.path_info.startswith("/admin/"):
                parts.config = dict(ADMIN_POLICY)
            else:
                parts.config = dict(READER_POLICY)
        return parts

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        response = super().process_response(request, response)
        if HEADER in response:
            directives = response[HEADER].split("; ")
            directives.sort(key=lambda directive: _PLACES.get(directive.split(" ", 1)[0], len(_PLACES)))
            response[HEADER] = "; ".join(directives)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response
