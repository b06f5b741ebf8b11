"""A newsroom at work: one writes, another checks, schedules and publishes, a third reads by a link until it ends."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.users.models import UserProfile

from freiblatt.articles.actions import publish_due, write_article
from freiblatt.articles.models import ArticlePage, FrontPage, SharedDraft
from freiblatt.letters.models import Letter
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, sync
from tests.cast import make_member
from tests.factories import make_section
from tests.journeys.desk_steps import write_paragraph

pytestmark = pytest.mark.journey


SignIn = Callable[[StaffMember], Page]


@pytest.fixture
def sign_in(front: FrontPage, live_server: LiveServer, browser: Browser, settings: Any) -> Iterator[SignIn]:
    """Sign in somebody in a browser of its own, whose pages must complain of nothing."""
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    contexts: list[BrowserContext] = []
    failed: list[str] = []

    def sign_in(member: StaffMember) -> Page:
        context = browser.new_context(locale="de-DE", timezone_id="America/New_York")
        contexts.append(context)
        desk = Client()
        desk.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        cookie = desk.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: failed.append(str(error)))
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert failed == []


@pytest.fixture
def author(front: FrontPage) -> StaffMember:
    sync()
    return make_member(Role.AUTHOR, first_name="Rosa", last_name="Winter")


@pytest.fixture
def editor(front: FrontPage) -> StaffMember:
    member = make_member(Role.EDITOR, first_name="Karl", last_name="Mohr")
    UserProfile.objects.create(user=member, preferred_language="en", current_time_zone="America/New_York")
    return member


@pytest.fixture
def other(front: FrontPage) -> StaffMember:
    return make_member(Role.EDITOR, email="eva@example.org", first_name="Eva", last_name="Lind")


def open_editor(page: Page, address: str) -> None:
    """Open the editor; what is typed at once, before its scripts watch the form, has to be saved too."""
    page.goto(address)
    expect(page.locator("#id_title")).to_be_visible()


def choose(page: Page, name: str) -> None:
    """Choose an entry of the menu beside “Save draft”."""
    page.locator("footer [data-w-dropdown-target=toggle], footer button[aria-haspopup]").first.click()
    page.locator("footer").get_by_role("button", name=name, exact=True).click()


def test_article_is_written_checked_scheduled_published_and_read_by_a_lawyer(
    sign_in: SignIn,
    live_server: LiveServer,
    browser: Browser,
    author: StaffMember,
    editor: StaffMember,
    other: StaffMember,
) -> None:
    section = make_section()
    rosa, karl = sign_in(author), sign_in(editor)

    # Rosa writes and asks for the check.
    open_editor(rosa, f"{live_server.url}/admin/pages/add/articles/articlepage/{section.pk}/")
    rosa.locator("#id_title").fill("Ein Hafen wird verkauft")
    rosa.keyboard.press("Tab")
    rosa.wait_for_url(re.compile("/edit/"))  # it has saved itself
    write_paragraph(rosa, "Der Käufer schweigt.")
    choose(rosa, "Zur Prüfung geben")
    rosa.wait_for_url(re.compile(rf"/admin/pages/{section.pk}/"))
    article = ArticlePage.objects.get()
    editing = f"{live_server.url}/admin/pages/{article.pk}/edit/"
    assert set(Letter.objects.values_list("to_address", flat=True)) == {editor.email, other.email}
    rosa.goto(editing)
    expect(rosa.get_by_text("Der Artikel wartet auf die Prüfung").first).to_be_visible()

    # Karl asks for a change.
    karl.goto(f"{live_server.url}/admin/")
    expect(karl.get_by_role("link", name="Ein Hafen wird verkauft").first).to_be_visible()
    open_editor(karl, editing)
    choose(karl, "Ask for changes")
    dialog = karl.get_by_role("dialog")
    dialog.locator("textarea").fill("Wer ist der Käufer?")
    dialog.get_by_role("button").last.click()
    karl.wait_for_url(re.compile(rf"/admin/pages/{section.pk}/"))
    letter = Letter.objects.get(to_address=author.email)
    assert letter.subject == "Änderungen erbeten: Ein Hafen wird verkauft"
    assert "Wer ist der Käufer?" in letter.text

    # Rosa changes it and asks again.
    open_editor(rosa, editing)
    rosa.locator("#id_standfirst").fill("Der Käufer ist eine Bank.")
    choose(rosa, "Wieder zur Prüfung geben")
    rosa.wait_for_url(re.compile(rf"/admin/pages/{section.pk}/"))

    # Karl sets the time, on the publication's clock though he sits in New York, and approves.
    open_editor(karl, editing)
    karl.locator("[data-side-panel-toggle=status]").click()
    karl.get_by_role("button", name="Set schedule").click()
    schedule = karl.get_by_role("dialog")
    expect(schedule.get_by_text("Time of the publication: Berlin").first).to_be_visible()
    karl.locator("#id_go_live_at").fill("2999-07-01 06:00")
    # By keyboard: the calendar that the field opens may lie over the button until the field is left.
    save = schedule.get_by_role("button", name="Save schedule")
    save.focus()
    with karl.expect_navigation():
        save.press("Enter")
    choose(karl, "Approve and Publish")
    karl.wait_for_url(re.compile(rf"/admin/pages/{section.pk}/"))
    scheduled = ArticlePage.objects.get().scheduled_revision
    assert scheduled.approved_go_live_at.isoformat() == "2999-07-01T04:00:00+00:00"
    assert article.checks.get().checked_by == editor
    assert "erscheint am 1.7.2999, 6.00 Uhr" in Letter.objects.get(kind="articles_approved").text
    karl.goto(editing)
    karl.get_by_role("tab", name="Publication").click()
    expect(karl.get_by_text("Checked by Karl Mohr")).to_be_visible()

    # A lawyer reads it by a link.
    karl.goto(f"{live_server.url}/admin/pages/{article.pk}/shares/")
    karl.get_by_label("For whom").fill("Dr. Petra Lang")
    karl.get_by_role("button", name="Make a link").click()
    address = karl.locator("#shared-address").input_value()
    lawyer = browser.new_context(java_script_enabled=False)
    reading = lawyer.new_page()
    assert reading.goto(f"{live_server.url}/europa/ein-hafen-wird-verkauft/").status == 404
    reading.goto(address)
    expect(reading.locator("h1")).to_have_text("Ein Hafen wird verkauft")
    expect(reading.get_by_text("Der Käufer ist eine Bank.")).to_be_visible()
    expect(reading.get_by_text("Entwurf, nicht veröffentlicht.")).to_be_visible()
    assert lawyer.cookies() == []

    # The hour comes; the article is published, and the link goes on until it ends.
    scheduled.content["go_live_at"] = (timezone.now() - timedelta(minutes=1)).isoformat()
    scheduled.approved_go_live_at = timezone.now() - timedelta(minutes=1)
    scheduled.save()
    assert publish_due.func() == 1
    assert reading.goto(f"{live_server.url}/europa/ein-hafen-wird-verkauft/").status == 200
    assert reading.goto(address).status == 200
    SharedDraft.objects.update(expires_on=timezone.now())
    assert reading.goto(address).status == 410
    expect(reading.get_by_role("heading", name="Dieser Link gilt nicht mehr.")).to_be_visible()
    lawyer.close()


def test_editor_is_asked_before_the_own_work_is_published(
    sign_in: SignIn, live_server: LiveServer, editor: StaffMember, other: StaffMember
) -> None:
    sync()
    article = write_article(section=make_section(), title="Sturmflut", by=editor)
    karl = sign_in(editor)
    open_editor(karl, f"{live_server.url}/admin/pages/{article.pk}/edit/")
    karl.locator("#id_standfirst").fill("Das Wasser steigt.")
    choose(karl, "Publish")
    expect(karl.get_by_text("its latest version is yours")).to_be_visible()
    expect(karl.get_by_text("These people can check it: Eva Lind")).to_be_visible()
    assert not ArticlePage.objects.get().live
    karl.get_by_label("Reason").fill("Das Wasser steigt, Eva schläft.")
    karl.get_by_role("button", name="Publish without a check").click()
    expect(karl.get_by_text("“Sturmflut” is published.")).to_be_visible()
    assert ArticlePage.objects.get().live


def test_what_was_typed_outlives_the_tab_and_two_people_lose_nothing(
    sign_in: SignIn, live_server: LiveServer, editor: StaffMember, other: StaffMember
) -> None:
    sync()
    section = make_section()
    karl, eva = sign_in(editor), sign_in(other)
    open_editor(karl, f"{live_server.url}/admin/pages/add/articles/articlepage/{section.pk}/")
    karl.locator("#id_title").fill("Ein Hafen wird verkauft")
    karl.keyboard.press("Tab")
    karl.wait_for_url(re.compile("/edit/"))  # it has saved itself
    article = ArticlePage.objects.get()
    editing = f"{live_server.url}/admin/pages/{article.pk}/edit/"
    open_editor(eva, editing)
    open_editor(karl, editing)
    with karl.expect_response(lambda answer: answer.request.method == "POST" and answer.url.startswith(editing)):
        karl.locator("#id_kicker").fill("Wirtschaft")

    # Eva types into what she opened before: nothing of Karl's is written over, and she is told.
    eva.locator("#id_kicker").fill("Schifffahrt")
    expect(eva.get_by_text("neuere Version").first).to_be_visible()
    assert ArticlePage.objects.get().get_latest_revision_as_object().kicker == "Wirtschaft"
    expect(eva.locator("#id_kicker")).to_have_value("Schifffahrt")

    karl.close(run_before_unload=False)
    again = sign_in(editor)
    open_editor(again, editing)
    expect(again.locator("#id_kicker")).to_have_value("Wirtschaft")


def test_pasted_headline_alone_is_saved_before_its_field_is_left(
    sign_in: SignIn, live_server: LiveServer, author: StaffMember
) -> None:
    section = make_section()
    rosa = sign_in(author)
    open_editor(rosa, f"{live_server.url}/admin/pages/add/articles/articlepage/{section.pk}/")
    rosa.locator("#id_title").fill("Grüße vom Hafen")  # as with the mouse: no key is pressed, the field stays open
    rosa.wait_for_url(re.compile("/edit/"))
    assert [(one.title, one.slug) for one in ArticlePage.objects.all()] == [("Grüße vom Hafen", "gruesse-vom-hafen")]


def test_article_submitted_while_it_first_saves_itself_is_made_once(
    sign_in: SignIn, live_server: LiveServer, author: StaffMember, editor: StaffMember
) -> None:
    section = make_section()
    rosa = sign_in(author)
    held: list[Route] = []
    rosa.route(
        "**/pages/add/**", lambda route: held.append(route) if route.request.method == "POST" else route.fallback()
    )
    open_editor(rosa, f"{live_server.url}/admin/pages/add/articles/articlepage/{section.pk}/")
    with rosa.expect_request(lambda asked: asked.method == "POST" and "/pages/add/" in asked.url):
        rosa.locator("#id_title").fill("Ein Hafen wird verkauft")
        rosa.keyboard.press("Tab")
    choose(rosa, "Zur Prüfung geben")
    assert not ArticlePage.objects.exists()
    held[0].continue_()
    rosa.wait_for_url(re.compile(rf"/admin/pages/{section.pk}/"))
    article = ArticlePage.objects.get()
    assert article.current_workflow_state.requested_by == author
    assert len(held) == 1


def test_preview_shows_the_draft_at_three_widths_and_in_the_dark(
    sign_in: SignIn, live_server: LiveServer, editor: StaffMember
) -> None:
    sync()
    article = write_article(section=make_section(), title="Ein Hafen wird verkauft", by=editor)
    karl = sign_in(editor)
    open_editor(karl, f"{live_server.url}/admin/pages/{article.pk}/edit/")
    karl.locator("[data-side-panel-toggle=preview]").click()
    frame = karl.frame_locator("#w-preview-iframe")
    expect(frame.locator("h1")).to_have_text("Ein Hafen wird verkauft")
    widths = []
    for name in ("As on a telephone", "As on a tablet", "As on a large screen"):
        karl.get_by_label(name).check(force=True)
        widths.append(frame.locator("html").evaluate("() => innerWidth"))
    assert widths == [390, 820, 1440]
    karl.locator("#id_preview_mode").select_option("dark")
    expect(frame.locator("html")).to_have_attribute("data-scheme", "dark")
    ground = frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert ground == "rgb(20, 22, 26)"
