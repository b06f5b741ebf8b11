"""Drafts that save themselves: what somebody is in the middle of adding is no fault."""

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from freiblatt.articles.actions import write_article
from freiblatt.articles.models import ArticlePage, FrontPage
from freiblatt.newsroom.roles import Role, sync
from tests.cast import make_member
from tests.factories import make_author, make_section

pytestmark = pytest.mark.usefixtures("plain_static")

ROW = {"id": "", "author": "", "role": "text", "ORDER": "1", "DELETE": ""}
BLOCK = {"id": "", "type": "text", "value": "null", "order": "0", "deleted": ""}


@pytest.fixture
def desk(front: FrontPage) -> Client:
    sync()
    desk = Client()
    desk.force_login(make_member(Role.EDITOR), backend="django.contrib.auth.backends.ModelBackend")
    return desk


@pytest.fixture
def article(desk: Client) -> ArticlePage:
    return write_article(section=make_section(), title="Ein Hafen wird verkauft", bylines=[(make_author(), "text")])


def fields_of(desk: Client, address: str) -> dict[str, Any]:
    """Return what the browser holds of the editor's form; what scripts build is not in it."""
    form = BeautifulSoup(desk.get(address).content, "html.parser").select_one("[data-edit-form]")
    fields = {one["name"]: one.get("value", "") for one in form.select("input[name]") if one.get("type") != "checkbox"}
    texts = {one["name"]: one.get_text().removeprefix("\n") for one in form.select("textarea[name]")}
    chosen = {one["name"]: one.select_one("[selected]")["value"] for one in form.select("select:has([selected])")}
    return {**fields, **texts, **chosen, "body-count": "0"}


def save(desk: Client, article: ArticlePage, **changes: str) -> dict[str, Any]:
    """Return what the desk answers to a form that saves itself."""
    address = f"/admin/pages/{article.pk}/edit/"
    fields = {**fields_of(desk, address), **changes}
    return json.loads(desk.post(address, fields, headers={"Accept": "application/json"}).content)


def draft_of(article: ArticlePage) -> ArticlePage:
    return ArticlePage.objects.get(pk=article.pk).get_latest_revision_as_object()


def test_row_of_the_byline_that_names_nobody_yet_keeps_nothing_from_being_saved(
    desk: Client, article: ArticlePage
) -> None:
    row = {f"bylines-1-{name}": value for name, value in ROW.items()}
    answer = save(desk, article, kicker="Wirtschaft", **{"bylines-TOTAL_FORMS": "2", **row})
    assert answer["success"], answer
    draft = draft_of(article)
    assert draft.kicker == "Wirtschaft"
    assert [byline.author.name for byline in draft.bylines.all()] == ["Rosa Winter"]


def test_text_that_is_still_empty_keeps_nothing_from_being_saved(desk: Client, article: ArticlePage) -> None:
    block = {f"body-0-{name}": value for name, value in BLOCK.items()}
    answer = save(desk, article, kicker="Wirtschaft", **{"body-count": "1", **block})
    assert answer["success"], answer
    assert draft_of(article).kicker == "Wirtschaft"


def test_picture_without_description_keeps_nothing_from_being_saved(desk: Client, article: ArticlePage) -> None:
    from tests.pictures import make_picture

    answer = save(desk, article, kicker="Wirtschaft", lead_picture=str(make_picture(description="").pk))
    assert answer["success"], answer


def test_address_that_was_emptied_stays_what_it_was(desk: Client, article: ArticlePage) -> None:
    assert save(desk, article, slug="", kicker="Wirtschaft")["success"]
    assert (draft_of(article).kicker, draft_of(article).slug) == ("Wirtschaft", "ein-hafen-wird-verkauft")
