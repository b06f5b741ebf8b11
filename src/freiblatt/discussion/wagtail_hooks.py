"""The editor's side of the discussion: the desk in the menu and on the start page, and the house rules."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import Button
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.desk import urls
from freiblatt.discussion.desk.corrections import WHO, OpenCorrections, open_for
from freiblatt.discussion.desk.queue import count_undecided, may_decide
from freiblatt.discussion.desk.start import SHOWN, AskedOfYou, WaitingComments, asked_of
from freiblatt.discussion.models import HouseRule
from freiblatt.newsroom.roles import holds


class DeskMenuItem(MenuItem):
    """The way to the desk, with the number of comments that wait."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_decide(request)

    def render_component(self, request: HttpRequest) -> Any:
        shown = super().render_component(request)
        if count := count_undecided():
            shown.label = f"{self.label} ({count})"
        return shown


@register_snippet
class HouseRuleViewSet(SnippetViewSet):
    """The house rules: read by whoever judges by them, changed by editors."""

    model = HouseRule
    icon = "list-ol"
    menu_label = _("House rules")
    menu_name = "house-rules"
    menu_order = 21
    add_to_settings_menu = True
    list_display = [
        "__str__",
        "place",
        Column("law", label=_("it is the law"), accessor=lambda rule: _("Yes") if rule.is_legal else _("No")),
        Column("force", label=_("in force"), accessor=lambda rule: _("Yes") if rule.is_standing else _("No")),
    ]
    ordering = ["place"]
    panels = [
        InlinePanel(
            "texts",
            [
                FieldPanel("language", widget=forms.Select(choices=settings.LANGUAGES)),
                FieldPanel("title"),
                FieldPanel("text"),
            ],
            heading=_("Wording"),
            label=_("Language"),
            min_num=1,
        ),
        FieldPanel("code"),
        FieldPanel("place"),
        FieldPanel("is_legal"),
        FieldPanel("is_standing"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HouseRule]:
        """Return the rules with their words, which the list shows."""
        return HouseRule.objects.prefetch_related("texts")


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern | URLResolver]:
    """Put our addresses below the admin's."""
    return [path("discussion/", include(urls))]


@hooks.register("register_admin_menu_item")
def register_desk_menu_item() -> MenuItem:
    """Put the desk into the main menu."""
    return DeskMenuItem(
        _("Discussion"), reverse("discussion_desk:queue"), name="discussion", icon_name="comment", order=250
    )


class CorrectionsMenuItem(MenuItem):
    """The way to what readers correct, with the number of what is open."""

    def is_shown(self, request: HttpRequest) -> bool:
        return holds(request.user, *WHO)

    def render_component(self, request: HttpRequest) -> Any:
        shown = super().render_component(request)
        if count := open_for(request.user).count():
            shown.label = f"{self.label} ({count})"
        return shown


@hooks.register("register_admin_menu_item")
def register_corrections_menu_item() -> MenuItem:
    """Put what readers correct into the main menu."""
    return CorrectionsMenuItem(
        _("Corrections"), reverse("discussion_desk:corrections"), name="corrections", icon_name="edit", order=260
    )


@hooks.register("construct_homepage_panels", order=11)
def show_corrections(request: HttpRequest, panels: list[Any]) -> None:
    """Show those who answer corrections what readers correct."""
    if holds(request.user, *WHO):
        panels.append(OpenCorrections())


@hooks.register("register_page_header_buttons")
def offer_asking(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer to ask readers in the menu at a public article's title."""
    is_article = page.pk and page.live and issubclass(page.specific_class or Page, ArticlePage)
    if is_article and page.permissions_for_user(user).can_edit():
        address = reverse("discussion_desk:ask_at", args=[page.pk])
        yield Button(_("Ask readers at a passage"), address, icon_name="help", priority=36)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Let owners give a group the right to work the desk."""
    return Permission.objects.filter(content_type__app_label="discussion", codename="change_comment")


# Behind the newsroom's own, which greets those who have nothing else to do.
@hooks.register("construct_homepage_panels", order=10)
def show_waiting(request: HttpRequest, panels: list[Any]) -> None:
    """Show those who work the desk what waits there, and authors what they are asked."""
    if may_decide(request):
        panels[:] = [panel for panel in panels if getattr(panel, "name", "") != "nothing_here"]
        panels.append(WaitingComments())
    if questions := list(asked_of(request.user).select_related("comment__thread__article")[:SHOWN]):
        panels.append(AskedOfYou(questions))
