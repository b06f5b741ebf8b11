"""The tree of pages: front page, sections, articles, plain pages."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page
from wagtail.search import index

from freiblatt.articles.body import BodyField


class FrontPage(Page):
    """The publication's first page in one language: curated slots over the latest articles."""

    template = "theme/front.html"
    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["articles.SectionPage", "articles.PlainPage"]

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")


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


class SectionPage(Page):
    """A section (Ressort): the parent of its articles, the first part of their addresses."""

    template = "theme/section.html"
    parent_page_types = ["articles.FrontPage"]
    subpage_types = ["articles.ArticlePage"]

    introduction = models.TextField(_("introduction"), blank=True, max_length=600)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")


class ArticlePage(Page):
    """An article. Its title is the headline; its parent is the section."""

    template = "theme/article.html"
    parent_page_types = ["articles.SectionPage"]
    subpage_types: list[str] = []

    kicker = models.CharField(_("kicker"), max_length=80, blank=True)
    standfirst = models.TextField(_("standfirst"), blank=True, max_length=600)
    topics = ParentalManyToManyField("articles.Topic", blank=True, related_name="articles", verbose_name=_("topics"))
    lead_picture = models.ForeignKey(
        "articles.Picture",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead picture"),
    )
    lead_caption = models.CharField(_("caption"), max_length=500, blank=True)
    lead_alt = models.CharField(_("description for those who do not see it"), max_length=300, blank=True)
    lead_is_decorative = models.BooleanField(_("is decorative"), default=False)
    published_on = models.DateTimeField(
        _("published on"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("The date readers see; set at the first publication and kept afterwards."),
    )
    published_time_is_known = models.BooleanField(_("the time of day is known"), default=True)
    updated_on = models.DateTimeField(
        _("updated on"),
        null=True,
        blank=True,
        help_text=_("Set when readers should know that the article changed."),
    )
    reading_minutes = models.PositiveSmallIntegerField(_("reading time in minutes"), default=0, editable=False)
    body = BodyField(blank=True, verbose_name=_("body"))

    search_fields = [
        *Page.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("body"),
        index.FilterField("published_on"),
    ]

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")


class PlainPage(Page):
    """A page outside the news: imprint, privacy, contact."""

    template = "theme/plain.html"
    parent_page_types = ["articles.FrontPage"]
    subpage_types: list[str] = []

    text = RichTextField(_("text"), features=["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"])

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.pk:
            self.show_in_menus = True
