"""Addresses are spelled as German spells them without umlauts, by the actions and at the desk."""

import json

import pytest
from django.test import Client

from freiblatt.articles.models import Author, FrontPage, Topic
from freiblatt.lib.slugs import GERMAN, plain_slug
from tests.cast import make_owner

FORMSET = {"texts-TOTAL_FORMS": "0", "texts-INITIAL_FORMS": "0", "texts-MIN_NUM_FORMS": "0", "texts-MAX_NUM_FORMS": ""}


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


@pytest.mark.parametrize("kind", ["author", "topic"])
def test_name_alone_is_enough_for_an_author_or_a_topic(
    client: Client, front: FrontPage, plain_static: None, kind: str
) -> None:
    client.force_login(make_owner(), backend="django.contrib.auth.backends.ModelBackend")
    fields = {"name": "Jürgen Groß", "slug": "", **FORMSET}
    model = {"author": Author, "topic": Topic}[kind]

    client.post(f"/admin/snippets/articles/{kind}/add/", fields)

    made = model.objects.get()
    assert made.slug == "juergen-gross"
    client.post(f"/admin/snippets/articles/{kind}/edit/{made.pk}/", {**fields, "name": "Jürgen Klein"})
    made = model.objects.get()
    assert (made.name, made.slug) == ("Jürgen Klein", "juergen-gross")


def test_name_of_which_no_address_can_be_made_is_asked_for_one(
    client: Client, front: FrontPage, plain_static: None
) -> None:
    client.force_login(make_owner(), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/admin/snippets/articles/author/add/", {"name": "…", "slug": "", **FORMSET})
    assert "Geben Sie eine Adresse aus Buchstaben, Ziffern und Bindestrichen ein" in answer.content.decode()
    assert not Author.objects.exists()
