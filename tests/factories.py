"""Valid objects with nothing surprising in them."""

from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Locale

from freiblatt.articles.models import ArticlePage, Author, Byline, FrontPage, SectionPage, Topic
from freiblatt.discussion.models import HouseRule


def make_section(*, title: str = "Europa", language: str = "de", **fields: Any) -> SectionPage:
    """Return a published section below the front page of `language`."""
    front = FrontPage.objects.get(locale__language_code=language)
    section = SectionPage(title=title, slug=fields.pop("slug", slugify(title)), locale=front.locale, **fields)
    front.add_child(instance=section)
    return section


def make_author(*, name: str = "Rosa Winter", **fields: Any) -> Author:
    """Return an author."""
    return Author.objects.create(name=name, slug=fields.pop("slug", slugify(name)), **fields)


def make_topic(*, name: str = "Handel", language: str = "de", **fields: Any) -> Topic:
    """Return a topic."""
    locale = Locale.objects.get(language_code=language)
    return Topic.objects.create(name=name, slug=fields.pop("slug", slugify(name)), locale=locale, **fields)


def make_article(
    *,
    section: SectionPage,
    title: str = "Ein Hafen wird verkauft",
    authors: list[Author] | None = None,
    topics: list[Topic] | None = None,
    is_published: bool = True,
    **fields: Any,
) -> ArticlePage:
    """Return an article below `section`; published now unless told otherwise."""
    if is_published:
        fields.setdefault("published_on", timezone.now())
    article = ArticlePage(
        title=title,
        slug=fields.pop("slug", slugify(title)),
        locale=section.locale,
        live=is_published,
        **fields,
    )
    article.bylines = [Byline(author=author, sort_order=place) for place, author in enumerate(authors or [])]
    if topics:
        article.topics.set(topics)
    section.add_child(instance=article)
    return article


def house_rule(code: str = "respect") -> HouseRule:
    """Return one of the house rules that every publication begins with."""
    return HouseRule.objects.get(code=code)
