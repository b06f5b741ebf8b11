"""Forms of pages in the editor."""

from wagtail.admin.forms import WagtailAdminPageForm


class ArticleForm(WagtailAdminPageForm):
    """The editor's form of an article: a draft may be incomplete, what readers see may not."""

    def _post_clean(self) -> None:
        self.instance.is_being_drafted = self.is_deferred_validation
        try:
            super()._post_clean()
        finally:
            self.instance.is_being_drafted = False
