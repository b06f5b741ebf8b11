"""An article is read by a second person before readers see it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.models import Locale, PageLogEntry, TaskState, Workflow, WorkflowPage, WorkflowState
from wagtail.test.utils.form_data import rich_text, streamfield
from wagtail.users.models import UserProfile

from freiblatt.articles.actions import (
    approve_in_workflow,
    publish_alone,
    publish_article,
    sync_workflow,
    write_article,
)
from freiblatt.articles.checking import NotChecked, standing_of
from freiblatt.articles.models import ArticlePage, Check, FrontPage, SecondPersonCheck, SectionPage
from freiblatt.letters.models import Letter
from freiblatt.newsroom.models import PublicationSettings, SecondPerson, StaffMember
from freiblatt.newsroom.roles import Role, sync
from tests.articles.test_desk import form_of
from tests.cast import make_member, make_owner
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.usefixtures("plain_static", "in_english")


@pytest.fixture
def section(front: FrontPage) -> SectionPage:
    sync()
    return make_section(title="Europa")


@pytest.fixture
def author(section: SectionPage) -> StaffMember:
    return make_member(Role.AUTHOR, first_name="Rosa", last_name="Winter")


@pytest.fixture
def editor(section: SectionPage) -> StaffMember:
    return make_member(Role.EDITOR, first_name="Karl", last_name="Mohr")


@pytest.fixture
def other(section: SectionPage) -> StaffMember:
    return make_member(Role.EDITOR, email="other@example.org", first_name="Eva", last_name="Lind")


def desk_of(member: StaffMember) -> Client:
    UserProfile.objects.update_or_create(user=member, defaults={"preferred_language": "en"})
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def draft(section: SectionPage, by: StaffMember | None, text: str = "Der Käufer schweigt.") -> ArticlePage:
    return write_article(section=section, title="Ein Hafen wird verkauft", body=[("text", f"<p>{text}</p>")], by=by)


def rewrite(article: ArticlePage, by: StaffMember | None, text: str) -> ArticlePage:
    return write_article(
        section=article.section, article=article, title=article.title, body=[("text", f"<p>{text}</p>")], by=by
    )


def submit(article: ArticlePage, by: StaffMember) -> TaskState:
    workflow = article.get_workflow()
    assert workflow is not None
    return workflow.start(article, by).current_task_state


def edit(article: ArticlePage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[article.pk])


def said(client: Client) -> str:
    return " ".join(str(message) for message in client.get("/admin/").context["messages"])


def test_the_workflow_is_installed_once_and_for_articles_alone(section: SectionPage) -> None:
    sync_workflow()
    task = SecondPersonCheck.objects.get()
    assert task.name == "Prüfung durch eine zweite Person"
    assert WorkflowPage.objects.get().page.is_root()
    assert make_article(section=section).get_workflow() == Workflow.objects.get()
    assert (section.get_workflow(), FrontPage.objects.first().get_workflow()) == (None, None)
    Workflow.objects.get().deactivate()
    sync_workflow()
    assert not WorkflowPage.objects.exists()


def test_what_the_author_wrote_is_checked_by_whoever_publishes_it(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = publish_article(article=draft(section, author), by=editor)
    assert article.live
    check = article.checks.get()
    assert (check.checked_by, check.is_exception) == (editor, False)


def test_nobody_publishes_the_own_work_alone(section: SectionPage, editor: StaffMember, other: StaffMember) -> None:
    article = draft(section, editor)
    with pytest.raises(NotChecked) as refusal:
        publish_article(article=article, by=editor)
    assert str(refusal.value).startswith("“Ein Hafen wird verkauft” is not published: its latest version is yours")
    assert not ArticlePage.objects.get().live
    assert publish_article(article=article, by=other).live


def test_a_newsroom_of_one_publishes_alone_until_somebody_joins(section: SectionPage, editor: StaffMember) -> None:
    article = publish_article(article=draft(section, editor), by=editor)
    assert article.live
    assert not Check.objects.exists()
    make_owner()
    with pytest.raises(NotChecked):
        publish_article(article=rewrite(article, editor, "Der Käufer spricht."), by=editor)


def test_inactive_members_do_not_count(section: SectionPage, editor: StaffMember, other: StaffMember) -> None:
    StaffMember.objects.filter(pk=other.pk).update(is_active=False)
    assert not PublicationSettings.load().is_second_person_needed()


@pytest.mark.parametrize(("rule", "is_live"), [(SecondPerson.NEVER, True), (SecondPerson.ALWAYS, False)])
def test_the_owner_decides(section: SectionPage, editor: StaffMember, rule: SecondPerson, is_live: bool) -> None:
    if rule == SecondPerson.NEVER:
        make_owner()
    PublicationSettings.objects.update_or_create(defaults={"second_person": rule})
    article = draft(section, editor)
    if is_live:
        assert publish_article(article=article, by=editor).live
    else:
        with pytest.raises(NotChecked):
            publish_article(article=article, by=editor)


def test_a_reason_lets_it_go_alone_and_stays(section: SectionPage, editor: StaffMember, other: StaffMember) -> None:
    article = draft(section, editor)
    with pytest.raises(ValidationError, match="Say in a few words"):
        publish_alone(revision=article.get_latest_revision(), by=editor, reason=" eilig\n ")
    live = publish_alone(revision=article.get_latest_revision(), by=editor, reason="Sturmflut, sonst niemand da")
    assert live.live
    assert live.checks.get().reason == "Sturmflut, sonst niemand da"
    entry = PageLogEntry.objects.get(action="articles.published_alone")
    assert (entry.user, entry.data["reason"]) == (editor, "Sturmflut, sonst niemand da")


def test_a_reason_gives_an_author_no_right(section: SectionPage, author: StaffMember, editor: StaffMember) -> None:
    article = draft(section, author)
    with pytest.raises(PermissionDenied):
        publish_alone(revision=article.get_latest_revision(), by=author, reason="Ich will es so haben")
    assert not Check.objects.exists()


def test_a_word_changed_after_the_check_asks_for_another(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = draft(section, author)
    approve_in_workflow(task_state=submit(article, author), by=other, is_published=False)
    assert standing_of(ArticlePage.objects.get()).check is not None
    rewrite(article, editor, "Der Käufer spricht.")
    assert standing_of(ArticlePage.objects.get()).check is None
    with pytest.raises(NotChecked):
        publish_article(article=article, by=editor)
    # Written back word for word it is still somebody's decision since the check.
    rewrite(article, editor, "Der Käufer schweigt.")
    with pytest.raises(NotChecked):
        publish_article(article=article, by=editor)


def test_a_version_written_over_after_the_check_asks_for_another(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = draft(section, editor)
    approve_in_workflow(task_state=submit(article, author), by=other, is_published=False)
    page = ArticlePage.objects.get().get_latest_revision_as_object()
    page.standfirst = "Noch schnell."
    page.save_revision(user=editor, overwrite_revision=page.get_latest_revision())
    with pytest.raises(NotChecked):
        publish_article(article=article, by=editor)


def test_dates_are_the_publishers_business(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = draft(section, editor)
    approve_in_workflow(task_state=submit(article, author), by=other, is_published=False)
    response = desk_of(editor).post(
        edit(article),
        {
            **form_of(
                expire_at="2999-01-01 10:00", body=streamfield([("text", rich_text("<p>Der Käufer schweigt.</p>"))])
            ),
            "body-0-id": article.body.raw_data[0]["id"],
            "action-publish": "1",
        },
    )
    assert response.status_code == 302
    assert ArticlePage.objects.get().live
    assert ArticlePage.objects.get().expire_at is not None


def test_whoever_submitted_it_does_not_approve_it(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = draft(section, author)
    state = submit(article, editor)
    actions = [name for name, _label, _modal in state.task.specific.get_actions(article, editor)]
    assert actions == ["reject"]
    with pytest.raises(NotChecked, match="you submitted it yourself"):
        approve_in_workflow(task_state=state, by=editor, is_published=True)
    with pytest.raises(PermissionDenied):
        approve_in_workflow(task_state=state, by=author, is_published=True)
    approve_in_workflow(task_state=state, by=other, is_published=True)
    assert ArticlePage.objects.get().live
    with pytest.raises(PermissionDenied):
        approve_in_workflow(task_state=state, by=other, is_published=True)


def test_approving_without_publishing_leaves_it_to_anybody(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = draft(section, editor)
    approve_in_workflow(task_state=submit(article, author), by=other, is_published=False)
    assert not ArticlePage.objects.get().live
    assert WorkflowState.objects.get().status == WorkflowState.STATUS_APPROVED
    assert publish_article(article=article, by=editor).live


def test_the_list_of_what_waits_is_each_ones_own(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    submit(draft(section, author), editor)
    waiting = {member: TaskState.objects.reviewable_by(member).count() for member in (author, editor, other)}
    assert waiting == {author: 0, editor: 0, other: 1}


def test_while_it_waits_the_author_does_not_change_it(
    section: SectionPage, author: StaffMember, editor: StaffMember
) -> None:
    article = draft(section, author)
    desk = desk_of(author)
    sent = {**form_of(), "action-submit": "1"}
    assert desk.post(edit(article), sent).status_code == 302
    assert WorkflowState.objects.get().requested_by == author
    refused = desk.post(edit(article), form_of(title="Anders"))
    assert "locked" in refused.content.decode()
    assert "Anders" not in ArticlePage.objects.get().get_latest_revision_as_object().title


def test_editor_who_changes_what_is_to_be_approved_needs_somebody_else(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = draft(section, author)
    submit(article, author)
    desk = desk_of(editor)
    changed = {**form_of(title="Zugespitzt"), "action-workflow-action": "1", "workflow-action-name": "approve"}
    response = desk.post(edit(article), changed)
    assert response.headers["Location"] == reverse("articles_publish_alone", args=[article.pk])
    assert "its latest version is yours" in said(desk)
    waiting = ArticlePage.objects.get()
    assert (waiting.live, waiting.get_latest_revision_as_object().title) == (False, "Zugespitzt")
    assert waiting.workflow_in_progress


def test_publishing_in_the_editor_asks_for_a_reason_and_keeps_the_text(
    section: SectionPage, editor: StaffMember, other: StaffMember
) -> None:
    article = draft(section, editor)
    desk = desk_of(editor)
    response = desk.post(edit(article), {**form_of(standfirst="Neu"), "action-publish": "1"})
    question = reverse("articles_publish_alone", args=[article.pk])
    assert response.headers["Location"] == question
    assert not ArticlePage.objects.get().live
    page = desk.get(question)
    assert "Eva Lind" in page.content.decode()
    digest = page.context["form"].initial["text_digest"]
    short = desk.post(question, {"reason": "eilig", "text_digest": digest})
    assert "Say in a few words why" in short.content.decode()
    stale = desk.post(question, {"reason": "Sturmflut, sonst niemand da", "text_digest": "0" * 64})
    assert stale.headers["Location"] == edit(article)
    assert not ArticlePage.objects.get().live
    desk.post(question, {"reason": "Sturmflut, sonst niemand da", "text_digest": digest})
    live = ArticlePage.objects.get()
    assert (live.live, live.standfirst) == (True, "Neu")
    history = desk.get(reverse("wagtailadmin_pages:history", args=[article.pk])).content.decode()
    assert "Sturmflut, sonst niemand da" in history


def test_publishing_a_new_article_at_once_keeps_it_as_a_draft(
    section: SectionPage, editor: StaffMember, other: StaffMember
) -> None:
    desk = desk_of(editor)
    address = reverse("wagtailadmin_pages:add", args=["articles", "articlepage", section.pk])
    response = desk.post(address, {**form_of(), "action-publish": "1"})
    article = ArticlePage.objects.get()
    assert response.headers["Location"] == reverse("articles_publish_alone", args=[article.pk])
    assert not article.live
    assert article.get_latest_revision_as_object().title == "Ein Hafen wird verkauft"


def test_an_old_version_brought_back_is_new_work(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = publish_article(article=draft(section, author), by=editor)
    first = article.get_latest_revision()
    article = publish_article(article=rewrite(article, author, "Berichtigt."), by=other)
    address = reverse("wagtailadmin_pages:revisions_revert", args=[article.pk, first.pk])
    old = form_of(body=streamfield([("text", rich_text("<p>Der Käufer schweigt.</p>"))]))
    response = desk_of(editor).post(edit(article), {**old, "revision": first.pk, "action-publish": "1"})
    assert desk_of(editor).get(address).status_code == 200
    assert response.headers["Location"] == reverse("articles_publish_alone", args=[article.pk])
    assert "Berichtigt." in str(ArticlePage.objects.get().body)


def test_many_at_once_obey_the_same_rule(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    own, others = draft(section, editor), draft(section, author)
    desk = desk_of(editor)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    desk.post(f"{address}?id={own.pk}&id={others.pk}&next=/admin/", {})
    assert set(ArticlePage.objects.live()) == {others}
    assert "its latest version is yours" in said(desk)


def test_the_admins_interface_for_programs_changes_nothing(
    section: SectionPage, editor: StaffMember, other: StaffMember
) -> None:
    article = draft(section, editor)
    for action in ("publish", "unpublish", "delete", "copy", "move", "revert_to_page_revision"):
        answer = desk_of(editor).post(f"/admin/api/main/pages/{article.pk}/action/{action}/", {})
        assert (action, answer.status_code) == (action, 404)
    assert not ArticlePage.objects.get().live
    assert desk_of(editor).get("/admin/api/main/pages/").status_code == 200


def test_editors_screen_says_who_checked_what(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = draft(section, author)
    desk = desk_of(editor)
    assert "Not checked yet" in desk.get(edit(article)).content.decode()
    publish_article(article=article, by=editor)
    assert "<strong>Checked</strong> by Karl Mohr" in desk.get(edit(article)).content.decode()
    rewrite(article, editor, "Der Käufer spricht.")
    html = desk.get(edit(article)).content.decode()
    assert "Changed since the last check" in html
    assert "Somebody else has to check it" in html
    assert "See what has changed since" in html


def letters() -> list[tuple[str, str, str]]:
    return sorted(Letter.objects.values_list("kind", "to_address", "subject"))


def test_letters_tell_who_has_to_do_something(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    UserProfile.objects.create(user=editor, preferred_language="en")
    UserProfile.objects.create(user=other, submitted_notifications=False)
    article = draft(section, author)
    state = submit(article, author)
    assert letters() == [("articles_submitted", editor.email, "To check: Ein Hafen wird verkauft")]
    Letter.objects.all().delete()
    state.task.specific.on_action(state, editor, "reject", comment="Die Zahl im <dritten> Absatz?")
    letter = Letter.objects.get()
    assert (letter.kind, letter.to_address, letter.language) == ("articles_rejected", author.email, "de")
    assert letter.subject == "Änderungen erbeten: Ein Hafen wird verkauft"
    assert "Die Zahl im <dritten> Absatz?" in letter.text
    assert "Die Zahl im &lt;dritten&gt; Absatz?" in letter.html
    assert f"http://testserver{edit(article)}" in letter.text
    Letter.objects.all().delete()
    WorkflowState.objects.get().resume(user=author)
    assert [kind for kind, *_rest in letters()] == ["articles_submitted"]
    Letter.objects.all().delete()
    state = WorkflowState.objects.get().current_task_state
    state.task.specific.on_action(state, editor, "approve")
    letter = Letter.objects.get()
    assert (letter.kind, letter.to_address) == ("articles_approved", author.email)
    assert "Der Artikel ist veröffentlicht." in letter.text


def test_an_authors_name_on_the_byline_changes_the_text(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember
) -> None:
    article = publish_article(article=draft(section, author), by=editor)
    write_article(
        section=section,
        article=article,
        title=article.title,
        body=[("text", "<p>Der Käufer schweigt.</p>")],
        bylines=[(make_author(), "text")],
        by=other,
    )
    with pytest.raises(NotChecked):
        publish_article(article=article, by=other)


def test_the_program_itself_needs_nobody(section: SectionPage, editor: StaffMember, other: StaffMember) -> None:
    assert publish_article(article=draft(section, None)).live
    assert not Check.objects.exists()


@pytest.mark.parametrize("is_public", [False, True], ids=["draft", "public"])
def test_a_translated_copy_is_the_work_of_whoever_wrote_the_original(
    section: SectionPage, author: StaffMember, editor: StaffMember, other: StaffMember, is_public: bool
) -> None:
    """Whoever presses the button: the copy has the writer's words, and nobody else has read them as its text."""
    article = draft(section, editor)
    if is_public:
        article = publish_article(article=article, by=other)
        # Somebody's later draft is not what is copied.
        rewrite(article, author, "Der Käufer spricht.")
    english = Locale.objects.get(language_code="en")
    section.copy_for_translation(english, copy_parents=True)

    source = ArticlePage.objects.get(pk=article.pk)
    copy = ArticlePage.objects.get(pk=CopyPageForTranslationAction(source, english, user=other).execute().pk)

    assert standing_of(copy).written_by == editor
    with pytest.raises(NotChecked):
        publish_article(article=copy, by=editor)
    assert not ArticlePage.objects.get(pk=copy.pk).live
    assert publish_article(article=copy, by=other).live
