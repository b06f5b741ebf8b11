"""What a reader's page consists of, whoever looks at it."""

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, connection
from django.template import engines
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from freiblatt.articles.models import ArticlePage, FrontPage, PlainPage
from freiblatt.theme import errors
from freiblatt.theme.templatetags.theme import edition_date, minutes, moment, open_row, read_in
from tests.factories import make_article, make_author, make_section, make_topic

MORNING = datetime(2025, 8, 13, 7, 40, tzinfo=UTC)


@pytest.fixture
def article(front: FrontPage) -> ArticlePage:
    """An article with everything that stands around a body."""
    article = make_article(
        section=make_section(title="Europa"),
        title="Ein Hafen wird verkauft",
        kicker="Wiekhaven",
        standfirst="Für einen Euro, an eine Firma, die elf Tage alt ist.",
        authors=[make_author(name="Rosa Winter"), make_author(name="Karl Mohr")],
        topics=[make_topic(name="Handel")],
        published_on=MORNING,
    )
    imprint = PlainPage(title="Impressum", slug="impressum", text="<p>Wer hier schreibt.</p>", show_in_menus=True)
    front.add_child(instance=imprint)
    return article


ADDRESSES = [
    "/",
    "/europa/",
    "/europa/ein-hafen-wird-verkauft/",
    "/autoren/rosa-winter/",
    "/themen/handel/",
    "/archiv/",
    "/archiv/2025/08/",
    "/impressum/",
    "/gibt-es-nicht/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_statement_walks_through_all_pages(article: ArticlePage, client: Client, address: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("reads SQLite's plans")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(address)
    statements = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    assert statements
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            plan = [row[-1] for row in cursor.fetchall()]
            walked = [step for step in plan if re.match(r"SCAN (wagtailcore_page|articles_articlepage)\b", step)]
            assert walked == [], statement


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_has_the_parts_that_a_reader_can_rely_on(article: ArticlePage, client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    assert html.startswith('<!doctype html>\n<html lang="de">') or '<html lang="de">' in html[:200]
    assert html.count("<h1") == 1
    assert html.count("<main ") == 1
    assert html.index('href="#main"') < html.index("<header") < html.index('<main id="main"') < html.index("<footer")
    assert 'href="/impressum/"' in html[html.index('<footer class="foot"') :]
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_carries_no_style_and_no_code_of_its_own(article: ArticlePage, client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", html)
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
    assert all(
        "application/ld+json" in attributes or ("src=" in attributes and not code) for attributes, code in scripts
    )
    assert not re.search(r'(?:src|srcset)="(?:https?:)?//', html)


@pytest.mark.parametrize(("count", "wide"), [(0, 0), (1, 1), (2, 2), (3, 0), (4, 1), (5, 2), (6, 0), (7, 1)])
def test_only_a_row_that_would_stay_open_is_wider(count: int, wide: int) -> None:
    assert open_row(["teaser"] * count) == wide


def test_article_prints_who_made_it_when_and_where_it_belongs(article: ArticlePage, client: Client) -> None:
    html = client.get(article.url).content.decode()
    assert '<a href="/autoren/rosa-winter/" rel="author">Rosa Winter</a>' in html
    assert '<time datetime="2025-08-13T09:40+02:00">13. August 2025, 9.40 Uhr</time>' in html
    assert '<p class="kicker facts"><a href="/europa/">Europa</a><span>Wiekhaven</span></p>' in html
    assert '<a href="/themen/handel/">Handel</a>' in html


def test_paper_says_where_the_article_stands(article: ArticlePage, client: Client) -> None:
    expected = '<p class="print-only">http://testserver/europa/ein-hafen-wird-verkauft/</p>'
    assert expected in client.get(article.url).content.decode()


def test_time_of_day_that_nobody_knows_is_not_printed(article: ArticlePage, client: Client) -> None:
    article.published_time_is_known = False
    article.save()
    assert '<time datetime="2025-08-13">13. August 2025</time>' in client.get(article.url).content.decode()


def test_page_that_is_not_there_leads_on(article: ArticlePage, client: Client) -> None:
    response = client.get("/gibt-es-nicht/")
    html = response.content.decode()
    assert response.status_code == 404
    assert f'href="{article.url}"' in html
    assert 'href="/europa/"' in html
    assert 'href="/archiv/"' in html


def test_error_page_asks_no_database(django_assert_num_queries: Callable[[int], Any], db: None) -> None:
    with django_assert_num_queries(0):
        response = errors.broken(RequestFactory().get("/"))
    assert response.status_code == 500
    assert response.headers["Cache-Control"] == "no-store"
    assert b"theme.css" in response.content


@pytest.mark.parametrize("failure", [OperationalError("the server closed the connection"), InterfaceError("closed")])
def test_lost_database_is_said_to_pass(article: ArticlePage, failure: Exception) -> None:
    def lose(*_call: Any) -> Any:
        raise failure

    client = Client()
    client.raise_request_exception = False
    with connection.execute_wrapper(lose):
        response = client.get(article.url)
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "15", "no-store")
    assert "theme.css" in response.content.decode()
    assert client.get(article.url).status_code == 200


def test_error_page_has_words_left_without_any_template() -> None:
    with override_settings(TEMPLATES=[]):
        response = errors.broken(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"Something went wrong on our side." in response.content


@pytest.fixture
def own_templates() -> Iterator[Path]:
    """The folder of a publication's own templates."""
    folder = Path(settings.TEMPLATES[0]["DIRS"][0])
    loader = engines["django"].engine.template_loaders[0]
    (folder / "theme").mkdir(parents=True)
    loader.reset()
    yield folder
    for path in (folder / "theme").iterdir():
        path.unlink()
    (folder / "theme").rmdir()
    loader.reset()


def test_error_page_is_what_a_reader_gets_of_a_fault(article: ArticlePage, client: Client, own_templates: Path) -> None:
    (own_templates / "theme/article.html").write_text(
        "{% include nothing %}{{ page.title|date:page }} {% url 'lost' %}"
    )
    client.raise_request_exception = False
    response = client.get(article.url)
    assert response.status_code == 500
    assert b"Reverse for" not in response.content
    assert b"theme.css" in response.content


def test_publication_replaces_a_template(article: ArticlePage, client: Client, own_templates: Path) -> None:
    (own_templates / "theme/footer.html").write_text("<footer>Gedruckt in {{ publication.name }}</footer>")
    html = client.get(article.url).content.decode()
    assert "<footer>Gedruckt in Testblatt</footer>" in html
    assert 'class="foot"' not in html


def test_logo_takes_the_place_of_the_name(article: ArticlePage, client: Client) -> None:
    from freiblatt.newsroom.models import PublicationSettings

    chosen = PublicationSettings.load()
    chosen.logo.save("logo.svg", ContentFile(b'<svg xmlns="http://www.w3.org/2000/svg"/>'))
    html = client.get(article.url).content.decode()
    assert f'<img src="{chosen.logo.url}" alt="Testblatt" height="32">' in html
    chosen.logo.delete()


@pytest.mark.parametrize(
    ("language", "style", "expected"),
    [
        ("de", "full", "13. August 2025, 9.40 Uhr"),
        ("de", "date", "13. August 2025"),
        ("de", "day", "Mittwoch, 13. August 2025"),
        ("de", "short", "13. August"),
        ("de", "clock", "9.40 Uhr"),
        ("en", "full", "13 August 2025, 09:40"),
        ("en", "date", "13 August 2025"),
        ("en", "day", "Wednesday, 13 August 2025"),
        ("en", "short", "13 August"),
        ("en", "clock", "09:40"),
    ],
)
def test_dates_are_written_as_newspapers_of_the_language_do(language: str, style: str, expected: str) -> None:
    with translation.override(language):
        assert moment(MORNING, style) == f'<time datetime="2025-08-13T09:40+02:00">{expected}</time>'


def test_moment_of_nothing_is_nothing() -> None:
    assert moment(None) == ""
    assert minutes(0) == ""
    assert edition_date(None, [], None) is None


def test_date_without_time_claims_none() -> None:
    with translation.override("de"):
        assert moment(MORNING, "clock", is_time_known=False) == '<time datetime="2025-08-13">13. August</time>'


def test_relative_time_is_marked_for_the_module_and_printed_exactly() -> None:
    with translation.override("de"):
        assert moment(MORNING, "short", is_relative=True) == (
            '<time datetime="2025-08-13T09:40+02:00" data-relative>13. August</time>'
        )


def test_reading_time_has_its_plural() -> None:
    with translation.override("en"):
        assert [minutes(1), minutes(2)] == ["1 minute", "2 minutes"]


def test_translation_is_offered_in_its_own_language() -> None:
    with translation.override("de"):
        assert read_in("en", "English") == "Read this in English"
