"""What staff see when a page may not go before readers yet, or when an upload could not be stored."""

import errno
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from freiblatt.articles.checking import NotChecked
from freiblatt.articles.models.completeness import Incomplete
from freiblatt.articles.uploads import AWAY
from freiblatt.lib.bucket import BucketError

logger = logging.getLogger(__name__)

#: The screens of pages, where the clock of the newsroom counts and not that of the profile.
PAGE_SCREENS = "/admin/pages/"
#: What a disk says that takes nothing more.
FULL = (errno.ENOSPC, errno.EDQUOT)
RETRY_AFTER_SECONDS = 15


class RefusalMiddleware:
    """Answers a refused publication, or an upload that found no place, with a sentence and the way on.

    Wherever in the admin it began. A form asks the storage before (`forms.py`); here ends what fails all the same.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the way back to the editor for `Incomplete`, on to the question for `NotChecked`; leave all else."""
        if isinstance(exception, OSError) and request.FILES and request.path_info.startswith("/admin/"):
            return _not_stored(request, exception)
        if not isinstance(exception, Incomplete | NotChecked):
            return None
        # The view, which spoke the language of the profile, has ended.
        with translation.override(UserProfile.get_for_user(request.user).get_preferred_language()):
            messages.error(request, str(exception))
        return way_on(request, exception)


def _not_stored(request: HttpRequest, error: OSError) -> HttpResponse | None:
    """Return the answer to an upload whose storage failed; the transaction of its row has ended and left nothing."""
    if not isinstance(error, BucketError) and error.errno not in FULL:
        return None
    logger.error("An upload could not be stored: %s", error)
    with translation.override(UserProfile.get_for_user(request.user).get_preferred_language()):
        if request.resolver_match and request.resolver_match.url_name == "add_multiple":
            # What the script understands that sends many files one by one.
            return JsonResponse({"success": False, "error_message": str(AWAY)})
        title = _("Not stored")
        context = {"header_title": title, "header_icon": "warning", "breadcrumbs_items": [], "says": AWAY}
        response = render(request, "articles/desk/not_stored.html", context, status=503)
    response["Retry-After"], response["Cache-Control"] = str(RETRY_AFTER_SECONDS), "no-store"
    return response


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
