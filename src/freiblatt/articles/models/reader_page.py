"""What all pages of the tree have in common."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from http import HTTPMethod
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, PagePermissionTester, Revision, Workflow

from freiblatt.articles import keys
from freiblatt.articles.languages import language_of, links_between_pages
from freiblatt.articles.models.completeness import refuse_incomplete
from freiblatt.articles.page_forms import ReaderPageForm
from freiblatt.articles.permissions import ReaderPagePermissions
from freiblatt.pagestore.actions import keep

#: What search engines and those who share a link are told, where it should differ from what the page says.
PROMOTION_PANELS = [
    FieldPanel("slug"),
    FieldPanel("seo_title"),
    FieldPanel("search_description"),
]


def _with_colours(mode_name: str, response: HttpResponse) -> None:
    """Let a rendered page keep to the light or the dark colours."""
    response.content = response.content.replace(b"<html ", f'<html data-scheme="{mode_name}" '.encode(), 1)


class ReaderPage(Page):
    """A page that readers open: public for all or for nobody, and finished pages of it may be kept."""

    #: What readers get is the same for everybody; what is not for everybody is a draft.
    private_page_options: list[str] = []
    base_form_class = ReaderPageForm
    #: Who may do what with pages of this kind.
    permission_tester: type[PagePermissionTester] = ReaderPagePermissions
    allowed_http_methods = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["canonical_url"] = self.get_url(request) or ""
        context["translations"] = links_between_pages(self)
        return context

    def store_keys(self, context: dict[str, Any]) -> Iterable[str]:
        """Return the keys of everything that the page with `context` shows."""
        return [keys.SITE]

    def store_until(self, context: dict[str, Any]) -> datetime | None:
        """Return when the page with `context` changes by the clock alone, or None."""
        return self.expire_at

    def may_be_kept(self, context: dict[str, Any]) -> bool:
        """Return whether the page with `context` stands at an address that means something."""
        return True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().serve(request, *args, **kwargs)
        context = response.context_data or {}
        if not self.may_be_kept(context):
            return response
        return keep(response, keys={keys.SITE, *self.store_keys(context)}, until=self.store_until(context))

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The colours in which the desk sees a page before readers do."""
        return [("", _("As on this device")), ("light", _("Light")), ("dark", _("Dark"))]

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        """The widths in which the desk sees a page: a telephone, a tablet, a desk's screen; in CSS pixels."""
        return [
            {"name": "mobile", "icon": "mobile-alt", "device_width": 390, "label": _("As on a telephone")},
            {"name": "tablet", "icon": "tablet-alt", "device_width": 820, "label": _("As on a tablet")},
            {"name": "desktop", "icon": "desktop", "device_width": 1440, "label": _("As on a large screen")},
        ]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Return the page as readers would see it, in the colours of `mode_name`; kept nowhere."""
        response = super().serve_preview(request, mode_name)
        if mode_name in ("light", "dark"):
            response.add_post_render_callback(partial(_with_colours, mode_name))
        return response

    def publish(self, revision: Revision, *args: Any, **kwargs: Any) -> None:
        """Publish or schedule `revision`; raises Incomplete, and changes nothing, if readers may not see it yet.

        Whoever publishes comes through here: forms, bulk actions, workflows, schedules, importers.
        """
        refuse_incomplete(revision.as_object())
        super().publish(revision, *args, **kwargs)

    def get_workflow(self) -> Workflow | None:
        """Return the steps before publication: none, unless a kind of page says otherwise."""
        return None

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return self.permission_tester(user, self)

    @property
    def language(self) -> str:
        """Code of the language in which the page is written."""
        return language_of(self)
