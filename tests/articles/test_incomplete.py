"""What is not complete never goes before readers, whoever publishes it, and says what is missing."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import GroupApprovalTask, PageLogEntry, Workflow, WorkflowTask
from wagtail.users.models import UserProfile

from freiblatt.articles.actions import publish_article, publish_due
from freiblatt.articles.models import ArticlePage, FrontPage, SectionPage
from freiblatt.articles.models.completeness import Incomplete
from freiblatt.newsroom.models import StaffMember
from tests.articles.test_desk import form_of
from tests.cast import make_owner
from tests.factories import make_article, make_section
from tests.pictures import make_picture

MISSING = (
    "“%s” was not published, because it is not complete. Description for those who do not see it: Describe the lead "
    "picture for those who do not see it, or say that it is decorative."
)


@pytest.fixture
def owner(front: FrontPage, client: Client) -> StaffMember:
    owner = make_owner()
    UserProfile.objects.create(user=owner, preferred_language="en")
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return owner


@pytest.fixture
def section(front: FrontPage) -> SectionPage:
    return make_section(title="Europa")


def make_incomplete(section: SectionPage, title: str = "Ohne Bildtext") -> ArticlePage:
    """Return a draft as the editor stores one that lacks the description of its lead picture."""
    article = make_article(section=section, title=title, is_published=False)
    article.lead_picture = make_picture(description="")
    article.save_revision(clean=False)
    return article


def messages_of(client: Client, address: str) -> list[str]:
    return [str(message) for message in client.get(address).context["messages"]]


def test_many_at_once_are_published_but_for_the_incomplete(
    client: Client, owner: StaffMember, section: SectionPage
) -> None:
    first, second = make_incomplete(section), make_article(section=section, title="Fertig", is_published=False)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    back = reverse("wagtailadmin_explore", args=[section.pk])
    response = client.post(f"{address}?id={first.pk}&id={second.pk}&next={back}", {"include_descendants": ""})
    assert response.status_code == 302
    assert set(ArticlePage.objects.live()) == {second}
    assert [one.strip() for one in messages_of(client, back)] == [
        "1 page has been published",
        MISSING % "Ohne Bildtext",
    ]


def test_a_section_is_published_with_all_below_it_but_for_the_incomplete(
    client: Client, owner: StaffMember, section: SectionPage
) -> None:
    drafts = [make_incomplete(section, title=f"Entwurf {number}") for number in range(7)]
    done = make_article(section=section, title="Fertig", is_published=False)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    back = reverse("wagtailadmin_explore", args=[section.pk])
    client.post(f"{address}?id={section.pk}&next={back}", {"include_descendants": "on"})
    assert set(ArticlePage.objects.live()) == {done}
    said = messages_of(client, back)
    assert said[1].strip() == MISSING % drafts[0].title
    assert said[6].strip() == "2 more pages were not published, because they are not complete or not checked."


def test_incomplete_block_is_refused_too(front: FrontPage, section: SectionPage) -> None:
    article = make_article(section=section, is_published=False)
    article.body = [{"type": "picture", "value": {"picture": make_picture(description="").pk}}]
    article.save_revision(clean=False)
    with translation.override("en"), pytest.raises(Incomplete, match="Body: "):
        publish_article(article=article)
    assert not ArticlePage.objects.live().exists()


def test_publishing_from_elsewhere_says_what_is_missing(section: SectionPage) -> None:
    article = make_incomplete(section)
    with pytest.raises(Incomplete) as refused:
        publish_article(article=article)
    with translation.override("en"):
        assert str(refused.value) == MISSING % article.title
    assert not ArticlePage.objects.live().exists()


def test_what_became_incomplete_waits_and_the_desk_sees_it(
    client: Client, owner: StaffMember, section: SectionPage, caplog: pytest.LogCaptureFixture
) -> None:
    picture = make_picture(description="Ein Hafen")
    article = make_article(section=section, title="Ohne Bildtext", is_published=False, lead_picture=picture)
    article.go_live_at = timezone.now() + timedelta(hours=1)
    article.save_revision().publish()
    fine = make_article(section=section, title="Fertig", is_published=False)
    fine.go_live_at = article.go_live_at
    fine.save_revision().publish()
    picture.description = ""
    picture.save()
    for page in (article, fine):
        revision = page.revisions.get(approved_go_live_at__isnull=False)
        revision.content["go_live_at"] = timezone.now().isoformat()
        revision.approved_go_live_at = timezone.now()
        revision.save()
    with translation.override("en"), caplog.at_level(logging.WARNING, logger="freiblatt"):
        assert [publish_due.func() for _minute in range(3)] == [1, 0, 0]
    assert set(ArticlePage.objects.live()) == {fine}
    assert [record.getMessage() for record in caplog.records] == [
        f"Scheduled, but not published: {MISSING % article.title}"
    ]
    assert PageLogEntry.objects.filter(action="articles.not_published", page=article).count() == 1
    assert MISSING % article.title in client.get("/admin/").content.decode()
    assert MISSING % article.title in client.get(f"/admin/pages/{article.pk}/history/").content.decode()
    picture.description = "Ein Hafen"
    picture.save()
    assert publish_due.func() == 1
    assert ArticlePage.objects.live().count() == 2
    assert "Not published at its time" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("is_dialog", [False, True])
def test_approval_of_an_incomplete_article_leads_back_to_its_form(
    client: Client, owner: StaffMember, section: SectionPage, is_dialog: bool
) -> None:
    task = GroupApprovalTask.objects.create(name="Abnahme")
    workflow = Workflow.objects.create(name="Abnahme")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    article = make_article(section=section, title="Ohne Bildtext", is_published=False)
    article.save_revision()
    state = workflow.start(article, owner)
    article.lead_picture = make_picture(description="")
    article.save_revision(clean=False)
    address = reverse("wagtailadmin_pages:workflow_action", args=[article.pk, "approve", state.current_task_state.pk])
    editor = reverse("wagtailadmin_pages:edit", args=[article.pk])
    if is_dialog:
        response = client.post(address, {"comment": ""}, headers={"x-requested-with": "XMLHttpRequest"})
        assert response.json() == {"step": "success", "redirect": editor}
    else:
        assert client.post(address, {"comment": ""}).headers["Location"] == editor
    assert not ArticlePage.objects.live().exists()
    assert [one.strip() for one in messages_of(client, editor)] == [MISSING % article.title]
    state.refresh_from_db()
    assert state.status == state.STATUS_IN_PROGRESS


def test_first_publication_from_the_form_is_announced_once_as_new(
    client: Client, owner: StaffMember, section: SectionPage
) -> None:
    from freiblatt.articles.signals import article_published

    heard: list[bool] = []

    def hear(is_new: bool, **kwargs: object) -> None:
        heard.append(is_new)

    article_published.connect(hear)
    try:
        add = reverse("wagtailadmin_pages:add", args=["articles", "articlepage", section.pk])
        client.post(add, {**form_of(), "action-publish": "1"})
        article = ArticlePage.objects.get()
        assert article.live
        client.post(
            reverse("wagtailadmin_pages:edit", args=[article.pk]),
            {**form_of(kicker="Neu", published_on="2025-08-13 09:40"), "action-publish": "1"},
        )
    finally:
        article_published.disconnect(hear)
    assert heard == [True, False]
