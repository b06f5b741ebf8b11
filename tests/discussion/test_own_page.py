"""A writer's own page opens by its token alone, whatever becomes of the article."""

import pytest
from django.test import Client

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions import add_comment, refuse_comment
from freiblatt.discussion.models import Comment, CommentState, Objection, Thread
from freiblatt.discussion.tokens import own_key
from freiblatt.lib import limits
from tests.factories import house_rule

pytestmark = pytest.mark.django_db

ARTICLE = "/europa/ein-hafen-wird-verkauft"
TOKEN = "w" * 32
OWN = f"/diskussion/eigener/{TOKEN}/"
WORDS = "Wer haftet dafür?"


@pytest.fixture(autouse=True)
def no_counts() -> None:
    limits.start_over()


@pytest.fixture
def comment(thread: Thread) -> Comment:
    found = add_comment(thread=thread, guest_name="Helga", text=WORDS, state=CommentState.WAITING)
    Comment.objects.filter(pk=found.pk).update(own_key=own_key(TOKEN))
    return found


def rename(article: ArticlePage) -> None:
    article.slug = "ein-hafen-ist-verkauft"
    article.save_revision().publish()


def test_address_below_the_article_leads_to_it(comment: Comment, client: Client) -> None:
    answer = client.get(f"{ARTICLE}/diskussion/eigener/{TOKEN}/")
    assert (answer.status_code, answer["Location"]) == (302, OWN)
    assert answer["Cache-Control"] == "no-store"
    html = client.get(OWN).content.decode()
    assert WORDS in html
    assert f'href="{ARTICLE}/"' in html
    assert client.get(f"/en/discussion/own/{TOKEN}/")["Location"] == OWN
    assert client.get(f"/diskussion/eigener/{'x' * 32}/").status_code == 404


@pytest.mark.parametrize("change", [rename, ArticlePage.unpublish])
def test_it_outlasts_the_articles_address(comment: Comment, article: ArticlePage, client: Client, change) -> None:
    change(article)
    html = client.get(OWN).content.decode()
    assert WORDS in html
    assert f'href="{ARTICLE}/"' not in html
    refuse_comment(comment=comment, by=None, rule=house_rule())
    assert client.post(f"{OWN}einspruch/", {"text": "Das war eine Frage."})["Location"] == OWN
    assert Objection.objects.get().text == "Das war eine Frage."
    assert client.post(f"{OWN}zurueckziehen/").status_code == 200
    comment.refresh_from_db()
    assert comment.state == CommentState.WITHDRAWN
    assert client.get(OWN).status_code == 404
