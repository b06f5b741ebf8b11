"""Forms of pages in the editor."""

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm


class ArticleForm(WagtailAdminPageForm):
    """The editor's form of an article: a draft may be incomplete, what readers see may not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "topics" in self.fields:
            topics = self.fields["topics"].queryset
            locale_pk = self.instance.locale_id or (self.parent_page.locale_id if self.parent_page else None)
            self.fields["topics"].queryset = topics.filter(locale_id=locale_pk) if locale_pk else topics

    def _post_clean(self) -> None:
        self.instance.is_being_drafted = self.is_deferred_validation
        try:
            super()._post_clean()
        finally:
            self.instance.is_being_drafted = False

    def save(self, commit: bool = True) -> Any:
        # Wagtail stores a new page before its first revision is published; public it is by the latter alone.
        if self.instance.pk is None:
            self.instance.live = False
        return super().save(commit)
