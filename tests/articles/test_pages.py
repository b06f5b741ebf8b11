"""A reader opens the pages of the tree."""

from django.test import Client

from freiblatt.articles.models import FrontPage
from tests.factories import make_article, make_section


def test_reader_opens_article_at_section_and_slug(front: FrontPage, client: Client) -> None:
    make_article(section=make_section(title="Europa"), title="Ein Hafen wird verkauft")
    assert client.get("/europa/ein-hafen-wird-verkauft/").status_code == 200


def test_english_article_has_the_language_prefix(front: FrontPage, client: Client) -> None:
    article = make_article(section=make_section(title="Europe", language="en"), title="A port is sold")
    assert article.url == "/en/europe/a-port-is-sold/"
    assert client.get(article.url).headers["Content-Language"] == "en"
