"""Addresses: which are refused, which lead on, which are gone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from freiblatt.articles.actions import free_slug, publish_article, publish_due, unpublish_article
from freiblatt.articles.models import ArticlePage, FrontPage, PlainPage, SectionPage
from tests.cast import make_owner
from tests.factories import make_article, make_author, make_section, make_topic


@pytest.fixture
def committed() -> object:
    """Run what waits for the commit, as Wagtail's redirects do."""
    return lambda: TestCase.captureOnCommitCallbacks(execute=True)


@pytest.mark.parametrize(
    "slug",
    ["search", "suche", "admin", "media", "static", "documents", "authors", "autoren", "topics", "themen", "archive",
     "archiv", "feed", "1900", "2025", "2199", "de", "en", "-", "-intern"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["de", "en"])
def test_sections_and_plain_pages_leave_our_own_addresses_free(front: FrontPage, slug: str, language: str) -> None:
    front = FrontPage.objects.get(locale__language_code=language)
    for page in (
        SectionPage(title="Ein Name", slug=slug, locale=front.locale),
        PlainPage(title="Ein Name", slug=slug, locale=front.locale, text="<p>x</p>"),
    ):
        with translation.override("en"), pytest.raises(ValidationError) as refused:
            front.add_child(instance=page)
        assert refused.value.message_dict["slug"][0].startswith(f"The address “{slug}” is reserved")


def test_other_numbers_and_words_are_free(front: FrontPage) -> None:
    for slug in ("1899", "2200", "20", "suchen", "archive-2", "feuilleton"):
        make_section(title=slug.title(), slug=slug)


def test_article_cannot_stand_at_the_address_of_a_feed(front: FrontPage) -> None:
    with pytest.raises(ValidationError):
        make_article(section=make_section(title="Europa"), slug="feed.atom")
    assert free_slug(SectionPage.objects.get(), "feed.atom") == "feedatom"


def test_slug_is_made_of_german_words_and_is_free(front: FrontPage) -> None:
    section = make_section(title="Europa")
    assert free_slug(section, "Größe & Übermut") == "groesse-uebermut"
    make_article(section=section, slug="groesse-uebermut")
    assert free_slug(section, "Größe & Übermut") == "groesse-uebermut-2"
    assert free_slug(section, "…") == "artikel"
    long = free_slug(section, "ein sehr langes Wort " * 20)
    assert len(long) <= 100
    assert not long.endswith("-")


def test_changed_slug_leaves_a_redirect(front: FrontPage, client: Client, committed: object) -> None:
    article = make_article(section=make_section(title="Europa"), slug="alt")
    for slug in ("neu", "neuer"):
        article = ArticlePage.objects.get()
        article.slug = slug
        with committed():
            article.save_revision().publish()
    for old in ("/europa/alt/", "/europa/neu/"):
        response = client.get(old)
        assert (response.status_code, response.headers["Location"]) == (301, "/europa/neuer/")
        assert not hasattr(response, "store_keys")


def test_moved_article_leaves_a_redirect_and_changes_its_section(
    front: FrontPage, client: Client, committed: object
) -> None:
    europe, climate = make_section(title="Europa"), make_section(title="Klima")
    article = make_article(section=europe, slug="hafen")
    with committed():
        article.move(climate, pos="last-child")
    assert client.get("/europa/hafen/").headers["Location"] == "/klima/hafen/"
    assert client.get("/klima/hafen/").context["section"] == climate
    assert client.get("/europa/").context["teasers"] == []
    assert [teaser.url for teaser in client.get("/klima/").context["teasers"]] == ["/klima/hafen/"]


def test_changed_address_of_a_section_redirects_its_articles(
    front: FrontPage, client: Client, committed: object
) -> None:
    section = make_section(title="Europa")
    make_article(section=section, slug="hafen")
    section = SectionPage.objects.get()
    section.slug = "welt"
    with committed():
        section.save_revision().publish()
    assert client.get("/europa/").headers["Location"] == "/welt/"
    assert client.get("/europa/hafen/").headers["Location"] == "/welt/hafen/"
    assert [teaser.url for teaser in client.get("/welt/").context["teasers"]] == ["/welt/hafen/"]


def test_section_with_many_articles_may_be_renamed(
    front: FrontPage, client: Client, committed: object, django_assert_max_num_queries: object
) -> None:
    section = make_section(title="Europa")
    article = make_article(section=section, slug="hafen")
    # More than SQLite takes conditions in one statement (1,000); whose articles these are does not matter here.
    Page.objects.bulk_create(
        Page(
            title="Hafen",
            draft_title="Hafen",
            slug=f"hafen-{number}",
            url_path=f"{section.url_path}hafen-{number}/",
            path=f"{section.path}{number + 2:04d}",
            depth=section.depth + 1,
            locale=article.locale,
            content_type=article.content_type,
        )
        for number in range(1100)
    )
    section = SectionPage.objects.get()
    section.numchild = 1101
    section.slug = "welt"
    with django_assert_max_num_queries(150), committed():
        section.save_revision().publish()
    assert client.get("/europa/hafen-1099/").headers["Location"] == "/welt/hafen-1099/"
    assert Redirect.objects.count() == 1102


def test_section_that_takes_its_old_address_back_leads_to_itself(
    front: FrontPage, client: Client, committed: object
) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen")
    for slug in ("welt", "europa"):
        section = SectionPage.objects.get()
        section.slug = slug
        with committed():
            section.save_revision().publish()
    assert client.get("/welt/hafen/").headers["Location"] == "/europa/hafen/"
    unpublish_article(article=article)
    assert client.get("/europa/hafen/").status_code == 410


def test_redirect_made_by_hand_stays(front: FrontPage, client: Client, committed: object) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen")
    Redirect.add_redirect("/europa/hafen/", redirect_to="/anderswo/")
    article.slug = "kai"
    with committed():
        article.save_revision().publish()
    assert client.get("/europa/hafen/").headers["Location"] == "/anderswo/"


def test_address_changed_while_unpublished_leads_on(front: FrontPage, client: Client, committed: object) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen")
    unpublish_article(article=article)
    draft = ArticlePage.objects.get()
    draft.slug = "kai"
    with committed():
        draft.save_revision().publish()
    assert client.get("/europa/hafen/").headers["Location"] == "/europa/kai/"


def test_earlier_addresses_of_a_deleted_article_are_gone_too(
    front: FrontPage, client: Client, committed: object
) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen")
    article.slug = "kai"
    with committed():
        article.save_revision().publish()
    ArticlePage.objects.get().delete()
    assert [client.get(f"/europa/{slug}/").status_code for slug in ("hafen", "kai")] == [410, 410]


def test_changed_address_of_an_author_leads_on_in_every_language(front: FrontPage, client: Client) -> None:
    author = make_author(name="Rosa Winter")
    for slug in ("rosa-sommer", "rosa-herbst"):
        author.slug = slug
        author.save()
    for old in ("rosa-winter", "rosa-sommer"):
        for place in ("/autoren", "/en/authors"):
            response = client.get(f"{place}/{old}/")
            assert (response.status_code, response.headers["Location"]) == (301, f"{place}/rosa-herbst/")
    author.slug = "rosa-winter"
    author.save()
    assert client.get("/autoren/rosa-winter/").status_code == 200
    assert client.get("/autoren/rosa-herbst/").headers["Location"] == "/autoren/rosa-winter/"
    author.name = "Rosa W."
    author.save()
    assert Redirect.objects.count() == 4


def test_changed_address_of_a_topic_leads_on_in_its_language(front: FrontPage, client: Client) -> None:
    topic = make_topic(name="Trade", language="en")
    topic.slug = "commerce"
    topic.save()
    assert client.get("/en/topics/trade/").headers["Location"] == "/en/topics/commerce/"
    assert client.get("/themen/trade/").status_code == 404


def test_redirect_never_hides_a_page(front: FrontPage, client: Client, committed: object) -> None:
    section = make_section(title="Europa")
    article = make_article(section=section, slug="hafen")
    article.slug = "kai"
    with committed():
        article.save_revision().publish()
    second = make_article(section=section, title="Der zweite Hafen", slug="hafen")
    response = client.get("/europa/hafen/")
    assert response.status_code == 200
    assert response.context["page"] == second


def test_unpublished_article_is_gone_and_may_come_back(front: FrontPage, client: Client) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen")
    unpublish_article(article=article)
    response = client.get("/europa/hafen/")
    assert response.status_code == 410
    assert not hasattr(response, "store_keys")
    publish_article(article=ArticlePage.objects.get())
    assert client.get("/europa/hafen/").status_code == 200


def test_deleted_article_is_gone(front: FrontPage, client: Client) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen")
    ArticlePage.objects.get(pk=article.pk).delete()
    assert client.get("/europa/hafen/").status_code == 410


def test_articles_of_a_deleted_section_are_gone(front: FrontPage, client: Client) -> None:
    section = make_section(title="Europa")
    make_article(section=section, slug="hafen")
    SectionPage.objects.get(pk=section.pk).delete()
    assert client.get("/europa/hafen/").status_code == 410
    assert client.get("/").context["lead"] is None


def make_plain(*, slug: str = "impressum", **fields: Any) -> PlainPage:
    page = PlainPage(title="Impressum", slug=slug, text="<p>Wer hier schreibt.</p>", **fields)
    FrontPage.objects.get(locale__language_code="de").add_child(instance=page)
    return page


def rename(page: Page, slug: str) -> None:
    page = Page.objects.get(pk=page.pk).specific
    page.slug = slug
    with TestCase.captureOnCommitCallbacks(execute=True):
        page.save_revision().publish()


def unpublish(page: Page) -> None:
    Page.objects.get(pk=page.pk).specific.unpublish()


def statuses(client: Client, *addresses: str) -> list[int]:
    return [client.get(address).status_code for address in addresses]


@pytest.mark.parametrize("make", [make_section, make_plain])
def test_unpublished_section_or_plain_page_is_gone_and_may_come_back(
    front: FrontPage, client: Client, make: Callable[..., Page]
) -> None:
    page = make(slug="weg")
    unpublish(page)
    response = client.get("/weg/")
    assert response.status_code == 410
    assert not hasattr(response, "store_keys")
    assert statuses(client, "/weg/feed.atom", "/weg/feed.json", "/weg/feed.rss") == [410, 410, 404]
    Page.objects.get(pk=page.pk).specific.save_revision().publish()
    assert client.get("/weg/").status_code == 200
    # Wagtail stores some changes as a bare page.
    Page.objects.get(pk=page.pk).unpublish()
    assert client.get("/weg/").status_code == 410


@pytest.mark.parametrize("make", [make_section, make_plain])
def test_deleted_section_or_plain_page_is_gone_at_all_its_addresses(
    front: FrontPage, client: Client, make: Callable[..., Page]
) -> None:
    page = make(slug="weg")
    rename(page, "neu")
    assert client.get("/weg/").headers["Location"] == "/neu/"
    type(page).objects.get(pk=page.pk).delete()
    assert statuses(client, "/weg/", "/neu/") == [410, 410]


@pytest.mark.parametrize("make", [make_section, make_plain])
def test_page_deleted_after_it_was_unpublished_stays_gone(
    front: FrontPage, client: Client, make: Callable[..., Page]
) -> None:
    page = make(slug="weg")
    rename(page, "neu")
    unpublish(page)
    type(page).objects.get(pk=page.pk).delete()
    assert statuses(client, "/weg/", "/neu/") == [410, 410]


@pytest.mark.parametrize("make", [make_section, make_plain])
def test_new_page_takes_the_address_of_one_that_is_gone(
    front: FrontPage, client: Client, make: Callable[..., Page]
) -> None:
    first = make_section(title="Weg", slug="weg")
    make_article(section=first, slug="hafen")
    SectionPage.objects.get(pk=first.pk).delete()
    second = make(slug="weg")
    assert client.get("/weg/").context["page"] == second
    assert client.get("/weg/hafen/").status_code == 410
    # Its going is its own; nothing of the first comes back.
    rename(second, "neu")
    assert client.get("/weg/").headers["Location"] == "/neu/"
    assert client.get("/neu/").status_code == 200


@pytest.mark.parametrize("make", [make_section, make_plain])
def test_no_redirect_leads_in_a_circle(front: FrontPage, client: Client, make: Callable[..., Page]) -> None:
    page = make(slug="a")
    for slug in ("b", "a", "b"):
        rename(page, slug)
    assert client.get("/a/").headers["Location"] == "/b/"
    unpublish(page)
    assert client.get("/a/", follow=True).status_code == 410
    # Back at its first address, it is found from both.
    rename(page, "a")
    assert client.get("/a/").status_code == 200
    assert client.get("/b/", follow=True).redirect_chain == [("/a/", 301)]
    # Another page takes the second address and goes again: the first page is not told for it.
    other = make(slug="b", title="Andere") if make is make_section else make(slug="b")
    assert client.get("/b/").context["page"] == other
    unpublish(other)
    assert client.get("/b/").status_code == 410


def test_section_or_plain_page_that_never_was_public_is_not_gone(front: FrontPage, client: Client) -> None:
    for page in (make_section(title="Entwurf", slug="entwurf", live=False), make_plain(live=False)):
        page.save_revision()
        assert client.get(page.url).status_code == 404
        type(page).objects.get(pk=page.pk).delete()
        assert client.get(f"/{page.slug}/").status_code == 404


def test_desk_unpublishes_and_deletes_a_section(front: FrontPage, client: Client) -> None:
    client.force_login(make_owner(), backend="django.contrib.auth.backends.ModelBackend")
    for action, slug in (("unpublish", "europa"), ("delete", "klima")):
        section = make_section(title=slug.title())
        answer = client.post(reverse(f"wagtailadmin_pages:{action}", args=[section.pk]))
        assert answer.status_code == 302
        assert Client().get(f"/{slug}/").status_code == 410


def test_section_whose_time_has_run_out_is_gone(front: FrontPage, client: Client) -> None:
    section = make_section(title="Europa")
    SectionPage.objects.filter(pk=section.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    assert publish_due.func() == 1
    assert client.get("/europa/").status_code == 410


def test_draft_never_was_anywhere(front: FrontPage, client: Client) -> None:
    make_article(section=make_section(title="Europa"), slug="hafen", is_published=False)
    assert client.get("/europa/hafen/").status_code == 404


@pytest.mark.parametrize("address", ["/nirgends/", "/en/nowhere/", "/europa/nichts/", "/autoren/niemand/"])
def test_unknown_address_helps_on_and_is_not_kept(front: FrontPage, client: Client, address: str) -> None:
    make_article(section=make_section(title="Europa"), title="Der Hafen")
    make_article(section=make_section(title="Europe", language="en"), title="The port")
    response = client.get(address)
    assert response.status_code == 404
    assert [teaser.headline for teaser in response.context["latest"]] == [
        "The port" if "/en/" in address else "Der Hafen"
    ]
    assert len(response.context["sections"]) == 1
    assert not hasattr(response, "store_keys")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_are_read_only(front: FrontPage, client: Client, method: str) -> None:
    article = make_article(section=make_section(title="Europa"))
    for address in ("/", "/europa/", article.url, "/archiv/"):
        assert getattr(client, method)(address).status_code == 405
