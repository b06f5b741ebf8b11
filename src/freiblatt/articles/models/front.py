"""The front page and its curated slots."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, ObjectList, PageChooserPanel, TabbedInterface
from wagtail.models import Orderable

from freiblatt.articles import keys
from freiblatt.articles.models.reader_page import ReaderPage
from freiblatt.articles.page_forms import FrontForm
from freiblatt.articles.permissions import FrontPagePermissions


class FrontPage(ReaderPage):
    """The publication's first page in one language: curated slots over the latest articles."""

    template = "theme/front.html"
    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["articles.SectionPage", "articles.PlainPage"]
    permission_tester = FrontPagePermissions
    base_form_class = FrontForm

    content_panels = [
        InlinePanel(
            "slots",
            [PageChooserPanel("article", "articles.ArticlePage"), FieldPanel("size"), FieldPanel("headline")],
            heading=_("Chosen by hand"),
            label=_("Slot"),
            help_text=_("Articles that should stand on top; the newest fill up the rest by themselves."),
        ),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Front page")),
            ObjectList(
                [FieldPanel("title"), FieldPanel("seo_title"), FieldPanel("search_description")], heading=_("Promotion")
            ),
        ]
    )

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from freiblatt.articles.front import front_context

        return {**super().get_context(request, *args, **kwargs), **front_context(self)}

    def store_keys(self, context: dict[str, Any]) -> Iterable[str]:
        return [keys.front_key(self.language), keys.latest_key(self.language), *context["store_keys"]]

    def store_until(self, context: dict[str, Any]) -> datetime | None:
        return context["store_until"]


class SlotSize(models.TextChoices):
    LEAD = "lead", _("Lead")
    SECOND = "second", _("Second")
    BRIEF = "brief", _("Brief")


class FrontSlot(Orderable):
    """An article that the desk put on the front page by hand."""

    front_page = ParentalKey(FrontPage, on_delete=models.CASCADE, related_name="slots")
    article = models.ForeignKey(
        "articles.ArticlePage", on_delete=models.CASCADE, related_name="+", verbose_name=_("article")
    )
    size = models.CharField(_("size"), max_length=10, choices=SlotSize.choices, default=SlotSize.SECOND)
    headline = models.CharField(_("other headline"), max_length=200, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("slot")
        verbose_name_plural = _("slots")

    def __str__(self) -> str:
        return f"{self.get_size_display()}: {self.article}"
