"""What readers may follow of a thread."""

import pytest

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
