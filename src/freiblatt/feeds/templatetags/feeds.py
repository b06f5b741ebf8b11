"""The head of a page: what search engines, feed readers and those who share a link are told."""

import json
from typing import Any

from django import template
from django.utils.html import format_html, mark_safe

from freiblatt.articles.models import ArticlePage, FrontPage
from freiblatt.feeds.entries import image_url
from freiblatt.feeds.structured_data import news_article
from freiblatt.lib.addresses import absolute

register = template.Library()

#: Inside a script element these characters could end it or begin a comment.
JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.inclusion_tag("feeds/head.html", takes_context=True)
def head_metadata(context: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata of the page in `context`; it asks the context, and the database only about an article."""
    page = context.get("page")
    publication = context.get("publication")
    article = page if isinstance(page, ArticlePage) else None
    subject = page or context.get("topic") or context.get("author")
    title = (
        context.get("page_title")
        or getattr(page, "seo_title", "")
        or str(getattr(subject, "title", "") or subject or "")
    )
    name = getattr(publication, "name", "")
    if isinstance(page, FrontPage) and not page.seo_title:
        # The front page is the publication; its title in the tree is the desk's business.
        title = " – ".join(filter(None, [name, getattr(publication, "tagline", "")]))
    description = getattr(page, "search_description", "") or getattr(article, "standfirst", "")
    return {
        "title": title or name,
        "full_title": f"{title} – {name}" if name and title and not title.startswith(name) else title or name,
        "name": name,
        "description": description or getattr(subject, "introduction", "") or getattr(publication, "description", ""),
        "canonical_url": absolute(context.get("canonical_url") or "/") if context.get("canonical_url") else "",
        "feed_url": absolute(context["feed_url"]) if context.get("feed_url") else "",
        "translations": [
            (link.language_code, absolute(link.url)) for link in context.get("translations") or () if link.url
        ],
        "language": context.get("LANGUAGE_CODE") or getattr(context.get("request"), "LANGUAGE_CODE", ""),
        "is_indexed": context.get("is_indexed", True),
        "article": article,
        "image_url": image_url(article) if article else "",
        "structured_data": _script(article, name, getattr(publication, "logo_url", "")) if article else "",
    }


def _script(article: ArticlePage, name: str, logo_url: str) -> str:
    document = json.dumps(news_article(article, publication=name, logo_url=logo_url), ensure_ascii=False)
    # A data block, not a script: browsers do not run it and the content security policy does not concern it.
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(document.translate(JSON_ESCAPES)),  # noqa: S308 (escaped one line above)
    )
