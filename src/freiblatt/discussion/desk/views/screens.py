"""What all screens of the desk have."""

from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin


class DeskView(WagtailAdminTemplateMixin, TemplateView):
    """A screen of the desk, with the way back."""

    header_icon = "comment"
    crumbs: tuple[tuple[str, Any], ...] = ()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        crumbs = [{"url": reverse(name), "label": label} for name, label in self.crumbs]
        return [*super().get_breadcrumbs_items(), *crumbs, {"url": "", "label": self.get_page_title()}]
