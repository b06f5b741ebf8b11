"""The section."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, ObjectList, PublishingPanel, TabbedInterface, TitleFieldPanel

from freiblatt.articles import keys
from freiblatt.articles.models.listing import section_list
from freiblatt.articles.models.reader_page import PROMOTION_PANELS, ReaderPage
from freiblatt.articles.permissions import SectionPermissions
from freiblatt.articles.reserved import refuse_reserved_slug


class SectionPage(ReaderPage):
    """A section (Ressort): the parent of its articles, the first part of their addresses."""

    template = "theme/section.html"
    parent_page_types = ["articles.FrontPage"]
    subpage_types = ["articles.ArticlePage"]
    permission_tester = SectionPermissions
    show_in_menus_default = True

    introduction = models.TextField(_("introduction"), blank=True, max_length=600)

    content_panels = [
        TitleFieldPanel("title", heading=_("Name"), placeholder=_("Name")),
        FieldPanel("introduction"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList([*content_panels, PublishingPanel()], heading=pgettext_lazy("of a newspaper", "Section")),
            ObjectList([*PROMOTION_PANELS, FieldPanel("show_in_menus")], heading=_("Promotion")),
        ]
    )

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def clean(self) -> None:
        super().clean()
        refuse_reserved_slug(self.slug)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from freiblatt.articles.lists import list_page

        context = super().get_context(request, *args, **kwargs)
        url = self.get_url(request) or ""
        page = list_page(section_list(self.pk), url=url, before=request.GET.get("before", ""))
        context.update(
            list_page=page,
            teasers=page.teasers,
            older_url=page.older_url,
            newer_url=page.newer_url,
            canonical_url=page.canonical(url),
            feed_url=f"{url}feed.atom",
        )
        return context

    def store_keys(self, context: dict[str, Any]) -> Iterable[str]:
        return [keys.section_key(self.pk), *context["list_page"].keys()]

    def store_until(self, context: dict[str, Any]) -> datetime | None:
        return context["list_page"].until()

    def may_be_kept(self, context: dict[str, Any]) -> bool:
        return context["list_page"].is_stable
