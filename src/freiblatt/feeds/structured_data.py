"""What search engines read of an article: schema.org NewsArticle as JSON-LD."""

from typing import Any

from django.utils import translation

from freiblatt.articles.models import ArticlePage, BylineRole
from freiblatt.feeds.entries import image_url
from freiblatt.lib.addresses import absolute

#: schema.org's property for each part in an article that has one of its own.
ROLE_PROPERTIES = {
    BylineRole.TEXT: "author",
    BylineRole.TRANSLATION: "translator",
    BylineRole.EDITING: "editor",
}


def news_article(article: ArticlePage, *, publication: str, logo_url: str) -> dict[str, Any]:
    """Return `article` as a schema.org NewsArticle. `logo_url` may be empty."""
    url = absolute(article.get_url() or "/")
    publisher: dict[str, Any] = {"@type": "NewsMediaOrganization", "name": publication, "url": absolute("/")}
    if logo_url:
        publisher["logo"] = {"@type": "ImageObject", "url": absolute(logo_url)}
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": f"{url}#article",
        "mainEntityOfPage": url,
        "url": url,
        "headline": article.title,
        "inLanguage": article.locale.language_code,
        "isAccessibleForFree": True,
        "publisher": publisher,
    }
    if article.standfirst:
        document["description"] = article.standfirst
    if article.kicker:
        document["alternativeHeadline"] = article.kicker
    if article.published_on:
        document["datePublished"] = article.published_on.isoformat()
        document["dateModified"] = max(article.updated_on or article.published_on, article.published_on).isoformat()
    if section := article.get_parent():
        document["articleSection"] = section.title
    if image := image_url(article):
        document["image"] = [image]
    topics = [topic.name for topic in article.topics.all()]
    if topics:
        document["keywords"] = topics
    document.update(_people(article))
    return document


def _people(article: ArticlePage) -> dict[str, list[dict[str, str]]]:
    people: dict[str, list[dict[str, str]]] = {}
    with translation.override(article.locale.language_code):
        for byline in article.bylines.all():
            person = {
                "@type": "Person",
                "name": byline.author.name,
                "url": absolute(byline.author.get_absolute_url()),
            }
            people.setdefault(ROLE_PROPERTIES.get(BylineRole(byline.role), "contributor"), []).append(person)
    return people
