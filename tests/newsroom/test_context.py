"""What every page knows: name and texts of the publication, its menus, its languages."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale

from freiblatt.articles.models import FrontPage, PlainPage
from freiblatt.newsroom.models import Menu, MenuItem, PublicationSettings, PublicationText
from tests.factories import make_article, make_section


def links(menu: object) -> list[tuple[str, str, bool]]:
    return [(link.label, link.url, link.is_current) for link in menu]


def make_plain(front: FrontPage, title: str, slug: str, **fields: object) -> PlainPage:
    page = PlainPage(title=title, slug=slug, locale=front.locale, text="<p>x</p>", show_in_menus=True, **fields)
    front.add_child(instance=page)
    return page


def test_name_comes_from_the_configuration_until_the_desk_gives_one(front: FrontPage, client: Client) -> None:
    assert client.get("/").context["publication"].name == "Testblatt"
    PublicationSettings.objects.update_or_create(pk=1, defaults={"name": "Hafenblatt"})
    assert client.get("/").context["publication"].name == "Hafenblatt"


def test_texts_fall_back_to_the_main_language(front: FrontPage, client: Client) -> None:
    publication = PublicationSettings.load()
    german, english = (Locale.objects.get(language_code=code) for code in ("de", "en"))
    publication.texts = [
        PublicationText(locale=german, tagline="Für alle", footer="Ohne Werbung"),
        PublicationText(locale=english, tagline="For all"),
    ]
    publication.save()
    shown = client.get("/en/").context["publication"]
    assert (shown.tagline, shown.footer, shown.description) == ("For all", "Ohne Werbung", "")
    assert client.get("/").context["publication"].tagline == "Für alle"


def test_menus_list_sections_and_plain_pages_by_themselves(front: FrontPage, client: Client) -> None:
    make_section(title="Europa")
    make_section(title="Versteckt", show_in_menus=False)
    make_section(title="Europe", language="en")
    make_plain(front, "Impressum", "impressum")
    make_plain(front, "Entwurf", "entwurf", live=False)
    context = client.get("/europa/").context
    assert links(context["menu_main"]) == [("Europa", "/europa/", True)]
    assert links(context["menu_footer"]) == [("Impressum", "/impressum/", False)]
    assert links(client.get("/en/").context["menu_main"]) == [("Europe", "/en/europe/", False)]


def test_menu_of_the_desk_takes_their_place(front: FrontPage, client: Client) -> None:
    section = make_section(title="Europa")
    article = make_article(section=section)
    gone = make_section(title="Weg", live=False)
    menu = Menu(place="main", locale=front.locale)
    menu.items = [
        MenuItem(page=section, label="Alles aus Europa", sort_order=1),
        MenuItem(address="https://example.org/", label="Verein", sort_order=0),
        MenuItem(page=gone, sort_order=2),
    ]
    menu.save()
    assert links(client.get(article.url).context["menu_main"]) == [
        ("Verein", "https://example.org/", False),
        ("Alles aus Europa", "/europa/", True),
    ]


def test_languages_lead_to_their_front_pages(front: FrontPage, client: Client) -> None:
    languages = client.get("/en/").context["languages"]
    assert [(link.language_name, link.url, link.is_current) for link in languages] == [
        ("Deutsch", "/", False),
        ("English", "/en/", True),
    ]


def test_page_has_one_canonical_address(front: FrontPage, client: Client) -> None:
    make_article(section=make_section(title="Europa"), slug="hafen")
    assert client.get("/europa/hafen/?fbclid=1").context["canonical_url"] == "/europa/hafen/"
    assert client.get("/archiv/?x=1").context["canonical_url"] == "/archiv/"


def test_menus_cost_the_same_with_one_and_three_links(front: FrontPage, client: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/impressum/").status_code == 200
        return len(queries)

    make_plain(front, "Impressum", "impressum")
    menu = Menu(place="main", locale=front.locale)
    menu.items = [MenuItem(page=make_section(title="Europa"))]
    menu.save()
    count()
    with_one = count()
    menu.items = [MenuItem(page=make_section(title=title), sort_order=place) for place, title in enumerate("ABC")]
    menu.save()
    make_plain(front, "Datenschutz", "datenschutz")
    assert count() == with_one


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, ""),
        ({"address": "javascript:alert(1)", "label": "x"}, "address"),
        ({"address": "//example.org/", "label": "x"}, "address"),
        ({"address": "https://example.org/"}, "label"),
    ],
)
def test_link_that_leads_nowhere_is_refused(front: FrontPage, fields: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        MenuItem(**fields).clean()
    assert list(getattr(refused.value, "error_dict", {"": None})) == [field]


def test_first_reader_of_a_founded_publication_writes_nothing(client: Client, front: FrontPage) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/").status_code == 200
    assert [query["sql"] for query in asked if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))] == []
