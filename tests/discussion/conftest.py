"""An article with an open thread. Models are imported late: pytest reads this file before Django is set up."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage, FrontPage
    from freiblatt.discussion.models import Thread


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
