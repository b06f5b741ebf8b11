"""Forms of pages in the editor."""

from collections.abc import Mapping
from typing import Any

from django.forms import DateTimeField
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.widgets import AdminAutoHeightTextInput

from freiblatt.articles.times import PublicationTimeField, zone_note


class HeadlineInput(AdminAutoHeightTextInput):
    """Shows a headline whole, over as many lines as it takes. It is one line of text all the same."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return " ".join(value.splitlines()) if isinstance(value, str) else value


class ReaderPageForm(WagtailAdminPageForm):
    """The editor's form of any page: its times are on the publication's clock, and say so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            # Made of the title in `clean`: the desk's script does so only once the title's field is left.
            self.fields["slug"].required = False
        for name, field in list(self.fields.items()):
            if not isinstance(field, DateTimeField):
                continue
            clock = PublicationTimeField(
                label=field.label,
                required=field.required,
                widget=field.widget,
                help_text=format_lazy("{} {}", field.help_text, zone_note()) if field.help_text else zone_note(),
            )
            clock.known = getattr(self.instance, name, None)
            self.fields[name] = clock

    def clean(self) -> dict[str, Any]:
        """Return the fields; without an address the page keeps the one it had, or gets one made of its title."""
        if "slug" in self.fields and not self.cleaned_data.get("slug") and "slug" not in self.errors:
            from freiblatt.articles.actions import free_slug

            title = self.cleaned_data.get("title", "")
            self.cleaned_data["slug"] = self.instance.slug or free_slug(self.parent_page, title)
        return super().clean()


class ArticleForm(ReaderPageForm):
    """The editor's form of an article: a draft may be incomplete, what readers see may not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "topics" in self.fields:
            topics = self.fields["topics"].queryset
            locale_pk = self.instance.locale_id or (self.parent_page.locale_id if self.parent_page else None)
            self.fields["topics"].queryset = topics.filter(locale_id=locale_pk) if locale_pk else topics

    def is_valid(self) -> bool:
        if self.is_deferred_validation:
            self._pass_over_empty_bylines()
        return super().is_valid()

    def _pass_over_empty_bylines(self) -> None:
        """Leave out the rows that were added to the byline and name nobody yet: they would keep a draft from saving."""
        for row in self.formsets["bylines"].extra_forms if "bylines" in self.formsets else ():
            if row.is_bound and not row["author"].data:
                row.data = row.data.copy()
                row.data[row.add_prefix(DELETION_FIELD_NAME)] = "on"

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


class FrontForm(WagtailAdminPageForm):
    """The editor's form of a front page: one slot at most leads."""

    def is_valid(self) -> bool:
        is_valid = super().is_valid()
        return self._has_one_lead() and is_valid

    def _has_one_lead(self) -> bool:
        """Return whether one slot at most leads; say so at each that stands below the first."""
        formset = self.formsets.get("slots")
        if formset is None or not formset.is_bound:
            return True
        slots = [form for form in formset.forms if not form.cleaned_data.get("DELETE")]
        leads = [form for form in slots if form.cleaned_data.get("size") == "lead"]
        leads.sort(key=lambda form: form.cleaned_data.get("ORDER") or 0)
        for form in leads[1:]:
            form.add_error("size", _("Only one article can lead. Choose another size here, or for the lead above."))
        return len(leads) < 2
