"""The desk's start page and menus: what a newsroom needs, and nothing that speaks of the machinery below."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, InlinePanel, PageChooserPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from freiblatt.newsroom import log_entries, start_page  # noqa: F401 (they register themselves)
from freiblatt.newsroom.audit import entries, report  # noqa: F401 (they register themselves)
from freiblatt.newsroom.models import Menu

#: Entries that change what the configuration decides (host names, languages), lead out of the newsroom, or count what
#: only programmers tell apart.
HIDDEN = {"sites", "locales", "groups", "help", "page-types-usage"}


@register_snippet
class MenuViewSet(SnippetViewSet):
    """The publication's menus, one for each place and language."""

    model = Menu
    icon = "list-ul"
    menu_label = _("Menus")
    menu_name = "publication-menus"
    add_to_settings_menu = True
    list_display = ["place", "locale"]
    panels = [
        FieldPanel("place"),
        FieldPanel("locale"),
        InlinePanel(
            "items",
            [PageChooserPanel("page"), FieldPanel("address"), FieldPanel("label")],
            heading=_("Links"),
            label=_("Link"),
            max_num=30,
        ),
    ]


@hooks.register("register_account_menu_item")
def offer_security(request: HttpRequest) -> dict[str, Any]:
    """Lead from the account to what one signs in with."""
    return {
        "url": reverse("mfa_index"),
        "label": _("Sign-in and security"),
        "help_text": _("Passkeys, authenticator app, password, mail address, and where you are signed in."),
    }


@hooks.register("insert_global_admin_css")
def style_desk() -> str:
    """Link the style that all screens of the desk have."""
    return format_html('<link rel="stylesheet" href="{}">', static("newsroom/desk.css"))


@hooks.register("construct_homepage_panels")
def leave_out_advertisements(request: HttpRequest, panels: list[Any]) -> None:
    """Show no news of other software on the start page."""
    panels[:] = [
        panel
        for panel in panels
        if type(panel).__name__ not in ("UpgradeNotificationPanel", "WhatsNewInWagtailVersionPanel")
    ]


@hooks.register("construct_main_menu")
@hooks.register("construct_settings_menu")
@hooks.register("construct_reports_menu")
def hide_entries(request: HttpRequest, menu_items: list[Any]) -> None:
    """Leave out what the configuration decides."""
    menu_items[:] = [item for item in menu_items if item.name not in HIDDEN]
