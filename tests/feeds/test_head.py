"""Search engines and those who share a link read the head of an article."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from freiblatt.articles.models import FrontPage
from tests.factories import make_article, make_author, make_section, make_topic


def structured_data(html: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])


@pytest.fixture
def html(front: FrontPage, client: Client) -> str:
    article = make_article(
        section=make_section(title="Europa"),
        title="Ein Hafen </script><b>wird & verkauft",
        slug="hafen",
        standfirst="Wer bietet.",
        authors=[make_author(name="Rosa Winter")],
        topics=[make_topic(name="Handel")],
        published_on=datetime(2025, 8, 13, 7, 40, tzinfo=UTC),
    )
    return client.get(article.url).content.decode()


def test_article_describes_itself(html: str) -> None:
    found = structured_data(html)
    assert found["@type"] == "NewsArticle"
    assert found["headline"] == "Ein Hafen </script><b>wird & verkauft"
    assert found["author"] == [
        {"@type": "Person", "name": "Rosa Winter", "url": "http://testserver/autoren/rosa-winter/"}
    ]
    assert found["datePublished"] == "2025-08-13T07:40:00+00:00"
    assert found["articleSection"] == "Europa"
    assert found["inLanguage"] == "de"
    assert found["publisher"]["name"] == "Testblatt"
    assert found["keywords"] == ["Handel"]


def test_a_headline_cannot_end_the_data_block(html: str) -> None:
    assert "</script><b>" not in html


def test_canonical_address_and_feed_are_full(html: str) -> None:
    assert '<link rel="canonical" href="http://testserver/europa/hafen/">' in html
    assert re.search(
        r'<link rel="alternate" type="application/atom\+xml"[^>]* href="http://testserver/[^"]*feed.atom">', html
    )
    assert '<meta property="og:type" content="article">' in html
    assert '<meta name="description" content="Wer bietet.">' in html


def test_translations_point_at_each_other(front: FrontPage, client: Client) -> None:
    german = make_article(section=make_section(title="Europa"), title="Hafen")
    english = make_article(
        section=make_section(title="Europe", language="en"), title="Port", translation_key=german.translation_key
    )
    for address in (german.url, english.url):
        html = client.get(address).content.decode()
        assert '<link rel="alternate" hreflang="de" href="http://testserver/europa/hafen/">' in html
        assert '<link rel="alternate" hreflang="en" href="http://testserver/en/europe/port/">' in html


def test_page_that_is_not_there_has_no_address_of_its_own(front: FrontPage, client: Client) -> None:
    html = client.get("//evil.example/x/").content.decode()
    assert "<title>Seite nicht gefunden – Testblatt</title>" in html
    assert '<meta name="robots" content="noindex">' in html
    assert "evil.example" not in html
