"""Authors and topics on the editor's side."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, TitleFieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from freiblatt.articles.models import Author, Topic


class AuthorViewSet(SnippetViewSet):
    """Authors: who is named over articles, and what the author's page says."""

    model = Author
    icon = "user"
    menu_label = _("Authors")
    list_display = ["name", "staff_member"]
    ordering = ["name"]
    panels = [
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
    ]


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
    panels = [
        TitleFieldPanel("name", targets=["slug"], placeholder=_("Name")),
        FieldPanel("slug"),
        FieldPanel("is_dossier"),
        FieldPanel("introduction"),
        FieldPanel("picture"),
    ]


@register_snippet
class PeopleAndTopics(SnippetViewSetGroup):
    """One entry of the menu for both."""

    items = (AuthorViewSet, TopicViewSet)
    menu_label = _("Authors and topics")
    menu_icon = "group"
    menu_order = 250
