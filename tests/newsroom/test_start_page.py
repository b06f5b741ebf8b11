"""The first thing staff see: the own drafts, what waits for them, what is to come, what failed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from freiblatt.articles.models import FrontPage, SectionPage
from freiblatt.jobs import worker
from freiblatt.newsroom import roles
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from tests.cast import make_member, make_owner
from tests.factories import make_article, make_author, make_section
from tests.jobs import errands

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(front: FrontPage) -> SectionPage:
    roles.sync()
    return make_section()


def desk_of(member: StaffMember) -> Client:
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(member: StaffMember) -> str:
    response = desk_of(member).get("/admin/")
    assert response.status_code == 200
    return response.content.decode()


def make_draft(section: SectionPage, title: str, member: StaffMember, **fields):
    article = make_article(section=section, title=title, is_published=False, owner=member, **fields)
    article.save_revision(user=member)
    return article


def test_own_drafts_are_listed_and_those_of_others_not(section):
    author, other = make_member(Role.AUTHOR), make_member(Role.AUTHOR, email="other@example.org")
    make_draft(section, "Mein Entwurf", author)
    make_draft(section, "Fremder Entwurf", other)
    make_draft(section, "Gemeinsamer Entwurf", other, authors=[make_author(staff_member=author)])

    text = text_of(author)

    assert "Mein Entwurf" in text
    assert "Gemeinsamer Entwurf" in text
    assert "Fremder Entwurf" not in text


def test_article_that_waits_is_shown_to_those_who_may_check_it(section):
    author, editor = make_member(Role.AUTHOR), make_member(Role.EDITOR)
    make_member(Role.EDITOR, email="second@example.org")
    article = make_draft(section, "Wartet", author)
    model = type(article)
    model.objects.get(pk=article.pk).get_workflow().start(model.objects.get(pk=article.pk), author)
    own = make_draft(section, "Selbst eingereicht", editor)
    model.objects.get(pk=own.pk).get_workflow().start(model.objects.get(pk=own.pk), editor)

    panels = {panel.name: panel for panel in desk_of(editor).get("/admin/").context["panels"] if hasattr(panel, "rows")}

    assert [row["title"] for row in panels["to_check"].rows(editor)] == ["Wartet"]
    assert [row["note"] for row in panels["own_drafts"].rows(editor)] == ["wird geprüft"]
    assert 'id="to_check' not in text_of(author)


def test_scheduled_article_says_the_time_on_the_publications_clock(section):
    editor = make_member(Role.EDITOR)
    article = make_draft(section, "Kommt bald", editor)
    due = timezone.now() + timedelta(days=2)
    article.go_live_at = due
    article.save_revision(user=editor, approved_go_live_at=due)
    desk = desk_of(editor)
    profile = editor.wagtail_userprofile if hasattr(editor, "wagtail_userprofile") else None
    assert profile is None or profile.current_time_zone != "Asia/Tokyo"

    text = desk.get("/admin/").content.decode()

    local = due.astimezone(timezone.get_default_timezone())
    clock = {"CET": "MEZ", "CEST": "MESZ"}[local.tzname()]
    assert f"{local.day}.{local.month}.{local.year}, {local.hour}.{local.minute:02} Uhr ({clock})" in text


def test_empty_lists_say_so(section):
    text = text_of(make_owner())

    assert "Sie haben keine offenen Entwürfe." in text
    assert "Kein Artikel wartet auf Ihre Prüfung." in text
    assert "Nichts ist geplant." in text
    assert "Kein Auftrag ist fehlgeschlagen." in text


def test_failed_jobs_are_shown_to_those_who_may_mend_them(section):
    errands.give_up.enqueue()
    worker.run_waiting()

    assert "give_up" in text_of(make_member(Role.EDITOR))
    assert "give_up" not in text_of(make_member(Role.AUTHOR))


@pytest.mark.parametrize(
    ("role", "says"),
    [(Role.MODERATOR, "Wartende Kommentare"), (Role.ACCOUNTANT, "Zu Ihrer Rolle gehören keine Artikel")],
)
def test_who_has_no_articles_sees_none(section, role, says):
    make_draft(section, "Geheim", make_member(Role.AUTHOR))

    text = text_of(make_member(role))

    assert "Geheim" not in text
    assert says in text


def test_start_page_leads_to_no_other_host(section):
    assert "wagtail.org" not in text_of(make_owner())


def test_number_of_queries_does_not_grow_with_the_articles(section, django_assert_max_num_queries):
    author, editor = make_member(Role.AUTHOR), make_member(Role.EDITOR)

    def fill(number: int) -> None:
        article = make_draft(section, f"Entwurf {number}", editor)
        waiting = make_draft(section, f"Wartend {number}", author)
        waiting.get_workflow().start(waiting, author)
        article.save_revision(user=editor, approved_go_live_at=timezone.now() + timedelta(days=1))

    fill(1)
    desk = desk_of(editor)
    desk.get("/admin/")
    with django_assert_max_num_queries(60) as few:
        desk.get("/admin/")
    for number in range(2, 6):
        fill(number)

    with django_assert_max_num_queries(len(few.captured_queries)):
        desk.get("/admin/")


def test_list_above_the_front_pages_names_no_screen_that_is_not_there(section: SectionPage) -> None:
    desk = desk_of(make_owner())

    page = desk.get("/admin/pages/")

    assert "Hier liegt die Startseite jeder Sprache." in page.content.decode()
    assert "/admin/sites/" not in page.content.decode()


def test_words_of_the_discussion_change_no_name_in_wagtails_menu() -> None:
    with translation.override("de"):
        assert gettext("Reports") == "Berichte"
