"""What the article's editor says of its check."""

from typing import Any

from django.urls import reverse
from wagtail.admin.panels import Panel

from freiblatt.newsroom.models import PublicationSettings


class CheckPanel(Panel):
    """In the article's editor: who wrote the latest version, who checked it and when."""

    class BoundPanel(Panel.BoundPanel):
        """The panel of one article."""

        template_name = "articles/desk/check_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and self.instance.pk is not None

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            from freiblatt.articles.checking import may_check, standing_of
            from freiblatt.articles.models import ArticlePage

            context = super().get_context_data(parent_context)
            standing = standing_of(ArticlePage.objects.get(pk=self.instance.pk))
            checked = standing.last_check.revision if standing.last_check else None
            latest = standing.revision
            return {
                **context,
                "standing": standing,
                "is_needed": PublicationSettings.load().is_second_person_needed(),
                "may_check": may_check(self.instance, self.request.user, standing),
                "compare_url": reverse(
                    "wagtailadmin_pages:revisions_compare", args=[self.instance.pk, checked.pk, latest.pk]
                )
                if not standing.check and checked and latest and checked.pk != latest.pk
                else "",
            }
