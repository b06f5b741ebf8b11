"""The newsroom answers from the admin, and nobody else does."""

import pytest
from django.test import Client

from freiblatt.articles.models import Author
from freiblatt.discussion.actions import add_comment, remove_comment
from freiblatt.discussion.models import Comment, HouseRule, Thread
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.discussion.letters_story import nonce_of

ARTICLE = "/europa/ein-hafen-wird-verkauft/"


@pytest.fixture
def comment(thread: Thread) -> Comment:
    """Helga's question."""
    return add_comment(thread=thread, text="Wer haftet?", guest_name="Helga")


def signed_in(*roles: Role, **fields: str) -> Client:
    client = Client()
    member = make_member(*roles, **fields)
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_moderator_finds_the_desk_on_the_form_and_answers_once(comment: Comment) -> None:
    form = f"{ARTICLE}diskussion/{comment.pk}/antworten/"
    desk = f"/admin/discussion/answer/{comment.pk}/"
    assert desk not in Client().get(form).content.decode()
    moderator = signed_in(Role.MODERATOR, first_name="Mia", last_name="Moder")
    assert desk in moderator.get(form).content.decode()
    # What is stored is the same for all.
    assert "/admin/" not in moderator.get(f"{ARTICLE}diskussion/{comment.pk}/").content.decode()

    typed = {"text": "Wir prüfen das.", "nonce": nonce_of(moderator, desk)}
    first = moderator.post(desk, typed)
    assert first.status_code == 302
    assert moderator.post(desk, typed)["Location"] == first["Location"]
    answer = Comment.objects.get(parent=comment)
    assert (answer.is_by_staff, answer.guest_name, answer.staff_member.first_name) == (True, "Mia Moder", "Mia")
    shown = Client().get(first["Location"]).content.decode()
    assert 'class="badge">Redaktion</span>' in shown


def test_text_comes_back_with_what_is_wrong(comment: Comment) -> None:
    moderator = signed_in(Role.MODERATOR)
    desk = f"/admin/discussion/answer/{comment.pk}/"
    too_long = "Sehr lang. " * 500
    answer = moderator.post(desk, {"text": too_long, "nonce": nonce_of(moderator, desk)})
    assert (answer.status_code, "Sehr lang." in answer.content.decode()) == (422, True)
    answer = moderator.post(desk, {"text": "Kurz.", "nonce": "erfunden"})
    assert (answer.status_code, "Kurz." in answer.content.decode()) == (422, True)
    assert Comment.objects.count() == 1


def test_author_answers_below_own_articles_alone(thread: Thread, comment: Comment) -> None:
    rosa = signed_in(Role.AUTHOR)
    desk = f"/admin/discussion/answer/{comment.pk}/"
    assert rosa.get(desk).status_code == 302
    Author.objects.filter(name="Rosa Winter").update(staff_member=rosa.session["_auth_user_id"])
    assert rosa.get(desk).status_code == 200
    ask = f"/admin/discussion/ask/{thread.article_id}/"
    typed = {"text": "Was haben Sie erlebt?", "nonce": nonce_of(rosa, ask), "is_question": "on"}
    assert rosa.post(ask, typed).status_code == 302
    thread.refresh_from_db()
    assert (thread.pinned.author.name, thread.pinned.parent) == ("Rosa Winter", None)


def test_what_is_gone_cannot_be_answered(comment: Comment) -> None:
    moderator = signed_in(Role.MODERATOR)
    remove_comment(comment=comment, by=None, rule=HouseRule.objects.first())
    assert moderator.get(f"/admin/discussion/answer/{comment.pk}/").status_code == 404
    assert moderator.get("/admin/discussion/answer/999999/").status_code == 404
