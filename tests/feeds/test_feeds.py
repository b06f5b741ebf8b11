"""A feed reader follows the publication, a section, an author, a topic, a language."""

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client, TestCase
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.rich_text import RichText

from freiblatt.articles.models import ArticlePage, Author, FrontPage, Topic
from tests.factories import make_article, make_author, make_section, make_topic

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def atom(client: Client, address: str) -> ElementTree.Element:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def titles(feed: ElementTree.Element) -> list[str]:
    return [entry.findtext("a:title", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)]


@pytest.fixture
def port(front: FrontPage) -> ArticlePage:
    """An article with an author, a topic and a body."""
    return make_article(
        section=make_section(title="Europa"),
        title="Ein Hafen wird verkauft",
        standfirst="Wer bietet & wer schweigt",
        authors=[make_author(name="Rosa Winter")],
        topics=[make_topic(name="Handel")],
        body=[("text", RichText('<p>Der Käufer nennt sich <a href="/europa/">Nordlicht</a>.</p>'))],
    )


@pytest.mark.parametrize(
    "address", ["/feed.atom", "/europa/feed.atom", "/autoren/rosa-winter/feed.atom", "/themen/handel/feed.atom"]
)
def test_every_channel_tells_the_article(port: ArticlePage, client: Client, address: str) -> None:
    feed = atom(client, address)
    assert titles(feed) == ["Ein Hafen wird verkauft"]
    entry = feed.find("a:entry", ATOM)
    assert entry.find("a:link", ATOM).get("href") == "http://testserver/europa/ein-hafen-wird-verkauft/"
    assert entry.findtext("a:author/a:name", namespaces=ATOM) == "Rosa Winter"
    assert entry.findtext("a:summary", namespaces=ATOM) == "Wer bietet & wer schweigt"
    assert entry.find("a:category", ATOM).get("term") == "Handel"
    assert feed.find("a:link[@rel='self']", ATOM).get("href") == f"http://testserver{address}"


def test_text_is_whole_and_its_addresses_are_full(port: ArticlePage, client: Client) -> None:
    content = atom(client, "/feed.atom").findtext("a:entry/a:content", namespaces=ATOM)
    assert '<a href="http://testserver/europa/">Nordlicht</a>' in content
    assert 'href="/' not in content


def test_a_language_has_its_own_feed(port: ArticlePage, client: Client) -> None:
    make_article(section=make_section(title="Europe", language="en"), title="A port is sold")
    assert titles(atom(client, "/en/feed.atom")) == ["A port is sold"]
    assert titles(atom(client, "/feed.atom")) == ["Ein Hafen wird verkauft"]


def test_identity_survives_a_new_address(port: ArticlePage, client: Client) -> None:
    before = atom(client, "/feed.atom").findtext("a:entry/a:id", namespaces=ATOM)
    port.slug = "hafen"
    port.save_revision().publish()
    after = atom(client, "/feed.atom")
    assert after.findtext("a:entry/a:id", namespaces=ATOM) == before
    assert after.find("a:entry/a:link", ATOM).get("href") == "http://testserver/europa/hafen/"


def test_scripts_and_handlers_never_reach_a_feed(port: ArticlePage, client: Client) -> None:
    ArticlePage.objects.filter(pk=port.pk).update(
        body=json.dumps([{"type": "text", "value": "<p onclick=x()>a</p><script>evil()</script><p style='x'>b</p>"}])
    )
    content = atom(client, "/feed.atom").findtext("a:entry/a:content", namespaces=ATOM)
    assert "evil" not in content
    assert "onclick" not in content
    assert "style" not in content


def test_json_feed_says_the_same(port: ArticlePage, client: Client) -> None:
    response = client.get("/feed.json")
    feed = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://testserver/feed.json"
    assert [item["title"] for item in feed["items"]] == ["Ein Hafen wird verkauft"]
    assert feed["items"][0]["url"] == "http://testserver/europa/ein-hafen-wird-verkauft/"
    assert feed["items"][0]["authors"] == [{"name": "Rosa Winter", "url": "http://testserver/autoren/rosa-winter/"}]


def test_newest_come_first_and_drafts_never(port: ArticlePage, client: Client) -> None:
    section = port.get_parent().specific
    make_article(section=section, title="Morgen", is_published=False)
    make_article(section=section, title="Gestern", published_on=timezone.now() - timedelta(days=1))
    assert titles(atom(client, "/feed.atom")) == ["Ein Hafen wird verkauft", "Gestern"]


def test_an_empty_feed_is_valid_and_does_not_change_by_itself(front: FrontPage, client: Client) -> None:
    first = client.get("/feed.atom").content
    assert titles(ElementTree.fromstring(first)) == []
    assert client.get("/feed.atom").content == first


@pytest.mark.parametrize(
    "address", ["/nirgends/feed.atom", "/autoren/niemand/feed.atom", "/themen/nichts/feed.json", "/feed.rss"]
)
def test_what_is_not_there_is_404(front: FrontPage, client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("kind", ["atom", "json"])
def test_feed_moves_with_its_page(port: ArticlePage, client: Client, kind: str) -> None:
    section = port.get_parent().specific
    for slug in ("eu", "welt"):
        section.slug = slug
        with TestCase.captureOnCommitCallbacks(execute=True):
            section.save_revision().publish()
    for thing, slug in ((Author.objects.get(), "rosa-sommer"), (Topic.objects.get(), "wirtschaft")):
        thing.slug = slug
        thing.save()
    for old, new in {
        "/europa/": "/welt/",
        "/eu/": "/welt/",
        "/autoren/rosa-winter/": "/autoren/rosa-sommer/",
        "/en/authors/rosa-winter/": "/en/authors/rosa-sommer/",
        "/themen/handel/": "/themen/wirtschaft/",
    }.items():
        answer = client.get(f"{old}feed.{kind}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"{new}feed.{kind}")
        assert not hasattr(answer, "store_keys")
        assert client.get(f"{new}feed.{kind}").status_code == 200


def test_feed_of_a_new_page_is_not_led_away(port: ArticlePage, client: Client) -> None:
    rosa = Author.objects.get()
    rosa.slug = "rosa-sommer"
    rosa.save()
    make_author(name="Rosa Winter")
    assert titles(atom(client, "/autoren/rosa-winter/feed.atom")) == []
    assert titles(atom(client, "/autoren/rosa-sommer/feed.atom")) == ["Ein Hafen wird verkauft"]


def test_redirect_made_by_hand_moves_no_feed(front: FrontPage, client: Client) -> None:
    Redirect.add_redirect("/alt/", redirect_to="https://example.org/neu/")
    assert client.get("/alt/").headers["Location"] == "https://example.org/neu/"
    assert client.get("/alt/feed.atom").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_number_of_queries_does_not_grow(
    front: FrontPage, client: Client, django_assert_max_num_queries, count: int
) -> None:
    section = make_section(title="Europa")
    for number in range(count):
        make_article(
            section=section,
            title=f"Artikel {number}",
            authors=[make_author(name=f"Autor {number}")],
            topics=[make_topic(name=f"Thema {number}")],
        )
    with django_assert_max_num_queries(QUERIES):
        assert len(titles(atom(client, "/feed.atom"))) == count


#: Front page, settings and their texts, site, articles, bylines, authors, topics, locales, pictures and their files.
QUERIES = 14
