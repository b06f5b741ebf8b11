"""The desk's mailbox, among the reports."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from freiblatt.letters import urls


class PostMenuItem(MenuItem):
    """Shown to those who may see letters."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("letters.view_letter")


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern | URLResolver]:
    """Put our addresses below the admin's."""
    return [path("post/", include(urls))]


@hooks.register("register_reports_menu_item")
def register_post_menu_item() -> MenuItem:
    """Put "Post" into the menu of reports."""
    return PostMenuItem(_("Post"), reverse("letters:mailbox"), name="post", icon_name="mail", order=1100)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Let owners give a group rights about letters, but not to read them."""
    return Permission.objects.filter(content_type__app_label="letters").exclude(codename="read_letter")


@hooks.register("register_log_actions")
def name_log_actions(actions: LogActionRegistry) -> None:
    """Let the log say what people decided about letters; it names none but by kind and number."""
    actions.register_action("letters.discard", _("Discard a letter"), _("Letter discarded, it never goes out"))
    actions.register_action("letters.release_held", _("Send a held letter"), _("Held letter released"))
