"""Who made an article: authors and their bylines."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Locale, Orderable
from wagtail.search import index


class Author(index.Indexed, ClusterableModel):
    """A person or desk that is named over articles; need not be a staff member."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    portrait = models.ForeignKey(
        "articles.Picture",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("portrait"),
    )
    staff_member = models.ForeignKey(
        "newsroom.StaffMember",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="authors",
        verbose_name=_("staff member"),
        help_text=_("Whose account may answer readers under this name."),
    )
    mail = models.EmailField(_("public mail address"), blank=True)
    website = models.URLField(_("website"), blank=True)

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the author's page in the active language."""
        return reverse("author", args=[self.slug])


class AuthorText(Orderable):
    """What is said of an author in one language."""

    author = ParentalKey(Author, on_delete=models.CASCADE, related_name="texts")
    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, verbose_name=_("language"), related_name="+")
    role = models.CharField(_("role"), max_length=120, blank=True, help_text=_("Such as: Eastern Europe desk."))
    biography = models.TextField(_("biography"), blank=True, max_length=2000)

    class Meta(Orderable.Meta):
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["author", "locale"], name="one_author_text_per_language")]

    def __str__(self) -> str:
        return f"{self.locale}: {self.role}"


class BylineRole(models.TextChoices):
    """What an author did; the order of the members is the order in which the page prints the groups."""

    TEXT = "text", _("Text")
    PHOTO = "photo", _("Photos")
    DATA = "data", _("Data")
    ILLUSTRATION = "illustration", _("Illustration")
    TRANSLATION = "translation", _("Translation")
    EDITING = "editing", pgettext_lazy("what an author did", "Editing")


class Byline(Orderable):
    """One author's part in one article."""

    article = ParentalKey("articles.ArticlePage", on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="bylines", verbose_name=_("author"))
    role = models.CharField(_("part"), max_length=20, choices=BylineRole.choices, default=BylineRole.TEXT)

    class Meta(Orderable.Meta):
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")

    def __str__(self) -> str:
        return f"{self.author} ({self.get_role_display()})"


class DraftByline(models.Model):
    """That an article's latest draft names an author: whoever it names may work on it before it is published."""

    article = models.ForeignKey("articles.ArticlePage", on_delete=models.CASCADE, related_name="draft_bylines")
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="draft_bylines")

    class Meta:
        verbose_name = _("byline of a draft")
        constraints = [models.UniqueConstraint(fields=["article", "author"], name="one_draft_byline_per_author")]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.author_id}"
