"""Sitemaps (sitemaps.org 0.9) and the news sitemap.

A part holds the pages of one range of primary keys, so that an address never wanders from part to part and a part costs
the same at a hundred thousand articles.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page

from freiblatt.articles.models import ArticlePage, Author, Topic
from freiblatt.lib.addresses import absolute
from freiblatt.newsroom.models import PublicationSettings

#: Well below the protocol's 50,000, so that a part stays small enough to be made in a second.
PART_SIZE = 10_000
#: What news search engines accept: two days, a thousand addresses.
NEWS_AGE = timedelta(hours=48)
NEWS_LENGTH = 1000


@dataclass(frozen=True)
class Address:
    """One address and the time of its last change, None where nobody keeps it."""

    url: str
    changed_on: datetime | None


@dataclass(frozen=True)
class News:
    """One article of the news sitemap."""

    url: str
    title: str
    language: str
    published_on: datetime


def parts() -> list[str]:
    """Return the full addresses of all parts: 0 holds authors and topics, the others pages."""
    return [absolute(reverse("sitemap", args=[number])) for number in range(_count_parts())]


def _count_parts() -> int:
    highest = Page.objects.aggregate(highest=Max("pk"))["highest"] or 0
    return highest // PART_SIZE + 2


def addresses(number: int) -> list[Address] | None:
    """Return what part `number` lists, perhaps nothing; None where there is no such part."""
    if number == 0:
        return _people_and_topics()
    if number >= _count_parts():
        return None
    first = (number - 1) * PART_SIZE
    pages = (
        Page.objects.live()
        .public()
        .filter(pk__gte=first, pk__lt=first + PART_SIZE, depth__gt=1)
        .select_related("locale")
        .order_by("pk")
    )
    return [
        Address(url=absolute(url), changed_on=page.last_published_at)
        for page in pages
        if (url := page.get_url()) is not None
    ]


def _people_and_topics() -> list[Address]:
    found = [
        Address(url=absolute(topic.get_absolute_url()), changed_on=None)
        for topic in Topic.objects.select_related("locale")
    ]
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found += [
                Address(url=absolute(author.get_absolute_url()), changed_on=None) for author in Author.objects.all()
            ]
    return found


def news(now: datetime) -> list[News]:
    """Return the articles published in the two days before `now`, newest first."""
    found: list[News] = []
    for code, _name in settings.LANGUAGES:
        articles = ArticlePage.objects.listed(language=code).filter(published_on__gt=now - NEWS_AGE)[:NEWS_LENGTH]
        found += [
            News(
                url=absolute(article.get_url() or "/"),
                title=article.title,
                language=code,
                published_on=article.published_on,
            )
            for article in articles
        ]
    return sorted(found, key=lambda item: item.published_on, reverse=True)[:NEWS_LENGTH]


def publication_name() -> str:
    """Return the publication's name."""
    return PublicationSettings.load().in_language(settings.LANGUAGE_CODE).name
