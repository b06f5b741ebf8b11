"""What readers may follow of a thread."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from freiblatt.config import current
from freiblatt.discussion.actions import add_comment
from freiblatt.discussion.models import Thread
from freiblatt.pagestore.live.channels import Subject, subjects

pytestmark = pytest.mark.django_db


def test_thread_is_followed_by_the_key_of_its_pages(thread: Thread, django_assert_num_queries) -> None:
    for _ in range(2):
        add_comment(thread=thread, text="Gut.", guest_name="Leserin")
    pk = thread.article_id
    with django_assert_num_queries(2):
        found = subjects([thread.key, "thread:999999", "thread:x", f"thread:0{pk}", "thread:" + "9" * 40])
    assert found == {thread.key: Subject([f"article:{pk}", thread.key], {"comments": 2})}


def test_thread_of_an_article_that_not_everybody_may_read_is_not_found(thread: Thread) -> None:
    article = thread.article
    article.unpublish()
    assert subjects([thread.key]) == {}


@pytest.mark.parametrize(
    ("address", "slice_at"), [("", "diskussion/"), ("diskussion/", ""), ("diskussion/neueste/", "")]
)
def test_page_says_what_to_follow(client: Client, thread: Thread, address: str, slice_at: str) -> None:
    add_comment(thread=thread, text="Gut.", guest_name="Leserin")
    url = thread.article.get_url()
    html = client.get(url + address).content.decode()
    assert html.count(f'data-live="/-/live/{thread.key}"') == 1
    assert f'data-slice="{url + slice_at if slice_at else ""}" data-newest="{url}diskussion/neueste/"' in html
    assert 'data-new-one="1 neuer Kommentar" data-new-many="% neue Kommentare"' in html
    assert 'data-count-one="1 Kommentar" data-count-many="% Kommentare"' in html


def test_page_says_nothing_where_nobody_may_follow(client: Client, thread: Thread, monkeypatch: Any) -> None:
    monkeypatch.setenv("FREIBLATT_LIVE_STREAMS", "0")
    current.cache_clear()
    assert b"data-live" not in client.get(thread.article.get_url()).content


@pytest.fixture(autouse=True)
def publication() -> Iterator[None]:
    yield
    current.cache_clear()
