"""Authors and topics on the editor's side."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList, TitleFieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from freiblatt.articles.models import Author, Topic
from freiblatt.lib.slugs import plain_slug


class AddressedForm(WagtailAdminModelForm):
    """The editor's form of what has a name and an address; without an address it gets one made of the name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The desk's script makes it too, but only when it has woken up.
        self.fields["slug"].required = False

    def clean_slug(self) -> str:
        """Return the address that was typed, the one of before, or a new one."""
        made = plain_slug(self.cleaned_data.get("name", ""))[:100]
        slug = self.cleaned_data["slug"] or self.instance.slug or made
        if not slug:
            raise ValidationError(_("Type an address of letters, digits and hyphens: none can be made of this name."))
        return slug


class AuthorViewSet(SnippetViewSet):
    """Authors: who is named over articles, and what the author's page says."""

    model = Author
    icon = "user"
    menu_label = _("Authors")
    list_display = ["name", "staff_member"]
    ordering = ["name"]
    edit_handler = ObjectList(
        base_form_class=AddressedForm,
        children=[
            TitleFieldPanel("name", targets=["slug"], placeholder=_("Name")),
            FieldPanel("slug"),
            FieldPanel("portrait"),
            InlinePanel(
                "texts",
                [FieldPanel("locale"), FieldPanel("role"), FieldPanel("biography")],
                heading=_("What readers learn, by language"),
                label=_("Text"),
            ),
            MultiFieldPanel([FieldPanel("mail"), FieldPanel("website")], heading=_("How readers reach the author")),
            FieldPanel("staff_member"),
        ],
    )


def _dossier_or_nothing(topic: Topic) -> str:
    return _("Dossier") if topic.is_dossier else ""


class TopicViewSet(SnippetViewSet):
    """Topics and dossiers."""

    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    list_display = [
        "name",
        Column("dossier", label=_("Dossier"), accessor=_dossier_or_nothing, sort_key="is_dossier"),
    ]
    list_filter = ["is_dossier"]
    ordering = ["name"]
    edit_handler = ObjectList(
        base_form_class=AddressedForm,
        children=[
            TitleFieldPanel("name", targets=["slug"], placeholder=_("Name")),
            FieldPanel("slug"),
            FieldPanel("is_dossier"),
            FieldPanel("introduction"),
            FieldPanel("picture"),
        ],
    )


@register_snippet
class PeopleAndTopics(SnippetViewSetGroup):
    """One entry of the menu for both."""

    items = (AuthorViewSet, TopicViewSet)
    menu_label = _("Authors and topics")
    menu_icon = "group"
    menu_order = 250
