"""Whatever changes marks stale exactly what shows it, in the transaction of the change."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from freiblatt.articles.actions import publish_article, relist_all, unpublish_article
from freiblatt.articles.models import ArticlePage, FrontPage, Listing, PlainPage
from freiblatt.articles.signals import article_deleted, article_published, article_unpublished
from freiblatt.newsroom.models import Menu, MenuItem, PublicationSettings
from freiblatt.pagestore.models import StaleMark
from tests.factories import make_article, make_author, make_section, make_topic


def marked() -> set[str]:
    """Return the keys marked since the last call. Inside a test nothing commits, so the journal keeps them."""
    found = {key for mark in StaleMark.objects.all() for key in mark.keys.split("\n")}
    StaleMark.objects.all().delete()
    return found


@pytest.fixture
def heard() -> Iterator[list[tuple[str, Any]]]:
    found: list[tuple[str, Any]] = []

    def published(article: ArticlePage, is_new: bool, **kwargs: Any) -> None:
        assert transaction.get_connection().in_atomic_block
        found.append(("published", is_new))

    def unpublished(article: ArticlePage, **kwargs: Any) -> None:
        found.append(("unpublished", article.pk))

    def deleted(article: ArticlePage, **kwargs: Any) -> None:
        found.append(("deleted", article.pk))

    article_published.connect(published)
    article_unpublished.connect(unpublished)
    article_deleted.connect(deleted)
    yield found
    article_published.disconnect(published)
    article_unpublished.disconnect(unpublished)
    article_deleted.disconnect(deleted)


def test_article_marks_its_page_and_its_lists(front: FrontPage, heard: list) -> None:
    section, rosa, trade = make_section(title="Europa"), make_author(), make_topic()
    marked()
    article = make_article(section=section, authors=[rosa], topics=[trade])
    shown = {f"article:{article.pk}", "latest:de", f"section:{section.pk}", f"author:{rosa.pk}", f"topic:{trade.pk}"}
    # With a new article comes its discussion, and with the first one what holds for all of them.
    assert marked() == shown | {f"thread:{article.pk}", f"passages:{article.pk}", "discussion"}
    unpublish_article(article=article)
    assert marked() == shown
    assert not Listing.objects.exists()
    publish_article(article=article)
    assert marked() == shown | {f"thread:{article.pk}", f"passages:{article.pk}"}
    pk = article.pk
    ArticlePage.objects.get(pk=pk).delete()
    assert marked() >= shown
    assert heard == [("published", True), ("unpublished", pk), ("published", True), ("deleted", pk)]


def test_draft_marks_nothing(front: FrontPage, heard: list) -> None:
    article = make_article(section=make_section(title="Europa"), is_published=False)
    other = make_article(section=article.section, title="Öffentlich")
    marked()
    heard.clear()
    for page in (article, other):
        draft = page.get_latest_revision_as_object()
        draft.title = "Noch nicht"
        draft.save_revision()
    assert marked() == set()
    assert heard == []


def test_author_who_leaves_a_byline_loses_the_article(front: FrontPage) -> None:
    rosa, karl = make_author(), make_author(name="Karl Mohr")
    article = make_article(section=make_section(title="Europa"), authors=[rosa])
    draft = article.get_latest_revision_as_object()
    byline = draft.bylines.all()[0]
    byline.author = karl
    draft.bylines = [byline]
    marked()
    draft.save_revision().publish()
    assert {f"author:{rosa.pk}", f"author:{karl.pk}"} <= marked()
    assert set(Listing.objects.filter(name__startswith="author/").values_list("name", flat=True)) == {
        f"author/{karl.pk}/de"
    }


def test_moved_article_marks_both_sections(front: FrontPage) -> None:
    europe, climate = make_section(title="Europa"), make_section(title="Klima")
    article = make_article(section=europe)
    marked()
    article.move(climate, pos="last-child")
    assert {f"article:{article.pk}", f"section:{europe.pk}", f"section:{climate.pk}"} <= marked()


def test_translation_marks_the_pages_that_link_to_it(front: FrontPage) -> None:
    article = make_article(section=make_section(title="Europa"))
    english = make_section(title="Europe", language="en")
    marked()
    copy = make_article(section=english, title="A port is sold", translation_key=article.translation_key)
    assert {f"article:{article.pk}", f"article:{copy.pk}"} <= marked()


def test_what_stands_everywhere_marks_everything(front: FrontPage) -> None:
    section, rosa, trade = make_section(title="Europa"), make_author(), make_topic()
    assert "site" in marked()
    rosa.website = "https://example.org/"
    rosa.save()
    assert marked() == {f"author:{rosa.pk}"}
    rosa.name = "Rosa Sommer"
    rosa.save()
    assert marked() == {f"author:{rosa.pk}", "site"}
    trade.introduction = "Neu"
    trade.save()
    assert marked() == {f"topic:{trade.pk}"}
    section.title = "Welt"
    section.save_revision().publish()
    assert marked() == {f"section:{section.pk}", "site"}
    PublicationSettings.load().save()
    assert marked() == {"site"}
    menu = Menu(place="main", locale=front.locale)
    menu.items = [MenuItem(page=section)]
    menu.save()
    assert marked() == {"site"}
    plain = PlainPage(title="Impressum", slug="impressum", locale=front.locale, text="<p>x</p>")
    front.add_child(instance=plain)
    assert marked() == {f"plain:{plain.pk}", "site"}


def test_page_in_a_menu_marks_everything(front: FrontPage) -> None:
    section, climate = make_section(title="Europa"), make_section(title="Klima")
    article, other = make_article(section=section), make_article(section=section, title="Anderes")
    menu = Menu(place="main", locale=front.locale)
    menu.items = [MenuItem(page=article), MenuItem(page=front)]
    menu.save()
    marked()
    other.save_revision().publish()
    assert "site" not in marked()
    article.title = "Ein Hafen wird doch nicht verkauft"
    article.save_revision().publish()
    assert "site" in marked()
    article.move(climate, pos="last-child")
    assert "site" in marked()
    unpublish_article(article=ArticlePage.objects.get(pk=article.pk))
    assert "site" in marked()
    publish_article(article=ArticlePage.objects.get(pk=article.pk))
    assert "site" in marked()
    front.save_revision().publish()
    assert "site" not in marked()
    front.title = "Titelseite"
    front.save_revision().publish()
    assert "site" in marked()
    ArticlePage.objects.get(pk=article.pk).delete()
    assert "site" in marked()


def test_item_of_a_menu_marks_everything(front: FrontPage) -> None:
    menu = Menu.objects.create(place="main", locale=front.locale)
    marked()
    item = MenuItem.objects.create(menu=menu, label="Netz", address="https://example.org/")
    assert marked() == {"site"}
    item.delete()
    assert marked() == {"site"}


def test_page_has_the_keys_of_what_its_text_links_to(front: FrontPage, client: Client) -> None:
    section = make_section(title="Europa")
    linked = [make_article(section=section, title=f"Teil {number}") for number in range(4)]
    link = [f'<p>Dazu <a id="{one.pk}" linktype="page">hier</a>.</p>' for one in linked]
    table = {
        "columns": [{"type": "rich_text", "heading": "Was"}],
        "rows": [
            {
                "values": [
                    link[2].replace(f'id="{linked[2].pk}" linktype="page"', f"linktype='page' id='{linked[2].pk}'")
                ]
            }
        ],
        "caption": "",
    }
    body = [
        {"type": "text", "value": link[0] + '<p><a linktype="document" id="99">Vertrag</a></p>'},
        {"type": "infobox", "value": {"title": "Hafen", "text": link[1]}},
        {"type": "table", "value": {"caption": "Häfen", "table": table}},
    ]
    article = make_article(section=make_section(title="Klima"), title="Wer linkt", body=json.dumps(body))
    plain = PlainPage(title="Impressum", slug="impressum", locale=front.locale, text=link[3])
    front.add_child(instance=plain)
    expected = {f"article:{one.pk}" for one in linked[:3]}
    for address in (article.url, "/klima/feed.atom", "/klima/feed.json"):
        found = set(client.get(address).store_keys)
        assert expected <= found
        assert not {f"article:{linked[3].pk}", "article:99"} & found
    assert f"article:{linked[3].pk}" in client.get(plain.url).store_keys
    linked[0].slug = "neuer-name"
    marked()
    linked[0].save_revision().publish()
    assert f"article:{linked[0].pk}" in marked()


def test_slots_of_the_front_page_mark_the_front_page(front: FrontPage) -> None:
    marked()
    front.save_revision().publish()
    assert marked() == {"front:de"}


def test_nothing_is_marked_by_what_did_not_happen(front: FrontPage) -> None:
    article = make_article(section=make_section(title="Europa"))
    marked()
    with transaction.atomic():
        unpublish_article(article=article)
        transaction.set_rollback(True)
    assert marked() == set()
    assert Listing.objects.filter(article=article).exists()


def test_lists_can_be_made_anew(front: FrontPage, heard: list) -> None:
    article = make_article(section=make_section(title="Europa"), authors=[make_author()])
    names = set(Listing.objects.values_list("name", flat=True))
    Listing.objects.filter(name__startswith="month/").update(name="month/de/1999-01")
    assert relist_all() == 1
    assert set(Listing.objects.filter(article=article).values_list("name", flat=True)) == names


def test_publishing_twice_changes_nothing(front: FrontPage) -> None:
    article = make_article(section=make_section(title="Europa"), is_published=False)
    first = publish_article(article=article)
    marked()
    again = publish_article(article=article)
    assert marked() == set()
    assert (again.published_on, again.live_revision_id) == (first.published_on, first.live_revision_id)


def test_publication_is_announced_once_and_making_lists_anew_is_none(front: FrontPage, heard: list) -> None:
    article = make_article(section=make_section(title="Europa"), is_published=False)
    article = publish_article(article=article)
    assert heard == [("published", True)]
    article.copy(update_attrs={"slug": "kopie", "title": "Kopie"}, keep_live=True)
    assert heard == [("published", True), ("published", True)]
    Listing.objects.all().delete()
    assert relist_all() == 2
    assert len(heard) == 2
