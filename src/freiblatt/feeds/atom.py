"""Atom 1.0 (RFC 4287) with full text, and tombstones (RFC 6721) for what was withdrawn."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

from freiblatt.feeds.channels import Channel
from freiblatt.feeds.entries import Entry, Tombstone

#: What an empty feed says of its age: RFC 4287 demands a date, and "now" would make every answer a new one.
NEVER_UPDATED = datetime(2025, 1, 1, tzinfo=UTC)

TOMBSTONE_NAMESPACE = "http://purl.org/atompub/tombstones/1.0"


class FullTextFeed(Atom1Feed):
    """Django's Atom writer over entries of ours: with `content` and with several authors for one entry."""

    content_type = "application/atom+xml; charset=utf-8"
    feed: dict[str, Any]
    items: list[Entry]
    gone: list[Tombstone]

    def latest_post_date(self) -> datetime:
        """Return the newest date among the entries."""
        return max((entry.updated_on for entry in self.items), default=NEVER_UPDATED)

    def item_attributes(self, entry: Entry) -> dict[str, str]:
        return {"xml:lang": entry.language} if entry.language != self.feed["language"] else {}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["icon"]:
            handler.addQuickElement("icon", self.feed["icon"])
        for one in self.gone:
            # Readers that know it drop their copy; the others ignore it.
            facts = {"ref": one.identity, "when": rfc3339_date(one.withdrawn_on), "xmlns:at": TOMBSTONE_NAMESPACE}
            handler.startElement("at:deleted-entry", AttributesImpl(facts))
            if one.notice:
                handler.addQuickElement("at:comment", one.notice)
            handler.endElement("at:deleted-entry")

    def add_item_elements(self, handler: SimplerXMLGenerator, entry: Entry) -> None:
        handler.addQuickElement("title", entry.title)
        handler.addQuickElement("link", "", {"href": entry.url, "rel": "alternate", "type": "text/html"})
        handler.addQuickElement("id", entry.identity)
        handler.addQuickElement("published", rfc3339_date(entry.published_on))
        handler.addQuickElement("updated", rfc3339_date(entry.updated_on))
        for person in entry.authors:
            handler.startElement("author", AttributesImpl({}))
            handler.addQuickElement("name", person.name)
            handler.addQuickElement("uri", person.url)
            handler.endElement("author")
        if entry.summary:
            handler.addQuickElement("summary", entry.summary, {"type": "text"})
        handler.addQuickElement("content", entry.html, {"type": "html"})
        for topic in entry.topics:
            handler.addQuickElement("category", "", {"term": topic})


def write(channel: Channel, found: Iterable[Entry], gone: Iterable[Tombstone] = ()) -> str:
    """Return the feed of `channel` as an Atom document."""
    feed = FullTextFeed(
        title=channel.title,
        link=channel.url,
        description="",
        subtitle=channel.description or None,
        language=channel.language,
        feed_url=channel.atom_url,
        feed_guid=channel.identity,
        author_name=channel.publication,
        author_link=channel.home_url,
        icon=channel.icon_url,
    )
    feed.items = list(found)
    feed.gone = list(gone)
    return feed.writeString("utf-8")
