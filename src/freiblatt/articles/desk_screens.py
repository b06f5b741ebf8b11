"""What our own screens about one page have in common: where one is, and the way back."""

from typing import Any

from django.urls import reverse
from wagtail.models import Page


def screen_of(page: Page, title: str, *, icon: str) -> dict[str, Any]:
    """Return what the head of a screen named `title` about `page` needs, and `edit_url`, the way back."""
    edit_url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    name = page.draft_title or page.title
    return {
        "breadcrumbs_items": [{"url": edit_url, "label": name}, {"url": "", "label": title, "sublabel": name}],
        "header_title": f"{title}: {name}",
        "header_icon": icon,
        "edit_url": edit_url,
    }
