"""Search engines find every public page, and the news of two days."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from freiblatt.articles.models import FrontPage
from freiblatt.feeds import sitemaps
from tests.factories import make_article, make_author, make_section, make_topic

MAP = {"m": "http://www.sitemaps.org/schemas/sitemap/0.9", "n": "http://www.google.com/schemas/sitemap-news/0.9"}


def locations(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200
    return [loc.text for loc in ElementTree.fromstring(response.content).iterfind(".//m:loc", MAP)]


def everything(client: Client) -> list[str]:
    """Return all addresses of all parts, as a search engine would gather them."""
    found: list[str] = []
    for part in locations(client, "/sitemap.xml"):
        found += locations(client, part.removeprefix("http://testserver"))
    return found


def test_every_public_page_is_listed_once(front: FrontPage, client: Client) -> None:
    section = make_section(title="Europa")
    make_article(section=section, title="Hafen", authors=[make_author()], topics=[make_topic()])
    make_article(section=section, title="Entwurf", is_published=False)
    assert sorted(everything(client)) == [
        "http://testserver/",
        "http://testserver/autoren/rosa-winter/",
        "http://testserver/en/",
        "http://testserver/en/authors/rosa-winter/",
        "http://testserver/europa/",
        "http://testserver/europa/hafen/",
        "http://testserver/themen/handel/",
    ]


def test_parts_split_by_number(front: FrontPage, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "PART_SIZE", 2)
    section = make_section(title="Europa")
    for number in range(5):
        make_article(section=section, title=f"Artikel {number}")
    assert len(locations(client, "/sitemap.xml")) > 3
    assert len([url for url in everything(client) if "/artikel-" in url]) == 5


def test_sitemap_has_the_keys_of_everything_whose_date_it_tells(front: FrontPage, client: Client) -> None:
    assert {"site", "front:de", "front:en", "latest:de", "latest:en"} <= set(client.get("/sitemap-1.xml").store_keys)


def test_a_part_that_is_not_there_is_404(front: FrontPage, client: Client) -> None:
    assert client.get("/sitemap-99.xml").status_code == 404


def test_news_are_two_days_old_at_most(front: FrontPage, client: Client) -> None:
    section = make_section(title="Europa")
    make_article(section=section, title="Neu", published_on=timezone.now() - timedelta(hours=47))
    make_article(section=section, title="Alt", published_on=timezone.now() - timedelta(hours=49))
    assert locations(client, "/sitemap-news.xml") == ["http://testserver/europa/neu/"]


def test_robots_know_the_sitemaps(front: FrontPage, client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in text
    assert "Disallow: /admin/" in text


def test_security_contact_is_told_only_where_one_is_named(front: FrontPage, client: Client) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
