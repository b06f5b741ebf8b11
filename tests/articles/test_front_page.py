"""The front page: the desk's choice over the latest, nothing twice, nothing that is not public."""

from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from freiblatt.articles.actions import unpublish_article
from freiblatt.articles.models import ArticlePage, FrontPage, FrontSlot
from tests.factories import make_article, make_section

NOON = datetime(2025, 8, 13, 12, tzinfo=timezone.get_default_timezone())


def choose(front: FrontPage, *slots: tuple[ArticlePage, str]) -> None:
    for place, (article, size) in enumerate(slots):
        FrontSlot.objects.create(front_page=front, article=article, size=size, sort_order=place)


def shown(client: Client, address: str = "/") -> dict[str, object]:
    context = client.get(address).context
    return {
        "lead": context["lead"] and context["lead"].headline,
        "seconds": [teaser.headline for teaser in context["seconds"]],
        "briefs": [teaser.headline for teaser in context["briefs"]],
        "latest": [teaser.headline for teaser in context["latest"]],
        "sections": [(box.section.title, [t.headline for t in box.teasers]) for box in context["sections"]],
    }


def make_articles(count: int, section: object) -> list[ArticlePage]:
    return [
        make_article(section=section, title=f"A{number}", published_on=NOON + timedelta(hours=number))
        for number in range(count)
    ]


def test_empty_front_page_opens(front: FrontPage, client: Client) -> None:
    assert shown(client) == {"lead": None, "seconds": [], "briefs": [], "latest": [], "sections": []}


def test_newest_fill_the_page_where_nobody_chose(front: FrontPage, client: Client) -> None:
    make_articles(5, make_section(title="Europa"))
    assert shown(client) == {
        "lead": "A4",
        "seconds": ["A3", "A2"],
        "briefs": [],
        "latest": ["A1", "A0"],
        "sections": [],
    }


def test_choice_of_the_desk_comes_first_and_nothing_stands_twice(front: FrontPage, client: Client) -> None:
    europe, climate = make_section(title="Europa"), make_section(title="Klima")
    articles = make_articles(4, europe)
    old = make_article(section=climate, title="Alt", published_on=NOON - timedelta(days=900))
    choose(front, (old, "lead"), (articles[3], "brief"), (articles[0], "second"))
    assert shown(client) == {
        "lead": "Alt",
        "seconds": ["A0", "A2"],
        "briefs": ["A3"],
        "latest": ["A1"],
        "sections": [],
    }


def test_sections_show_what_stands_nowhere_else(front: FrontPage, client: Client) -> None:
    make_articles(20, make_section(title="Europa"))
    climate = make_section(title="Klima")
    for number in range(5):
        make_article(section=climate, title=f"K{number}", published_on=NOON - timedelta(days=30 - number))
    assert shown(client)["sections"] == [("Europa", ["A10", "A9", "A8"]), ("Klima", ["K4", "K3", "K2"])]


def test_slot_of_an_unpublished_article_vanishes(front: FrontPage, client: Client) -> None:
    first, second = make_articles(2, make_section(title="Europa"))
    choose(front, (first, "lead"))
    assert shown(client)["lead"] == "A0"
    unpublish_article(article=first)
    assert shown(client) == {"lead": "A1", "seconds": [], "briefs": [], "latest": [], "sections": []}
    assert second.live


def test_slot_whose_time_has_run_out_vanishes_before_any_job_ran(front: FrontPage, client: Client) -> None:
    first, _second = make_articles(2, make_section(title="Europa"))
    choose(front, (first, "lead"))
    ArticlePage.objects.filter(pk=first.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    assert shown(client)["lead"] == "A1"


def test_page_is_kept_until_the_first_article_runs_out(front: FrontPage, client: Client) -> None:
    ends = timezone.now() + timedelta(hours=1)
    article = make_article(section=make_section(title="Europa"), expire_at=ends)
    response = client.get("/")
    assert response.store_until == ends
    assert response.store_keys == ["front:de", "latest:de", "site"]
    assert client.get(article.url).store_until == ends


def test_other_language_has_its_own_front_page(front: FrontPage, client: Client) -> None:
    make_articles(1, make_section(title="Europa"))
    make_article(section=make_section(title="Europe", language="en"), title="A port is sold")
    assert shown(client, "/en/")["lead"] == "A port is sold"
    assert shown(client)["lead"] == "A0"


def test_article_in_two_slots_stands_once(front: FrontPage, client: Client) -> None:
    (article,) = make_articles(1, make_section(title="Europa"))
    choose(front, (article, "second"), (article, "brief"), (article, "lead"))
    assert shown(client) == {"lead": "A0", "seconds": [], "briefs": [], "latest": [], "sections": []}
