"""Withdrawing at the desk: who is offered it, the question, and what a form may do wrong."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.test import Client

from freiblatt.articles.actions import publish_article, withdraw_article, write_article
from freiblatt.articles.models import ArticlePage, FrontPage, Withdrawal
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, sync
from tests.cast import make_member
from tests.factories import make_author, make_section

REASON = "Die Quelle hat uns getäuscht."
NOTICE = "Wir haben diesen Artikel zurückgezogen: Ein Dokument war gefälscht."

pytestmark = pytest.mark.usefixtures("plain_static")


@pytest.fixture
def author(front: FrontPage) -> StaffMember:
    sync()
    return make_member(Role.AUTHOR, first_name="Rosa", last_name="Winter")


@pytest.fixture
def editor(author: StaffMember) -> StaffMember:
    return make_member(Role.EDITOR, first_name="Karl", last_name="Mohr")


@pytest.fixture
def article(author: StaffMember) -> ArticlePage:
    draft = write_article(
        section=make_section(title="Europa"),
        title="Ein Hafen wird verkauft",
        bylines=[(make_author(), "text")],
        body=[("text", "<p>Wort</p>")],
        by=author,
    )
    return publish_article(article=draft)


def desk_of(member: StaffMember) -> Client:
    desk = Client()
    desk.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return desk


def question(article: ArticlePage) -> str:
    return f"/admin/pages/{article.pk}/withdraw/"


def answer(**fields: Any) -> dict[str, Any]:
    return {"reason": REASON, "keep_notice": "notice", "notice": NOTICE, "seen": 0, **fields}


def is_public(article: ArticlePage) -> bool:
    return ArticlePage.objects.get(pk=article.pk).live


def said(response: Any) -> list[str]:
    """Return what the desk says above the page, without buttons."""
    return [str(message).strip().partition("\n")[0] for message in get_messages(response.wsgi_request)]


def places_of_offers(desk: Client, article: ArticlePage) -> set[str]:
    """Return where the desk offers to withdraw it: the list of the section, the editor's two menus."""
    explorer = BeautifulSoup(desk.get(f"/admin/pages/{article.section_id}/").content, "html.parser")
    editor = BeautifulSoup(desk.get(f"/admin/pages/{article.pk}/edit/").content, "html.parser")
    link = f'a[href="{question(article)}"]'
    found = {
        "list": explorer.select(link),
        "foot": editor.select(f"footer {link}"),
        "title": [one for one in editor.select(link) if not one.find_parent("footer")],
    }
    return {place for place, links in found.items() if links}


def test_editors_are_offered_it_and_authors_are_not(
    article: ArticlePage, author: StaffMember, editor: StaffMember
) -> None:
    assert places_of_offers(desk_of(editor), article) == {"list", "title", "foot"}
    assert places_of_offers(desk_of(author), article) == set()


def test_nobody_is_offered_it_for_a_draft(article: ArticlePage, editor: StaffMember) -> None:
    draft = write_article(section=article.section, title="Entwurf", by=editor)
    assert places_of_offers(desk_of(editor), draft) == set()
    asked = desk_of(editor).get(question(draft))
    assert asked.url == f"/admin/pages/{draft.pk}/edit/"
    assert said(asked) == ["Dieser Artikel war nie öffentlich, es gibt also nichts zurückzuziehen."]


# What the desk says depends on whether the finished pages are gone, which the commit does.
@pytest.mark.django_db(transaction=True)
def test_editor_withdraws_by_the_form(article: ArticlePage, editor: StaffMember) -> None:
    desk = desk_of(editor)
    page = BeautifulSoup(desk.get(question(article)).content, "html.parser").main
    assert "Die Redaktion hat diesen Artikel zurückgezogen." in page.select_one("[name=notice]").get_text()
    done = desk.post(question(article), answer())
    assert done.url == f"/admin/pages/{article.section_id}/"
    assert said(done) == ["„Ein Hafen wird verkauft“ ist zurückgezogen."]
    withdrawal = Withdrawal.objects.get()
    assert (withdrawal.withdrawn_by, withdrawal.reason, withdrawal.notice) == (editor, REASON, NOTICE)
    assert not is_public(article)


def test_editor_of_a_withdrawn_article_is_told_and_changes_the_notice(
    article: ArticlePage, author: StaffMember, editor: StaffMember
) -> None:
    before = withdraw_article(article=article, by=editor, reason=REASON, keep_notice=True, notice=NOTICE)
    desk = desk_of(editor)
    assert places_of_offers(desk, article) == {"title"}
    assert any("zurückgezogen" in one for one in said(desk.get(f"/admin/pages/{article.pk}/edit/")))
    assert said(desk_of(author).get(f"/admin/pages/{article.pk}/edit/")) == []
    page = BeautifulSoup(desk.get(question(article)).content, "html.parser").main
    assert page.select_one("[name=notice]").get_text().strip() == NOTICE
    desk.post(question(article), answer(seen=before.pk, notice="Ein Dokument war nicht echt."))
    assert Withdrawal.objects.in_force().get().notice == "Ein Dokument war nicht echt."


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "muss ausgefüllt werden"),
        ({"reason": "nein"}, "Sagen Sie in wenigen Worten"),
        ({"reason": "x" * 2001}, "2000"),
        ({"notice": "x" * 601}, "600"),
        ({"keep_notice": "perhaps"}, "perhaps"),
    ],
)
def test_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    article: ArticlePage, editor: StaffMember, fields: dict[str, str], sentence: str
) -> None:
    response = desk_of(editor).post(question(article), answer(**fields))
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser").main
    assert sentence in page.select_one(".w-field__errors:not(:empty), .error-message").get_text()
    assert page.select_one("[name=reason]").get_text().strip() == fields.get("reason", REASON)
    assert is_public(article)
    assert not Withdrawal.objects.exists()


def test_form_that_is_sent_twice_withdraws_once(article: ArticlePage, editor: StaffMember) -> None:
    desk = desk_of(editor)
    desk.post(question(article), answer())
    again = desk.post(question(article), answer())
    assert again.url == f"/admin/pages/{article.section_id}/"
    assert Withdrawal.objects.count() == 1


def test_second_editor_does_not_write_over_the_first_ones_notice(article: ArticlePage, editor: StaffMember) -> None:
    desk_of(editor).post(question(article), answer())
    eva = desk_of(make_member(Role.EDITOR, email="eva@example.org"))
    late = eva.post(question(article), answer(notice="Ein Gericht hat es verlangt."))
    assert late.url == question(article)
    assert said(late) == [
        "Jemand war schneller. Von Ihnen wurde nichts gespeichert; sehen Sie erst, was jetzt hier steht."
    ]
    assert Withdrawal.objects.get().notice == NOTICE
    assert NOTICE in eva.get(question(article)).content.decode()


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.MODERATOR, Role.ACCOUNTANT])
def test_who_may_not_withdraw_is_turned_away(article: ArticlePage, author: StaffMember, role: Role) -> None:
    member = author if role == Role.AUTHOR else make_member(role)
    desk = desk_of(member)
    assert desk.get(question(article)).status_code in (302, 403)
    assert desk.post(question(article), answer()).status_code in (302, 403)
    assert is_public(article)


def test_stranger_is_asked_to_sign_in_and_other_methods_are_refused(
    article: ArticlePage, editor: StaffMember, client: Client
) -> None:
    assert client.post(question(article), answer()).url.startswith("/admin/login/")
    assert desk_of(editor).put(question(article)).status_code == 405
    assert desk_of(editor).get("/admin/pages/999999/withdraw/").status_code == 404
    assert is_public(article)
