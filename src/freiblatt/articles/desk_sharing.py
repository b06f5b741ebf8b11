"""Sharing a draft on the editor's side: make a link, see the others, take them back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, PageLogEntry

from freiblatt.articles.actions.sharing import SHARED, UNSHARED, revoke_share, share_draft
from freiblatt.articles.desk_screens import screen_of
from freiblatt.articles.models import ArticlePage, SharedDraft

DEFAULT_HOURS = 168
LINKS_SHOWN = 50


class ShareForm(forms.Form):
    """For whom a link is, for how long, and whether it follows the draft."""

    for_whom = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=120,
        help_text=gettext_lazy("Stands at the top of the shared page. Such as: Dr. Petra Lang, lawyer."),
    )
    hours = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        coerce=int,
        initial=DEFAULT_HOURS,
        choices=(
            (4, gettext_lazy("4 hours")),
            (24, gettext_lazy("1 day")),
            (72, gettext_lazy("3 days")),
            (168, gettext_lazy("7 days")),
            (336, gettext_lazy("14 days")),
            (720, gettext_lazy("30 days")),
        ),
    )
    is_fixed = forms.TypedChoiceField(
        label=gettext_lazy("What it shows"),
        coerce=lambda value: value == "fixed",
        initial="latest",
        widget=forms.RadioSelect,
        choices=(
            ("latest", gettext_lazy("The latest draft, whatever is changed until then (for a lawyer)")),
            ("fixed", gettext_lazy("This very version, whatever is changed (for the approval of quotations)")),
        ),
    )


def _article_for(request: HttpRequest, page_pk: int) -> ArticlePage:
    article = get_object_or_404(ArticlePage, pk=page_pk)
    if not article.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return article


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shares(request: HttpRequest, page_pk: int) -> HttpResponse:
    """Show an article's links; make a new one, whose address is shown this once."""
    article = _article_for(request, page_pk)
    form = ShareForm(request.POST or None)
    made, address = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, token = share_draft(
                article=article,
                for_whom=form.cleaned_data["for_whom"],
                by=request.user,
                valid_for=timedelta(hours=form.cleaned_data["hours"]),
                is_fixed=form.cleaned_data["is_fixed"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            address = settings.WAGTAILADMIN_BASE_URL + reverse("shared_draft", args=[token])
            form = ShareForm()
    context = {
        **screen_of(article, _("Share a draft"), icon="link"),
        "article": article,
        "form": form,
        "made": made,
        "address": address,
        "shares": article.shares.select_related("made_by")[:LINKS_SHOWN],
    }
    return render(request, "articles/desk/shares.html", context)


@require_POST
def revoke(request: HttpRequest, page_pk: int, share_pk: int) -> HttpResponse:
    """Take a link back."""
    article = _article_for(request, page_pk)
    share = revoke_share(share=get_object_or_404(SharedDraft, pk=share_pk, article=article), by=request.user)
    messages.success(request, _("The link for %(name)s opens nothing any more.") % {"name": share.for_whom})
    return redirect("articles_shares", article.pk)


@hooks.register("register_admin_urls")
def sharing_addresses() -> list[URLPattern]:
    """Return the addresses at which links are made and taken back."""
    return [
        path("pages/<int:page_pk>/shares/", shares, name="articles_shares"),
        path("pages/<int:page_pk>/shares/<int:share_pk>/revoke/", revoke, name="articles_revoke_share"),
    ]


@hooks.register("register_page_header_buttons")
def offer_sharing(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer the sharing of an article's draft in the menu at its title."""
    if page.pk and issubclass(page.specific_class or Page, ArticlePage) and page.permissions_for_user(user).can_edit():
        yield Button(_("Share a draft"), reverse("articles_shares", args=[page.pk]), icon_name="link", priority=35)


@hooks.register("register_log_actions")
def name_sharing_actions(actions: LogActionRegistry) -> None:
    """Let a page's history say for whom links were made and taken back."""

    @actions.register_action(SHARED)
    class Shared(LogFormatter):
        label = gettext_lazy("Shared a draft")

        def format_message(self, log_entry: PageLogEntry) -> str:
            return _("Made a link to the draft for %(name)s") % {"name": log_entry.data.get("for_whom", "")}

    @actions.register_action(UNSHARED)
    class Unshared(LogFormatter):
        label = gettext_lazy("Took back a link to a draft")

        def format_message(self, log_entry: PageLogEntry) -> str:
            return _("Took back the link to the draft for %(name)s") % {"name": log_entry.data.get("for_whom", "")}
