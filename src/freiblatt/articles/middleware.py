"""What staff see when a page that is not complete, or that nobody else has checked, would have gone before readers."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from wagtail.users.models import UserProfile

from freiblatt.articles.checking import NotChecked
from freiblatt.articles.models.completeness import Incomplete

#: The screens of pages, where the clock of the newsroom counts and not that of the profile.
PAGE_SCREENS = "/admin/pages/"


class RefusalMiddleware:
    """Answers a refused publication with a message and the way on, wherever in the admin it began."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the way back to the editor for `Incomplete`, on to the question for `NotChecked`; leave all else."""
        if not isinstance(exception, Incomplete | NotChecked):
            return None
        # The view, which spoke the language of the profile, has ended.
        with translation.override(UserProfile.get_for_user(request.user).get_preferred_language()):
            messages.error(request, str(exception))
        return way_on(request, exception)


def way_on(request: HttpRequest, refusal: Incomplete | NotChecked) -> HttpResponse:
    """Return the answer that leads to where a refused publication can be mended."""
    name = "articles_publish_alone" if isinstance(refusal, NotChecked) else "wagtailadmin_pages:edit"
    address = reverse(name, args=[refusal.page.pk])
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        # What the dialogs of workflows understand.
        return JsonResponse({"step": "success", "redirect": address})
    return HttpResponseRedirect(address)


class PublicationClockMiddleware:
    """Lets the screens of pages speak the publication's time zone: a schedule is agreed upon in the newsroom's time.

    Everywhere else in the admin the time zone of the profile counts.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.path_info.startswith(PAGE_SCREENS) and request.user.is_authenticated:
            profile = getattr(request.user, "wagtail_userprofile", None)
            if profile is not None:
                profile.current_time_zone = settings.TIME_ZONE  # for this request; nothing stores it
