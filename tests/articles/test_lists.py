"""Lists of articles: which stand where, in which order, page by page, at a fixed price."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from freiblatt.articles import lists
from freiblatt.articles.models import ArticlePage, FrontPage, Listing
from tests.factories import make_article, make_author, make_section, make_topic

NOON = datetime(2025, 8, 13, 12, tzinfo=timezone.get_default_timezone())


def make_articles(count: int, **fields: object) -> list[ArticlePage]:
    """Return articles of consecutive hours from noon, oldest first."""
    return [
        make_article(title=f"Artikel {number}", published_on=NOON + timedelta(hours=number), **fields)
        for number in range(count)
    ]


def headlines(teasers: list) -> list[str]:
    return [teaser.headline for teaser in teasers]


def test_section_lists_its_articles_newest_first(front: FrontPage, client: Client) -> None:
    section = make_section(title="Europa")
    make_articles(3, section=section)
    make_article(section=make_section(title="Klima"), title="Anderswo")
    make_article(section=section, title="Entwurf", is_published=False)
    response = client.get("/europa/")
    assert headlines(response.context["teasers"]) == ["Artikel 2", "Artikel 1", "Artikel 0"]
    assert response.store_keys == [f"section:{section.pk}", "site"]


def test_list_is_paged_by_key_forth_and_back(front: FrontPage, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists.list_page, "__kwdefaults__", {"before": "", "length": 2})
    make_articles(4, section=make_section(title="Europa"))
    first = client.get("/europa/").context
    assert headlines(first["teasers"]) == ["Artikel 3", "Artikel 2"]
    assert first["newer_url"] == ""
    second = client.get(first["older_url"])
    assert headlines(second.context["teasers"]) == ["Artikel 1", "Artikel 0"]
    assert second.context["older_url"] == ""
    assert second.context["newer_url"] == "/europa/"
    assert second.context["canonical_url"] == first["older_url"]


def test_articles_of_one_moment_are_neither_lost_nor_doubled(
    front: FrontPage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists.list_page, "__kwdefaults__", {"before": "", "length": 2})
    section = make_section(title="Europa")
    for number in range(7):
        make_article(section=section, title=f"Artikel {number}", published_on=NOON)
    seen, url, urls = [], "/europa/", []
    while url:
        urls.append(url)
        context = client.get(url).context
        seen += headlines(context["teasers"])
        url = context["older_url"]
    assert seen == [f"Artikel {number}" for number in reversed(range(7))]
    back = []
    url = urls[-1]
    while url:
        back.append(url)
        url = client.get(url).context["newer_url"]
    assert back == urls[::-1]


@pytest.mark.parametrize(
    "before", ["x", "1", "1-", "-", "1-1-1", "9" * 40 + "-1", "-99999999999999999-1", "١-١", "1-1%00"]
)
def test_place_that_no_link_of_ours_names_is_not_found(front: FrontPage, client: Client, before: str) -> None:
    make_articles(1, section=make_section(title="Europa"))
    assert client.get(f"/europa/?before={before}").status_code == 404


def test_place_of_no_article_is_answered_but_not_kept(front: FrontPage, client: Client) -> None:
    make_articles(1, section=make_section(title="Europa"))
    response = client.get("/europa/?before=1-1")
    assert response.status_code == 200
    assert not hasattr(response, "store_keys")


def test_author_lists_what_the_author_wrote_in_this_language(front: FrontPage, client: Client) -> None:
    rosa = make_author(name="Rosa Winter")
    make_articles(2, section=make_section(title="Europa"), authors=[rosa])
    make_article(section=make_section(title="Europe", language="en"), title="A port is sold", authors=[rosa])
    response = client.get("/autoren/rosa-winter/")
    assert headlines(response.context["teasers"]) == ["Artikel 1", "Artikel 0"]
    assert response.store_keys == [f"author:{rosa.pk}", "site"]
    assert headlines(client.get("/en/authors/rosa-winter/").context["teasers"]) == ["A port is sold"]


def test_topic_lists_its_articles_of_all_sections(front: FrontPage, client: Client) -> None:
    trade = make_topic(name="Handel")
    make_articles(1, section=make_section(title="Europa"), topics=[trade])
    make_article(section=make_section(title="Klima"), title="Anderswo", topics=[trade])
    response = client.get("/themen/handel/")
    assert headlines(response.context["teasers"]) == ["Anderswo", "Artikel 0"]
    assert response.store_keys == ["site", f"topic:{trade.pk}"]
    assert client.get("/en/topics/handel/").status_code == 404


def test_archive_counts_months_and_lists_one(front: FrontPage, client: Client) -> None:
    section = make_section(title="Europa")
    make_articles(2, section=section)
    make_article(section=section, title="Nachtschicht", published_on=datetime.fromisoformat("2025-06-30T22:30:00Z"))
    years = client.get("/archiv/").context["years"]
    assert [(year.year, [(m.first_day.month, m.count, m.url) for m in year.months]) for year in years] == [
        (2025, [(8, 2, "/archiv/2025/08/"), (7, 1, "/archiv/2025/07/")])
    ]
    month = client.get("/archiv/2025/08/").context
    assert headlines(month["teasers"]) == ["Artikel 1", "Artikel 0"]
    assert (month["previous_month_url"], month["next_month_url"]) == ("/archiv/2025/07/", "")


@pytest.mark.parametrize("address", ["/archiv/2025/13/", "/archiv/2025/09/", "/archiv/2025/00/", "/archiv/0001/01/"])
def test_month_without_articles_is_not_found(front: FrontPage, client: Client, address: str) -> None:
    make_articles(1, section=make_section(title="Europa"))
    assert client.get(address).status_code == 404


def _open(client: Client, address: str) -> Callable[[], int]:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    return count


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 24),
        ("/europa/", 21),
        ("/autoren/rosa-winter/", 17),
        ("/themen/handel/", 16),
        ("/archiv/2025/08/", 17),
        ("/europa/artikel-0/", 36),
    ],
)
def test_page_costs_the_same_with_one_and_three_articles(
    front: FrontPage, client: Client, address: str, queries: int
) -> None:
    section, rosa, trade = make_section(title="Europa"), make_author(), make_topic()
    make_article(section=section, title="Artikel 0", published_on=NOON, authors=[rosa], topics=[trade])
    make_article(
        section=section, title="Nachbar", published_on=NOON - timedelta(days=60), authors=[rosa], topics=[trade]
    )
    count = _open(client, address)
    count()
    with_one = count()
    for number in (1, 2):
        make_article(
            section=section,
            title=f"Artikel {number}",
            published_on=NOON + timedelta(hours=number),
            authors=[rosa, make_author(name=f"Autor {number}")],
            topics=[trade, make_topic(name=f"Thema {number}")],
        )
    assert (with_one, count()) == (queries, queries)


def test_list_is_answered_by_the_index_alone(front: FrontPage) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("reads SQLite's plan")
    rows = Listing.objects.filter(name="latest/de", listed_on__lte=NOON).order_by("-listed_on", "-article_id")
    plan = rows.values_list("article_id", "listed_on")[:21].explain()
    assert "COVERING INDEX listing_order" in plan
    assert "TEMP B-TREE" not in plan
