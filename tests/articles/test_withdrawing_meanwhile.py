"""What happens at the moment of a withdrawal, and what a disk may refuse."""

import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from freiblatt.articles.actions import publish_article, publish_due, withdraw_article, write_article
from freiblatt.articles.models import ArticlePage, FrontPage, Withdrawal
from freiblatt.config import current
from freiblatt.newsroom.models import StaffMember
from freiblatt.pagestore.disk import LOCK_NAME, root_of
from tests.cast import make_owner
from tests.factories import make_author, make_section

REASON = "Die Quelle hat uns getäuscht."


@pytest.fixture
def owner(front: FrontPage) -> StaffMember:
    return make_owner()


@pytest.fixture
def article(front: FrontPage) -> ArticlePage:
    draft = write_article(
        section=make_section(title="Europa"),
        title="Ein Hafen wird verkauft",
        bylines=[(make_author(), "text")],
        body=[("text", "<p>Wort</p>")],
    )
    return publish_article(article=draft)


@pytest.mark.django_db(transaction=True)
def test_scheduled_version_that_comes_due_at_the_same_moment_waits(article: ArticlePage, owner: StaffMember) -> None:
    """Both need article and versions; who took them in another order would stop the other one with an error."""
    article.go_live_at = timezone.now() + timedelta(hours=1)
    revision = article.save_revision()
    revision.publish()
    revision.refresh_from_db()
    revision.content["go_live_at"] = None
    revision.approved_go_live_at = timezone.now()
    revision.save()
    failed: list[BaseException] = []

    def come_due() -> None:
        try:
            publish_due.func()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=come_due)

    def in_the_middle(**kwargs: Any) -> None:
        other.start()
        other.join(timeout=2)

    post_save.connect(in_the_middle, sender=Withdrawal)
    try:
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=False)
    finally:
        post_save.disconnect(in_the_middle, sender=Withdrawal)
        other.join()

    assert failed == []
    assert not ArticlePage.objects.get(pk=article.pk).live


@pytest.fixture
def deaf_store() -> Iterator[None]:
    """A store that cannot remove finished pages: a directory lies in the place of its lock."""
    lock, tree = current().var / LOCK_NAME, root_of(current()) / "reader-of-a-test"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    tree.mkdir(parents=True)
    yield
    shutil.rmtree(tree)
    lock.rmdir()


@pytest.mark.django_db(transaction=True)
def test_desk_says_where_finished_pages_could_not_be_taken_away(
    article: ArticlePage, owner: StaffMember, client: Client, plain_static: None, request: pytest.FixtureRequest
) -> None:
    UserProfile.objects.create(user=owner, preferred_language="en")
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("articles_withdraw", args=[article.pk])
    words = {"reason": REASON, "keep_notice": "nothing", "notice": "", "seen": 0}
    answer = client.post(address, words, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]
    request.getfixturevalue("deaf_store")

    answer = client.post(address, {**words, "seen": Withdrawal.objects.in_force().get().pk}, follow=True)

    (done, warning) = answer.context["messages"]
    assert (done.level_tag, warning.level_tag) == ("success", "warning")
    assert "Readers may still find finished pages" in str(warning)
