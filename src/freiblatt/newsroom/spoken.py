"""Words of libraries that no catalogue reaches, made to be said in the language of whoever looks.

Some of Wagtail's labels are translated when a module is loaded, so that a German who works in an English publication
reads "Choose", and an Englishwoman in a German one "Auswählen". Others are not marked for translation at all. Both are
replaced here by words that are translated when they are shown.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.forms import Field
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import BooleanFilter

from freiblatt.newsroom.roles import Role


def translate_when_shown() -> None:
    """Give the labels of libraries words of the reader's language; called once, before any address is looked up."""
    _label_choosers()
    _label_links()
    _label_forms()
    _label_filters()
    _label_recordings()
    _label_root()
    Group.__str__ = role_in_words  # type: ignore[method-assign]


def role_in_words(group: Group) -> str:
    """Return the name of a role in the reader's language, and of any other group its own name."""
    return str(Role(group.name).label) if group.name in Role.values else group.name


def _label_choosers() -> None:
    from wagtail.admin.forms.choosers import LocaleFilterMixin
    from wagtail.admin.viewsets.chooser import ChooserViewSet
    from wagtail.snippets.views import snippets

    # Its first crumb is translated when the addresses are loaded.
    snippets._ = gettext_lazy
    ChooserViewSet.choose_one_text = gettext_lazy("Choose")
    ChooserViewSet.choose_another_text = gettext_lazy("Choose another")
    ChooserViewSet.edit_item_text = gettext_lazy("Edit")
    ChooserViewSet.search_tab_label = gettext_lazy("Search")
    ChooserViewSet.create_action_label = gettext_lazy("Create")
    _label_later(LocaleFilterMixin, "locale", gettext_lazy("Language"))


def _label_links() -> None:
    from wagtail.admin.forms import choosers

    words = {
        "url": gettext_lazy("Address"),
        "link_text": gettext_lazy("Link text"),
        "email_address": gettext_lazy("Mail address"),
        "subject": gettext_lazy("Subject"),
        "body": gettext_lazy("Message"),
        "phone_number": gettext_lazy("Phone number"),
    }
    forms: list[Any] = [choosers.ExternalLinkChooserForm, choosers.EmailLinkChooserForm, choosers.PhoneLinkChooserForm]
    for form in [*forms, choosers.AnchorLinkChooserForm]:
        for name in form.base_fields.keys() & words.keys():
            if form.base_fields[name].label != "#":
                form.base_fields[name].label = words[name]


def _label_forms() -> None:
    from wagtail.admin.forms.workflows import TaskChooserSearchForm, WorkflowPageForm
    from wagtail.admin.views.pages.bulk_actions.page_bulk_action import DefaultPageForm as DescendantsForm
    from wagtail.contrib.redirects.filters import RedirectsReportFilterSet
    from wagtail.contrib.redirects.views import IndexView
    from wagtail.forms import TaskStateCommentForm
    from wagtail.images.forms import ImageInsertionForm

    _field(TaskStateCommentForm, "comment").label = gettext_lazy("Comment")
    _field(ImageInsertionForm, "format").label = gettext_lazy("Format")
    _field(ImageInsertionForm, "image_is_decorative").label = gettext_lazy("Image is decorative")
    _field(ImageInsertionForm, "alt_text").label = gettext_lazy("Alt text")
    _field(DescendantsForm, "include_descendants").label = gettext_lazy("Include all pages below")
    _field(WorkflowPageForm, "page").label = gettext_lazy("Page")
    _label_later(TaskChooserSearchForm, "task_type", gettext_lazy("Type"))
    kind = RedirectsReportFilterSet.base_filters["is_permanent"]
    kind.label = gettext_lazy("Type")
    kind.extra["choices"] = ((True, gettext_lazy("Permanent")), (False, gettext_lazy("Temporary")))
    kind.extra["empty_label"] = gettext_lazy("All")
    RedirectsReportFilterSet.base_filters["site"].label = gettext_lazy("Site")
    IndexView.export_headings = {
        "old_path": gettext_lazy("From"),
        "site": gettext_lazy("Site"),
        "link": gettext_lazy("To"),
        "get_is_permanent_display": gettext_lazy("Type"),
    }


def _label_filters() -> None:
    from wagtail.admin.active_filters import BaseFilterAdapter, filter_adapter_class_registry

    class YesOrNo(BaseFilterAdapter):
        """Says yes or no where Wagtail says `True` or `False`."""

        def get_active_filters(self) -> Iterator[Any]:
            """Yield the filter as it is shown above a list."""
            for one in super().get_active_filters():
                yield one._replace(value=_("Yes") if self.value else _("No"))

    filter_adapter_class_registry.register(BooleanFilter, value=YesOrNo)


def _label_recordings() -> None:
    from wagtailmedia.views import chooser

    render = chooser.render_modal_workflow

    def render_translated(
        request: HttpRequest, *args: Any, json_data: dict | None = None, **kwargs: Any
    ) -> HttpResponse:
        if json_data and "error_label" in json_data:
            told = _("Please tell whoever runs this server:")
            json_data = {**json_data, "error_label": _("Server Error"), "error_message": told}
        return render(request, *args, json_data=json_data, **kwargs)

    chooser.render_modal_workflow = render_translated


def _label_root() -> None:
    """Name the root of all pages in the language of whoever looks: stored is its name in the publication's own."""
    from wagtail.models import Page

    name_of = Page.get_admin_display_title

    def name_in_words(page: Page) -> str:
        return _("All pages") if page.depth == 1 else name_of(page)

    Page.get_admin_display_title = name_in_words


def _field(form: Any, name: str) -> Field:
    return form.base_fields[name]


def _label_later(form: Any, name: str, label: Any) -> None:
    """Label a field that `form` makes only when it is opened."""
    begin = form.__init__

    def begin_and_label(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        if name in self.fields:
            self.fields[name].label = label

    form.__init__ = begin_and_label
