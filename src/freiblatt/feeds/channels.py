"""What one can follow: the publication in a language, a section, an author, a topic."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.templatetags.static import static
from django.utils import translation

from freiblatt.articles.models import ArticlePage, Author, FrontPage, SectionPage, Topic
from freiblatt.articles.models.listing import author_list, latest_list, section_list, topic_list
from freiblatt.feeds.entries import TAG_DATE
from freiblatt.lib.addresses import absolute
from freiblatt.newsroom.models import PublicationSettings

#: A feed reader asks at least daily and our newsrooms write a handful of articles a day.
FEED_LENGTH = 30


@dataclass(frozen=True)
class Channel:
    """One feed: its names and addresses (all of them full), the keys it shows, its articles (newest first)."""

    name: str
    title: str
    description: str
    language: str
    publication: str
    url: str
    home_url: str
    icon_url: str
    keys: Sequence[str]
    list_name: str
    articles: "QuerySet[ArticlePage]" = field(repr=False)

    @property
    def atom_url(self) -> str:
        return f"{self.url}feed.atom"

    @property
    def json_url(self) -> str:
        return f"{self.url}feed.json"

    @property
    def identity(self) -> str:
        return f"tag:{urlsplit(self.home_url).hostname},{TAG_DATE}:feed/{self.name}"


def newest(articles: "QuerySet[ArticlePage]") -> "QuerySet[ArticlePage]":
    """Return the newest of `articles` with all that a feed shows of them, in a fixed number of queries."""
    return articles.with_facts()[:FEED_LENGTH]


def publication_channel(language: str) -> Channel:
    """Return the feed of everything in `language`. Raises FrontPage.DoesNotExist where nothing is published in it."""
    front = FrontPage.objects.live().get(locale__language_code=language)
    return _channel(
        name=f"publication/{language}",
        title="",
        path=front.get_url() or "/",
        language=language,
        keys=[f"latest:{language}"],
        list_name=latest_list(language),
        articles=ArticlePage.objects.listed(language=language),
    )


def section_channel(language: str, slug: str) -> Channel:
    """Return the feed of a section. Raises SectionPage.DoesNotExist."""
    section = SectionPage.objects.live().get(locale__language_code=language, slug=slug)
    return _channel(
        name=f"section/{section.pk}",
        title=section.title,
        description=section.introduction,
        path=section.get_url() or "/",
        language=language,
        keys=[f"section:{section.pk}"],
        list_name=section_list(section.pk),
        articles=ArticlePage.objects.listed(section=section),
    )


def author_channel(language: str, slug: str) -> Channel:
    """Return the feed of what an author wrote in `language`. Raises Author.DoesNotExist."""
    author = Author.objects.get(slug=slug)
    with translation.override(language):
        path = author.get_absolute_url()
    return _channel(
        name=f"author/{author.pk}/{language}",
        title=author.name,
        path=path,
        language=language,
        keys=[f"author:{author.pk}"],
        list_name=author_list(author.pk, language),
        articles=ArticlePage.objects.listed(language=language, author=author),
    )


def topic_channel(language: str, slug: str) -> Channel:
    """Return the feed of a topic. Raises Topic.DoesNotExist."""
    topic = Topic.objects.get(locale__language_code=language, slug=slug)
    return _channel(
        name=f"topic/{topic.pk}",
        title=topic.name,
        description=topic.introduction,
        path=topic.get_absolute_url(),
        language=language,
        keys=[f"topic:{topic.pk}"],
        list_name=topic_list(topic.pk),
        articles=ArticlePage.objects.listed(language=language, topic=topic),
    )


def _channel(
    *,
    name: str,
    title: str,
    path: str,
    language: str,
    keys: list[str],
    list_name: str,
    articles: "QuerySet[ArticlePage]",
    description: str = "",
) -> Channel:
    texts = PublicationSettings.load().in_language(language)
    return Channel(
        name=name,
        title=f"{title} – {texts.name}" if title else texts.name,
        description=description or texts.description or texts.tagline,
        language=language,
        publication=texts.name,
        url=absolute(path),
        home_url=absolute("/"),
        icon_url=absolute(static("theme/apple-touch-icon.png")),
        keys=[*keys, "site"],
        list_name=list_name,
        articles=newest(articles),
    )
