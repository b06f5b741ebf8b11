"""Which public article stands in which list. One narrow table and one index serve every list of the publication."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freiblatt.articles import keys


def latest_list(language: str) -> str:
    """Return the name of the list of everything in one language."""
    return f"latest/{language}"


def section_list(pk: int) -> str:
    """Return the name of a section's list."""
    return f"section/{pk}"


def author_list(pk: int, language: str) -> str:
    """Return the name of the list of what an author wrote in one language."""
    return f"author/{pk}/{language}"


def topic_list(pk: int) -> str:
    """Return the name of a topic's list; a topic has one language."""
    return f"topic/{pk}"


def month_list(moment: datetime, language: str) -> str:
    """Return the name of the list of a month, in the publication's time zone: `month/de/2025-08`."""
    return f"month/{language}/{timezone.localtime(moment):%Y-%m}"


def key_of_list(name: str) -> str:
    """Return the store's key that goes stale when the list named `name` changes."""
    kind, *rest = name.split("/")
    makers = {
        "latest": keys.latest_key,
        "month": keys.latest_key,
        "section": keys.section_key,
        "author": keys.author_key,
        "topic": keys.topic_key,
    }
    return makers[kind](rest[0])  # type: ignore[arg-type]


class Listing(models.Model):
    """One article's place in one list. Rows exist for public articles only.

    The page tree, the article and the people of an article lie in different tables, so no index there can hold a
    list's filter and order at once; with 100,000 articles a list would sort them all. Here `name` is the filter,
    (`listed_on`, `article`) the order, and the index answers a page of a list from any place in it.
    """

    name = models.CharField(max_length=60)
    listed_on = models.DateTimeField()
    article = models.ForeignKey("articles.ArticlePage", on_delete=models.CASCADE, related_name="listings")

    class Meta:
        verbose_name = _("place in a list")
        verbose_name_plural = _("places in lists")
        constraints = [models.UniqueConstraint(fields=["article", "name"], name="article_stands_once_in_a_list")]
        indexes = [models.Index(fields=["name", "listed_on", "article"], name="listing_order")]

    def __str__(self) -> str:
        return f"{self.name}: {self.article_id}"
