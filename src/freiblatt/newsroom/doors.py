"""Doors of the admin that Wagtail leaves wider open than our roles mean them, and the middleware that closes them.

Most of Wagtail's doors ask for a permission themselves, and `roles.py` says who has it. Some are open to whoever may
enter the admin at all: choosers, tags, its internal interface. And some are of no use here, or do what the
configuration decides. `tests/newsroom/test_doors.py` knows every door and who may pass it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from wagtail.admin.auth import permission_denied, user_has_any_page_permission
from wagtail.users.models import UserProfile

from freiblatt.newsroom.roles import Role, holds

#: Tools for articles, by the first part of their name: for members who may do something with pages.
FOR_WRITERS = {
    *("wagtailadmin_explore_root", "wagtailadmin_explore", "wagtailadmin_explore_results"),
    *("wagtailadmin_api", "wagtailadmin_pages", "wagtailadmin_reports", "wagtailadmin_editing_sessions"),
    *("wagtailadmin_choose_page", "wagtailadmin_choose_page_child", "wagtailadmin_choose_page_search"),
    *("wagtailadmin_choose_page_chosen_multiple", "wagtailadmin_choose_page_external_link"),
    *("wagtailadmin_choose_page_email_link", "wagtailadmin_choose_page_phone_link"),
    *("wagtailadmin_choose_page_anchor_link", "wagtailadmin_tag_autocomplete", "wagtailadmin_tag_model_autocomplete"),
    *("wagtailadmin_block_preview", "wagtailadmin_collections", "simple_translation"),
    *("wagtaildocs", "wagtaildocs_chooser", "wagtailimages", "wagtailimages_chooser", "wagtailmedia"),
}
#: Every room's things that are put into articles.
CHOOSERS = "wagtailsnippetchoosers_"
#: Doors for those alone who may do everything, by their whole name.
FOR_OWNERS = {
    *("wagtailadmin_workflows:task_chooser", "wagtailadmin_workflows:task_chooser_results"),
    *("wagtailadmin_workflows:task_chooser_create", "wagtailadmin_workflows:task_chosen"),
}
#: Closed to everybody: what the configuration decides, what we replace, what fetches from elsewhere, test pages, and
#: Wagtail's interface for programs, which would publish, revert or delete past the desk's rules.
CLOSED = {
    "wagtailadmin_api:pages:action",
    *("wagtailsites", "wagtaillocales", "wagtailusers_groups", "wagtailembeds", "wagtailadmin_error_test"),
    *("wagtailimages:url_generator", "wagtailimages:url_generator_output"),
    *("wagtailadmin_api:images:listing", "wagtailadmin_api:images:detail", "wagtailadmin_api:images:find"),
    *("wagtailadmin_api:documents:listing", "wagtailadmin_api:documents:detail", "wagtailadmin_api:documents:find"),
    *("wagtailadmin_reports:site_history", "wagtailadmin_reports:site_history_results", "wagtailsnippets:index"),
}
#: Closed doors without a name, by their address.
CLOSED_ROUTES = {"admin/test404/"}


def for_writers(*names: str) -> None:
    """Close doors of a room, named wholly or by their first part, to members who may do nothing with pages."""
    FOR_WRITERS.update(names)


class DoorMiddleware:
    """Answers as Wagtail does where somebody may not pass: back to the start page, with a sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Return a refusal, or None where the door is not ours to close."""
        match = request.resolver_match
        if match is None:
            return None
        names = {match.view_name, match.view_name.partition(":")[0]}
        is_closed = not names.isdisjoint(CLOSED) or match.route in CLOSED_ROUTES
        is_for_writers = not names.isdisjoint(FOR_WRITERS) or match.view_name.startswith(CHOOSERS)
        is_for_owners = match.view_name in FOR_OWNERS
        if not (is_closed or is_for_writers or is_for_owners):
            return None
        if not request.user.has_perm("wagtailadmin.access_admin"):
            return redirect_to_login(request.get_full_path(), reverse("wagtailadmin_login"))
        if is_closed:
            raise Http404
        if is_for_writers and not user_has_any_page_permission(request.user):
            return _refuse(request)
        if is_for_owners and not holds(request.user, Role.OWNER):
            return _refuse(request)
        return None


def _refuse(request: HttpRequest) -> HttpResponse:
    # Wagtail's own views speak the language of the profile; this stands before them.
    with translation.override(UserProfile.get_for_user(request.user).get_preferred_language()):
        return permission_denied(request)
