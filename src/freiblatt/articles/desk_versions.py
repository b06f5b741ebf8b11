"""Comparing any two versions of a page."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.widgets import Button
from wagtail.models import Page

from freiblatt.articles.desk_screens import screen_of

#: Versions on one screen.
VERSIONS_SHOWN = 50


@require_safe
def versions(request: HttpRequest, page_pk: int) -> HttpResponse:
    """List a page's versions, of which two are chosen; with `a` and `b`, lead on to their comparison."""
    page = get_object_or_404(Page, pk=page_pk).specific
    if page.is_root() or not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    chosen = [
        int(one) if one.isdecimal() and len(one) < 18 else 0 for one in map(request.GET.get, ("a", "b"), ("", ""))
    ]
    if all(chosen) and "p" not in request.GET:
        if chosen[0] == chosen[1]:
            messages.warning(request, _("Choose two different versions."))
        elif page.revisions.filter(pk__in=chosen).count() == 2:
            return redirect("wagtailadmin_pages:revisions_compare", page.pk, min(chosen), max(chosen))
    rows = page.revisions.defer("content").select_related("user").order_by("-created_at", "-pk")
    shown = Paginator(rows, VERSIONS_SHOWN).get_page(request.GET.get("p"))
    listed = list(shown)
    # What was chosen on another screen of the list stays at hand.
    kept = [one for one in rows.filter(pk__in=chosen) if one not in listed]
    known = {one.pk for one in [*kept, *listed]}
    first, second = (pk if pk in known else None for pk in chosen)
    context = {
        **screen_of(page, _("Compare versions"), icon="history"),
        "page": page,
        "versions": [*kept, *listed],
        "screen": shown,
        "one": first or (listed[min(1, len(listed) - 1)].pk if listed else None),
        "other": second or (listed[0].pk if listed else None),
    }
    return render(request, "articles/desk/versions.html", context)


@hooks.register("register_admin_urls")
def versions_address() -> list[URLPattern]:
    """Return the address of the list."""
    return [path("pages/<int:page_pk>/versions/", versions, name="articles_versions")]


@hooks.register("register_page_header_buttons")
def offer_versions(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer the comparison in the menu at a page's title."""
    if page.pk and not page.is_root() and page.permissions_for_user(user).can_edit():
        yield Button(
            _("Compare versions"), reverse("articles_versions", args=[page.pk]), icon_name="history", priority=36
        )
