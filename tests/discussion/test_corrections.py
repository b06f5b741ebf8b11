"""Readers correct something; the newsroom answers, and everybody sees how."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions import (
    DiscussionError,
    accept_correction,
    add_comment,
    ask_at_passage,
    decline_correction,
    open_thread,
    reopen_correction,
    withdraw_comment,
)
from freiblatt.discussion.models import Anchor, Comment, CommentKind, CommentState, CorrectionAnswer, Thread, Verdict
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.discussion.signals import correction_accepted, correction_declined
from freiblatt.newsroom import roles
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.discussion.test_anchors import ARTICLE, FIRST, PAID, article, page, rosa  # noqa: F401 (fixtures)
from tests.factories import make_article

pytestmark = pytest.mark.django_db

DESK = "/admin/discussion/corrections/"


@pytest.fixture
def correction(thread: Thread) -> Comment:
    comment = add_comment(thread=thread, guest_name="Helga", text="Es waren 14 Millionen.")
    Comment.objects.filter(pk=comment.pk).update(kind=CommentKind.CORRECTION)
    comment.refresh_from_db()
    return comment


@pytest.fixture
def editor(db: None, plain_static: None) -> StaffMember:
    roles.sync()
    return make_member(Role.EDITOR)


@pytest.fixture
def heard() -> Any:
    news: list[tuple[str, Any]] = []

    def hear(signal: Any, comment: Comment, by: Any, reason: str, **kwargs: Any) -> None:
        news.append(("accepted" if signal is correction_accepted else "declined", (comment.pk, reason)))

    for signal in (correction_accepted, correction_declined):
        signal.connect(hear)
    yield news
    for signal in (correction_accepted, correction_declined):
        signal.disconnect(hear)


def test_accepted_correction_is_seen_by_all_and_heard_by_other_rooms(
    correction: Comment, editor: StaffMember, client: Client, heard: list
) -> None:
    assert "Von der Redaktion angenommen" not in page(client)
    accept_correction(comment=correction, by=editor, reason="Wir haben die Zahl berichtigt.")
    assert "Von der Redaktion angenommen: Wir haben die Zahl berichtigt." in page(client)
    assert heard == [("accepted", (correction.pk, "Wir haben die Zahl berichtigt."))]
    # The same click twice.
    accept_correction(comment=correction, by=editor, reason="Wir haben die Zahl berichtigt.")
    assert len(heard) == 1
    reopen_correction(comment=correction)
    assert "Von der Redaktion angenommen" not in page(client)


def test_correction_is_declined_with_a_reason_only(
    correction: Comment, editor: StaffMember, client: Client, heard: list
) -> None:
    for reason in ("", "  \n ", "x" * 501):
        with pytest.raises(DiscussionError):
            decline_correction(comment=correction, by=editor, reason=reason)
    assert heard == []
    decline_correction(comment=correction, by=editor, reason="Der Vertrag nennt <b>12</b> Millionen.")
    assert "Von der Redaktion abgelehnt: Der Vertrag nennt &lt;b&gt;12&lt;/b&gt; Millionen." in page(client)
    with pytest.raises(DiscussionError):
        accept_correction(comment=correction, by=editor)
    assert [verdict for verdict, _told in heard] == ["declined"]
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionAnswer.objects.update(reason="")


def test_only_a_correction_that_stands_is_answered(correction: Comment, thread: Thread, editor: StaffMember) -> None:
    plain = add_comment(thread=thread, guest_name="Ingo", text="Schön.")
    with pytest.raises(DiscussionError):
        accept_correction(comment=plain, by=editor)
    accept_correction(comment=correction, by=editor)
    withdraw_comment(comment=correction)
    assert not CorrectionAnswer.objects.exists()
    with pytest.raises(DiscussionError):
        accept_correction(comment=correction, by=editor)


def test_editor_answers_from_the_desk_and_the_start_page_says_how_many_wait(
    correction: Comment, editor: StaffMember, client: Client
) -> None:
    client.force_login(editor)
    assert f'href="{DESK}#correction-{correction.pk}"' in client.get("/admin/").content.decode()
    html = client.get(DESK).content.decode()
    assert "Es waren 14 Millionen." in html
    wrong = client.post(DESK, {"comment": correction.pk, "deed": "decline", "reason": ""})
    assert wrong.status_code == 422
    assert not CorrectionAnswer.objects.exists()
    assert client.post(DESK, {"comment": correction.pk, "deed": "decline", "reason": "Nein."}).status_code == 302
    answer = CorrectionAnswer.objects.get()
    assert (answer.verdict, answer.reason, answer.by) == (Verdict.DECLINED, "Nein.", editor)
    assert "Es waren 14 Millionen." not in client.get(DESK).content.decode()
    assert "Nein." in client.get(f"{DESK}?show=answered").content.decode()
    client.post(DESK, {"comment": correction.pk, "deed": "reopen"})
    assert not CorrectionAnswer.objects.exists()


@pytest.mark.parametrize("comment", ["", "x", "0", "9" * 30, "²"])
@pytest.mark.parametrize("deed", ["accept", "explode"])
def test_desk_answers_nonsense_with_not_found(
    correction: Comment, editor: StaffMember, client: Client, comment: str, deed: str
) -> None:
    client.force_login(editor)
    assert client.post(DESK, {"comment": comment, "deed": deed}).status_code == 404
    assert client.post(DESK, {"comment": correction.pk, "deed": "explode"}).status_code == 404


def test_author_sees_and_answers_those_on_own_articles_only(
    correction: Comment,
    article: ArticlePage,  # noqa: F811
    rosa: Any,  # noqa: F811
    editor: StaffMember,
    client: Client,
) -> None:
    other = make_article(section=article.section, title="Ein anderer", owner=editor)
    foreign = add_comment(thread=open_thread(article=other), guest_name="Ela", text="Auch falsch.")
    Comment.objects.filter(pk=foreign.pk).update(kind=CommentKind.CORRECTION)
    client.force_login(rosa)
    html = client.get(DESK).content.decode()
    assert "Es waren 14 Millionen." in html
    assert "Auch falsch." not in html
    assert client.post(DESK, {"comment": foreign.pk, "deed": "accept"}).status_code == 404
    assert client.post(DESK, {"comment": correction.pk, "deed": "accept"}).status_code == 302
    assert CorrectionAnswer.objects.get().by == rosa
    client.force_login(make_member(Role.MODERATOR))
    assert client.get(DESK).status_code in (302, 403)


def test_author_asks_readers_from_the_article_and_takes_it_back(
    thread: Thread,
    article: ArticlePage,  # noqa: F811
    rosa: Any,  # noqa: F811
    editor: StaffMember,
    client: Client,
) -> None:
    client.force_login(rosa)
    ask = f"/admin/discussion/ask-at/{article.pk}/"
    assert ask in client.get(f"/admin/pages/{article.pk}/edit/").content.decode()
    form = client.get(ask).content.decode()
    paragraph = next(one.split('"')[0] for one in form.split('name="paragraph" value="') if PAID in one)
    sent = {"paragraph": paragraph, "words": "12 Millionen", "question": "Kennen Sie den Vertrag?", "is_unfolded": "on"}
    wrong = client.post(ask, {**sent, "words": "13 Millionen"})
    assert wrong.status_code == 422
    assert "Kennen Sie den Vertrag?" in wrong.content.decode()
    assert client.post(ask, sent).status_code == 302
    anchor = Anchor.objects.get()
    assert (anchor.exact, anchor.block, anchor.is_unfolded) == ("12 Millionen", FIRST, True)
    assert anchor.comment.author.name == "Rosa Winter"
    assert '<details class="question no-print" open>' in page(Client())
    client.post(ask, {"deed": "fold", "comment": anchor.comment_id})
    assert '<details class="question no-print">' in page(Client())
    client.post(ask, {"deed": "withdraw", "comment": anchor.comment_id})
    assert "question no-print" not in page(Client())
    assert Comment.objects.get().state == CommentState.WITHDRAWN


def test_nobody_asks_below_articles_of_others(thread: Thread, editor: StaffMember, client: Client) -> None:
    stranger = make_member(Role.AUTHOR, email="other@example.org")
    client.force_login(stranger)
    assert client.get(f"/admin/discussion/ask-at/{thread.article_id}/").status_code in (302, 403)
    with pytest.raises(DiscussionError):
        ask_at_passage(thread=thread, chosen=Chosen(FIRST, 0, PAID), question="Warum?", by=stranger)
    assert page(Client(), ARTICLE).count("question no-print") == 0
