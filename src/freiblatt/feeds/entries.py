"""An article as a feed tells it: full text, full addresses, an identity that survives a new address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import nh3
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html

from freiblatt.articles.models import ArticlePage, BylineRole, Withdrawal
from freiblatt.articles.models.pictures import picture_url
from freiblatt.articles.parts import parts_of
from freiblatt.lib.addresses import absolute

#: Year of the tag: addresses of articles (RFC 4151 wants a date on which the host was ours, and it must never change).
TAG_DATE = "2025"

#: A newsroom withdraws hardly ever; whoever asks a feed once a month still hears of it.
TOMBSTONES, TOMBSTONES_LOOKED_AT = 20, 100

#: What feed readers render. Everything else, above all scripts and forms, stays on the page.
FEED_TAGS = {
    "a", "abbr", "audio", "b", "blockquote", "br", "caption", "cite", "code", "dd", "details", "dl", "dt", "em",
    "figcaption", "figure", "footer", "h2", "h3", "h4", "hr", "i", "img", "li", "ol", "p", "pre", "q", "s", "small",
    "source", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "ul",
    "video",
}  # fmt: skip
FEED_ATTRIBUTES = {
    "*": {"lang"},
    "a": {"href", "hreflang", "title"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "img": {"alt", "height", "src", "width"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}


@dataclass(frozen=True)
class Person:
    """An author as feeds name one."""

    name: str
    url: str


@dataclass(frozen=True)
class Entry:
    """One article in a feed. Times are aware; `html` is cleaned and has full addresses only.

    `keys` are the page store's keys of what it shows.
    """

    article_pk: int
    identity: str
    url: str
    title: str
    summary: str
    html: str
    language: str
    published_on: datetime
    updated_on: datetime
    authors: tuple[Person, ...]
    topics: tuple[str, ...]
    image_url: str
    keys: frozenset[str]


@dataclass(frozen=True)
class Tombstone:
    """A withdrawn article of which a feed had told."""

    identity: str
    withdrawn_on: datetime
    notice: str


def identity_of(article: ArticlePage) -> str:
    """Return the article's lasting identity as a tag: address (RFC 4151); it does not change with slug or section."""
    return _identity(article.pk)


def _identity(article_pk: int) -> str:
    return f"tag:{urlsplit(absolute('/')).hostname},{TAG_DATE}:article/{article_pk}"


def tombstones(list_name: str, language: str) -> list[Tombstone]:
    """Return the latest withdrawals among what stood in the list named `list_name`; one query."""
    rows = Withdrawal.objects.in_force().filter(language=language).order_by("-withdrawn_on")[:TOMBSTONES_LOOKED_AT]
    found = [row for row in rows if list_name in row.lists][:TOMBSTONES]
    return [Tombstone(_identity(row.article_pk), row.withdrawn_on, row.notice) for row in found]


def entries(articles: Iterable[ArticlePage]) -> list[Entry]:
    """Return one entry for each article, in the same order."""
    return [entry(article) for article in articles]


def entry(article: ArticlePage) -> Entry:
    """Return `article` as an entry."""
    url = absolute(article.get_url() or "/")
    published_on = article.published_on or article.first_published_at
    with translation.override(article.locale.language_code):
        authors = tuple(
            Person(name=byline.author.name, url=absolute(byline.author.get_absolute_url()))
            for byline in article.bylines.all()
            if byline.role == BylineRole.TEXT
        )
        return Entry(
            article_pk=article.pk,
            identity=identity_of(article),
            url=url,
            title=article.title,
            summary=article.standfirst,
            html=full_text(article, url),
            language=article.locale.language_code,
            published_on=published_on,
            updated_on=max(article.updated_on or published_on, published_on),
            authors=authors,
            topics=tuple(topic.name for topic in article.topics.all()),
            image_url=image_url(article),
            keys=frozenset(article.keys_of_text()),
        )


def image_url(article: ArticlePage) -> str:
    """Return the full address of the lead picture as JPEG of about 1,200 pixels, or "" where there is none."""
    return picture_url(article.lead_picture, width_px=1200)


def full_text(article: ArticlePage, url: str) -> str:
    """Return the article's whole text as clean HTML: standfirst, lead picture, body and what rooms add for feeds."""
    html = render_to_string(
        "feeds/full_text.html", {"page": article, "image_url": image_url(article), "medium": "feed"}
    )
    html += "".join(part.render(article) for part in parts_of("feed", "after_body"))
    html += format_html('<p><a href="{}">{}</a></p>', url, translation.gettext("Read and discuss on the page"))
    return nh3.clean(
        html,
        tags=FEED_TAGS,
        attributes=FEED_ATTRIBUTES,
        link_rel=None,
        url_relative=("rewrite_with_base", absolute("/")),
        generic_attribute_prefixes=set(),
    )
