"""What an article's page shows beside its fields."""

from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects
from wagtail.blocks import StreamValue, StructValue
from wagtail.blocks.list_block import ListValue

from freiblatt.articles import bylines, drawing, keys, parts
from freiblatt.articles.lists import related_articles
from freiblatt.articles.teasers import make_teasers

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage, Picture


def article_context(page: "ArticlePage") -> dict[str, Any]:
    """Return everything the article's template needs, with the keys of what it shows."""
    prefetch_related_objects(pictures_of(page), "files")
    topics = list(page.topics.all())
    related = make_teasers(related_articles(page, topics))
    groups = bylines.groups_of(page)
    for topic in topics:
        topic.locale = page.locale
    return {
        "section": page.section,
        "byline_groups": groups,
        "lead_picture": page.lead_picture,
        "lead_caption": page.caption_of_lead_picture,
        "lead_alt": page.alt_of_lead_picture,
        "topics": topics,
        "related": related,
        "facts": parts.html_of_parts("page", "byline", page),
        "parts_after_body": parts.html_of_parts("page", "after_body", page),
        "parts_end": parts.html_of_parts("page", "end", page),
        "minutes": page.reading_minutes,
        "store_keys": [
            *page.keys_of_text(),
            *drawing.keys_of_drawers(page),
            *(keys.topic_key(topic.pk) for topic in topics),
            *(keys.article_key(teaser.article.pk) for teaser in related),
            *(key for place in parts.PLACES for key in parts.keys_of_parts("page", place, page)),
            *(key for teaser in related for key in parts.keys_of_parts("page", "byline", teaser.article)),
        ],
    }


def pictures_of(page: "ArticlePage") -> "list[Picture]":
    """Return every picture that the article shows, in its lead and in its body."""
    from freiblatt.articles.models import Picture, Recording

    found: list[Picture] = [page.lead_picture] if page.lead_picture else []

    def walk(value: Any) -> None:
        if isinstance(value, Picture):
            found.append(value)
        elif isinstance(value, Recording) and value.poster:
            found.append(value.poster)
        elif isinstance(value, StructValue):
            for child in value.values():
                walk(child)
        elif isinstance(value, ListValue):
            for child in value:
                walk(child)
        elif isinstance(value, StreamValue):
            for block in value:
                walk(block.value)

    walk(page.body)
    return found
