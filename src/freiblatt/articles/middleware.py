"""What staff see when a page that is not complete would have gone before readers."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from wagtail.users.models import UserProfile

from freiblatt.articles.models.completeness import Incomplete


class IncompleteMiddleware:
    """Answers a refused publication with a message and the way to the page's editor, wherever in the admin it began."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return a way back to the editor for `Incomplete`; leave all else to others."""
        if not isinstance(exception, Incomplete):
            return None
        # The view, which spoke the language of the profile, has ended.
        with translation.override(UserProfile.get_for_user(request.user).get_preferred_language()):
            messages.error(request, str(exception))
        address = reverse("wagtailadmin_pages:edit", args=[exception.page.pk])
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            # What the dialogs of workflows understand.
            return JsonResponse({"step": "success", "redirect": address})
        return HttpResponseRedirect(address)
