"""An article as lists show it: everything ready, so that no template asks the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from freiblatt.articles import bylines, parts

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from freiblatt.articles.models import ArticlePage, Author, Picture


@dataclass(frozen=True)
class Teaser:
    """One article in a list. `byline` is text in the active language, `facts` are safe HTML ("9 comments")."""

    article: "ArticlePage"
    url: str
    kicker: str
    headline: str
    standfirst: str
    picture: "Picture | None"
    picture_alt: str
    authors: "list[Author]"
    byline: str
    published_on: datetime
    published_time_is_known: bool
    minutes: int
    section_title: str
    section_url: str
    language: str
    facts: "list[SafeString]"


def make_teasers(articles: "Iterable[ArticlePage]", headlines: Mapping[int, str] | None = None) -> list[Teaser]:
    """Return the teasers of `articles` (from `with_facts()`), in their order, without those whose time has run out.

    `headlines` gives other headlines by the article's primary key; an empty one counts as none.
    """
    now = timezone.now()
    public = [article for article in articles if article.expire_at is None or article.expire_at > now]
    parts.prepare("page", "byline", public)
    return [_teaser(article, (headlines or {}).get(article.pk) or article.title) for article in public]


def _teaser(article: "ArticlePage", headline: str) -> Teaser:
    authors = bylines.authors_of(article)
    section = article.section if article.section and article.section.live else None
    picture = article.lead_picture
    return Teaser(
        article=article,
        url=article.get_url() or "",
        kicker=article.kicker,
        headline=headline,
        standfirst=article.standfirst,
        picture=picture,
        picture_alt=article.alt_of_lead_picture,
        authors=authors,
        byline=bylines.join_plain([author.name for author in authors]),
        published_on=article.published_on or article.first_published_at or now_of(article),
        published_time_is_known=article.published_time_is_known,
        minutes=article.reading_minutes,
        section_title=section.title if section else "",
        section_url=(section.get_url() or "") if section else "",
        language=article.language,
        facts=parts.html_of_parts("page", "byline", article),
    )


def now_of(article: "ArticlePage") -> datetime:
    """Return the time that a draft shows in its preview."""
    return article.latest_revision_created_at or timezone.now()
