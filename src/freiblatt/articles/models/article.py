"""The article."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.models import Page, PageManager, Revision, Workflow
from wagtail.query import PageQuerySet
from wagtail.search import index

from freiblatt.articles import keys
from freiblatt.articles.blocks.embeds import frame_hosts
from freiblatt.articles.body import BodyField
from freiblatt.articles.check_panel import CheckPanel
from freiblatt.articles.links import keys_of_links
from freiblatt.articles.models.listing import author_list, latest_list, month_list, section_list, topic_list
from freiblatt.articles.models.people import Author, DraftByline
from freiblatt.articles.models.reader_page import PROMOTION_PANELS, ReaderPage
from freiblatt.articles.models.section import SectionPage
from freiblatt.articles.models.topics import Topic
from freiblatt.articles.page_forms import ArticleForm, HeadlineInput
from freiblatt.articles.permissions import ArticlePermissions
from freiblatt.pagestore.actions import allow_frames


class ArticleQuerySet(PageQuerySet):
    """Questions about articles that read as sentences."""

    def listed(
        self,
        *,
        language: str = "",
        section: SectionPage | None = None,
        author: Author | None = None,
        topic: Topic | None = None,
        month: datetime | None = None,
    ) -> "ArticleQuerySet":
        """Return the public articles of one list, newest first: a language's, section's, author's, topic's, month's.

        An author's and a month's list need the language too. Raises ValueError without any of them.
        """
        if topic is not None:
            name = topic_list(topic.pk)
        elif section is not None:
            name = section_list(section.pk)
        elif not language:
            raise ValueError("Say which list: a language, a section, a topic, or an author or month with a language.")
        elif author is not None:
            name = author_list(author.pk, language)
        elif month is not None:
            name = month_list(month, language)
        else:
            name = latest_list(language)
        return self.filter(listings__name=name).order_by("-listings__listed_on", "-listings__article_id")

    def with_facts(self) -> "ArticleQuerySet":
        """Return the articles with all that teasers and feeds show of them, in a fixed number of queries."""
        return self.select_related("locale", "section", "lead_picture").prefetch_related(
            "bylines__author", "topics", "lead_picture__files"
        )


ArticleManager = PageManager.from_queryset(ArticleQuerySet)


class ArticlePage(ReaderPage):
    """An article. Its title is the headline; its parent is the section."""

    template = "theme/article.html"
    parent_page_types = ["articles.SectionPage"]
    subpage_types: list[str] = []
    permission_tester = ArticlePermissions
    base_form_class = ArticleForm
    #: A draft may be stored before it is complete; the form says so while it stores one.
    is_being_drafted = False
    exclude_fields_in_copy = ["published_on", "updated_on", "published_time_is_known", "listings"]

    kicker = models.CharField(
        _("kicker"), max_length=80, blank=True, help_text=_("The line over the headline: place, subject or form.")
    )
    standfirst = models.TextField(
        _("standfirst"),
        blank=True,
        max_length=600,
        help_text=_("What is new and why it matters, in a sentence or two."),
    )
    topics = ParentalManyToManyField("articles.Topic", blank=True, related_name="articles", verbose_name=_("topics"))
    lead_picture = models.ForeignKey(
        "articles.Picture",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead picture"),
    )
    lead_caption = models.CharField(
        _("caption"), max_length=500, blank=True, help_text=_("Empty: the caption that the picture carries.")
    )
    lead_alt = models.CharField(
        _("description for those who do not see it"),
        max_length=300,
        blank=True,
        help_text=_("Empty: the description that the picture carries."),
    )
    lead_is_decorative = models.BooleanField(
        _("is decorative"), default=False, help_text=_("The picture says nothing that the text does not say.")
    )
    published_on = models.DateTimeField(
        _("published on"),
        null=True,
        blank=True,
        help_text=_("The date readers see; set at the first publication and kept afterwards."),
    )
    published_time_is_known = models.BooleanField(_("the time of day is known"), default=True)
    updated_on = models.DateTimeField(
        _("updated on"),
        null=True,
        blank=True,
        help_text=_("Set when readers should know that the article changed."),
    )
    reading_minutes = models.PositiveSmallIntegerField(_("reading time in minutes"), default=0, editable=False)
    body = BodyField(blank=True, verbose_name=_("body"))
    #: The parent, for lists: the tree stores it as a piece of a path, which no join can follow.
    section = models.ForeignKey(
        SectionPage, on_delete=models.SET_NULL, null=True, editable=False, related_name="articles"
    )

    objects = ArticleManager()

    content_panels = [
        FieldPanel("kicker"),
        TitleFieldPanel("title", heading=_("Headline"), placeholder=_("Headline"), widget=HeadlineInput),
        FieldPanel("standfirst"),
        InlinePanel(
            "bylines", [FieldPanel("author"), FieldPanel("role")], heading=_("Bylines"), label=_("Author"), max_num=20
        ),
        MultiFieldPanel(
            [
                FieldPanel("lead_picture"),
                FieldPanel("lead_caption"),
                FieldPanel("lead_alt"),
                FieldPanel("lead_is_decorative"),
            ],
            heading=_("Lead picture"),
        ),
        FieldPanel("body"),
    ]
    publication_panels = [
        CheckPanel(heading=_("Check by a second person")),
        FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
        MultiFieldPanel(
            [FieldPanel("published_on"), FieldPanel("published_time_is_known"), FieldPanel("updated_on")],
            heading=_("Dates that readers see"),
        ),
        PublishingPanel(),
        CommentPanel(),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Article")),
            ObjectList(publication_panels, heading=_("Publication")),
            ObjectList(PROMOTION_PANELS, heading=_("Promotion")),
        ]
    )

    search_fields = [
        *Page.search_fields,
        index.SearchField("kicker"),
        index.SearchField("standfirst"),
        index.SearchField("body"),
        index.FilterField("published_on"),
    ]

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    @property
    def alt_of_lead_picture(self) -> str:
        """What those hear who do not see the lead picture; "" for a decorative one and where there is none."""
        if self.lead_picture is None or self.lead_is_decorative:
            return ""
        return self.lead_alt or self.lead_picture.description

    @property
    def caption_of_lead_picture(self) -> str:
        """The article's own caption, else the picture's."""
        return self.lead_caption or (self.lead_picture.caption if self.lead_picture else "")

    def clean(self) -> None:
        super().clean()
        self.reading_minutes = self._count_minutes()
        if (
            not self.is_being_drafted
            and self.lead_picture
            and not self.lead_is_decorative
            and not self.alt_of_lead_picture
        ):
            raise ValidationError(
                {"lead_alt": _("Describe the lead picture for those who do not see it, or say that it is decorative.")}
            )
        latest = max(filter(None, (timezone.now(), self.go_live_at)))
        if self.published_on and self.published_on > latest:
            raise ValidationError(
                {
                    "published_on": _(
                        "This date lies in the future. To publish later, set a schedule; the date follows it."
                    )
                }
            )

    def _count_minutes(self) -> int:
        from freiblatt.articles.reading import minutes_of

        return minutes_of(self)

    def save(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("update_fields") is None:
            self.section = self._parent_section()
            self.reading_minutes = self._count_minutes()
            if self.live and self.published_on is None:
                self.published_on = self.first_published_at or timezone.now()
        return super().save(*args, **kwargs)

    def save_revision(self, *args: Any, **kwargs: Any) -> Revision:
        revision = super().save_revision(*args, **kwargs)
        self._note_draft_bylines()
        return revision

    def _note_draft_bylines(self) -> None:
        """Store whom the latest draft names, where it can be asked for without reading the draft."""
        named = {byline.author_id for byline in self.bylines.all()}
        noted = DraftByline.objects.filter(article=self)
        noted.exclude(author_id__in=named).delete()
        there = set(noted.values_list("author_id", flat=True))
        DraftByline.objects.bulk_create(DraftByline(article=self, author_id=pk) for pk in sorted(named - there))

    def _parent_section(self) -> SectionPage | None:
        parent_path = self._get_basepath(self.path, self.depth - 1) if self.path else ""
        return SectionPage.objects.filter(path=parent_path).first()

    def with_content_json(self, content: dict[str, Any]) -> "ArticlePage":
        """Return the article with a revision's content; the date of publication survives revisions older than it."""
        article = super().with_content_json(content)
        article.published_on = article.published_on or self.published_on
        article.section_id = self.section_id
        return article

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from freiblatt.articles.article_context import article_context

        return {**super().get_context(request, *args, **kwargs), **article_context(self)}

    def get_workflow(self) -> Workflow | None:
        # The tree's workflow is for articles; other pages have none.
        return Page.get_workflow(self)

    def publish(self, revision: Revision, user: Any = None, *args: Any, **kwargs: Any) -> None:
        """Publish or schedule `revision`; raises Incomplete or NotChecked, and changes nothing, where it may not be.

        `user` is who decided it. None is the program itself, which publishes what was scheduled and what it brings in.
        """
        from freiblatt.articles.actions.checking import settle_check

        with transaction.atomic():
            if user is not None:
                settle_check(revision=revision, by=user)
            super().publish(revision, user, *args, **kwargs)

    def keys_of_text(self) -> set[str]:
        """Return the store's keys of the article itself and of the pages to which its text links; asks no database."""
        return {keys.article_key(self.pk), *keys_of_links(self.body.raw_data)}

    def store_keys(self, context: dict[str, Any]) -> Iterable[str]:
        return context["store_keys"]

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return allow_frames(super().serve(request, *args, **kwargs), frame_hosts(self.body))

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        return allow_frames(super().serve_preview(request, mode_name), frame_hosts(self.body))
