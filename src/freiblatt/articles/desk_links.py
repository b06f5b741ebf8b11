"""Links in running text to pages of ours, as readers see them: no address of what is not public."""

from django.utils.html import escape
from wagtail import hooks
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.rich_text.pages import PageLinkHandler


class PublicPageLinkHandler(PageLinkHandler):
    """Leads to public pages. Words that linked to one that was taken back stay, without its address."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict]) -> list[str]:
        found = [page and page.localized for page in cls.get_many(attrs_list)]
        return [f'<a href="{escape(page.url)}">' if page and page.live else "<a>" for page in found]


@hooks.register("register_rich_text_features", order=100)  # after Wagtail's own, whose place it takes
def link_to_public_pages(features: FeatureRegistry) -> None:
    """Let running text link with our handler."""
    features.register_link_type(PublicPageLinkHandler)
