"""Addresses are spelled as German spells them without umlauts, by the actions and at the desk."""

import json

import pytest
from django.test import Client

from freiblatt.articles.models import FrontPage
from freiblatt.lib.slugs import GERMAN, plain_slug
from tests.cast import make_owner


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Die Brücke über die Öde", "die-bruecke-ueber-die-oede"), ("Käthe Müßig", "kaethe-muessig"), ("東京", "")],
)
def test_umlauts_are_spelled_out(title: str, slug: str) -> None:
    assert plain_slug(title) == slug


def test_the_desk_spells_them_while_the_title_is_typed(front: FrontPage, client: Client, plain_static: None) -> None:
    client.force_login(make_owner())
    html = client.get("/admin/snippets/articles/author/add/").content.decode()
    found = html.partition('data-w-slug-formatters-value="')[2].partition('"')[0].replace("&quot;", '"')
    assert {rule[0][0]: rule[1] for rule in json.loads(found)} == GERMAN
