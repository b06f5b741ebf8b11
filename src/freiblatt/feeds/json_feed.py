"""JSON Feed 1.1 (jsonfeed.org/version/1.1) with full text."""

import json
from collections.abc import Iterable
from typing import Any

from freiblatt.feeds.channels import Channel
from freiblatt.feeds.entries import Entry

CONTENT_TYPE = "application/feed+json; charset=utf-8"


def write(channel: Channel, found: Iterable[Entry]) -> str:
    """Return the feed of `channel` as a JSON document."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.url,
        "feed_url": channel.json_url,
        "language": channel.language,
        "authors": [{"name": channel.publication, "url": channel.home_url}],
        "items": [_item(entry, channel.language) for entry in found],
    }
    if channel.description:
        document["description"] = channel.description
    if channel.icon_url:
        document["icon"] = channel.icon_url
    return json.dumps(document, ensure_ascii=False, indent=1)


def _item(entry: Entry, language: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.identity,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.published_on.isoformat(),
        "date_modified": entry.updated_on.isoformat(),
        "authors": [{"name": person.name, "url": person.url} for person in entry.authors],
        "tags": list(entry.topics),
    }
    if entry.summary:
        item["summary"] = entry.summary
    if entry.image_url:
        item["image"] = entry.image_url
    if entry.language != language:
        item["language"] = entry.language
    return item
