"""An article with an open thread. Models are imported late: pytest reads this file before Django is set up."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from freiblatt.articles.models import ArticlePage, FrontPage
    from freiblatt.discussion.models import DiscussionSettings, Thread


@pytest.fixture
def article(front: "FrontPage") -> "ArticlePage":
    """A published German article by Rosa Winter."""
    from tests.factories import make_article, make_author, make_section

    return make_article(
        section=make_section(title="Europa"),
        title="Ein Hafen wird verkauft",
        authors=[make_author(name="Rosa Winter")],
    )


@pytest.fixture
def thread(article: "ArticlePage") -> "Thread":
    """The open thread below it."""
    from freiblatt.discussion.actions import open_thread

    return open_thread(article=article)


@pytest.fixture
def desk(client: "Client", db: None) -> "Client":
    """The browser of a moderator who reads German."""
    from freiblatt.newsroom import roles
    from freiblatt.newsroom.roles import Role
    from tests.discussion.at_the_desk import signed_in

    roles.sync()
    return signed_in(client, Role.MODERATOR)


@pytest.fixture
def open_desk(db: None) -> "DiscussionSettings":
    """A desk that lets comments appear at once, unless a rule holds them."""
    from freiblatt.discussion.models import DiscussionSettings, FirstComment

    settings = DiscussionSettings.load()
    settings.held = FirstComment.NOBODY
    settings.save()
    return settings


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait for as long as people need to type."""
    monkeypatch.setattr("freiblatt.discussion.rules.LEAST_SECONDS", 0)


@pytest.fixture
def told_at_once(unhurried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no writer wait for the minutes in which the desk may change its mind."""
    monkeypatch.setattr("freiblatt.discussion.actions.writers.WAIT_SECONDS", -1)
