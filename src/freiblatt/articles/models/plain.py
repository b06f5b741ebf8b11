"""The page outside the news."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList, PublishingPanel, TabbedInterface, TitleFieldPanel
from wagtail.fields import RichTextField

from freiblatt.articles import keys
from freiblatt.articles.links import keys_of_links
from freiblatt.articles.models.reader_page import PROMOTION_PANELS, ReaderPage
from freiblatt.articles.page_forms import HeadlineInput
from freiblatt.articles.reserved import refuse_reserved_slug
from freiblatt.articles.rich_text import clean_rich_text

PLAIN_FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]


class PlainPage(ReaderPage):
    """A page outside the news: imprint, privacy, contact."""

    template = "theme/plain.html"
    parent_page_types = ["articles.FrontPage"]
    subpage_types: list[str] = []
    show_in_menus_default = True

    text = RichTextField(_("text"), features=PLAIN_FEATURES)

    content_panels = [
        TitleFieldPanel("title", heading=_("Headline"), placeholder=_("Headline"), widget=HeadlineInput),
        FieldPanel("text"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList([*content_panels, PublishingPanel()], heading=_("Page")),
            ObjectList([*PROMOTION_PANELS, FieldPanel("show_in_menus")], heading=_("Promotion")),
        ]
    )

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    def clean(self) -> None:
        super().clean()
        refuse_reserved_slug(self.slug)
        self.text = clean_rich_text(self.text)

    def store_keys(self, context: dict[str, Any]) -> Iterable[str]:
        return {keys.plain_key(self.pk), *keys_of_links(self.text)}
