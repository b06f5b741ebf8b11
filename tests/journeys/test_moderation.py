"""A moderator works through the queue: fifty comments by keyboard, some without script, and never losing anything."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from freiblatt.articles.models import FrontPage
from freiblatt.discussion.actions import add_comment, approve_comment, open_thread, plant_house_rules
from freiblatt.discussion.models import Comment, CommentState, Decision, Thread
from freiblatt.newsroom import roles
from freiblatt.newsroom.roles import Role
from tests.cast import PASSWORD, make_member
from tests.factories import make_article, make_author, make_section
from tests.journeys.newspaper import NPM, need_node

pytestmark = pytest.mark.journey

QUEUE = "/admin/discussion/"
Keys = Callable[..., None]


@pytest.fixture
def thread(front: FrontPage) -> Thread:
    """An open discussion, and house rules to decide by."""
    plant_house_rules()
    roles.sync()
    make_member(Role.MODERATOR, email="mo@example.org", first_name="Mo", last_name="Moderator")
    article = make_article(section=make_section(), authors=[make_author()])
    return open_thread(article=article)


def wait(thread: Thread, number: int) -> Comment:
    text = f"Gedanke Nummer {number} zum Hafen."
    return add_comment(thread=thread, text=text, guest_name=f"Gast {number}", state=CommentState.WAITING)


def sign_in(page: Page, live_server: LiveServer) -> Page:
    """Sign in as the moderator and open the queue."""
    page.goto(f"{live_server.url}/admin/login/?next={QUEUE}")
    page.locator("input[name=username]").fill("mo@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url(live_server.url + QUEUE)
    return page


def entry(page: Page, comment: Comment) -> str:
    return f"#comment-{comment.pk}"


def states() -> dict[int, str]:
    return dict(Comment.objects.values_list("pk", "state"))


def test_fifty_comments_take_at_most_two_keys_each(thread: Thread, page: Page, live_server: LiveServer) -> None:
    comments = [wait(thread, number) for number in range(50)]
    sign_in(page, live_server)
    pressed: list[str] = []
    wanted: dict[int, str] = {}
    for number, comment in enumerate(comments):
        expect(page.locator(entry(page, comment))).to_be_focused()
        if number % 10 == 9:
            keys, becomes = ["r", "6"], CommentState.REFUSED
        elif number % 10 == 4:
            keys, becomes = ["p", "2"], CommentState.PUBLIC
        elif number == 0:
            keys, becomes = ["e", "3"], CommentState.REMOVED
        else:
            keys, becomes = ["a"], CommentState.PUBLIC
        for key in keys:
            page.keyboard.press(key)
            pressed.append(key)
        wanted[comment.pk] = becomes
        expect(page.locator("[data-said]")).to_contain_text(f"Gast {number}")

    expect(page.locator("[data-count]")).to_have_text("Nichts wartet. Gut gemacht.")
    assert states() == wanted
    assert len(pressed) <= 2 * len(comments)
    assert Decision.objects.filter(rule__code=list_of_rules()[5]).count() == 5
    assert Comment.objects.filter(pick_reason="Eine gute Frage").count() == 5


def list_of_rules() -> list[str]:
    from freiblatt.discussion.models import HouseRule

    return [rule.code for rule in HouseRule.objects.standing()]


def test_keys_move_open_close_take_back_and_leave_typing_alone(
    thread: Thread, page: Page, live_server: LiveServer
) -> None:
    first, second, third = (wait(thread, number) for number in range(3))
    sign_in(page, live_server)
    for key, comment in (("j", second), ("ArrowDown", third), ("j", third), ("k", second), ("ArrowUp", first)):
        page.keyboard.press(key)
        expect(page.locator(entry(page, comment))).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("[data-help]")).to_have_attribute("open", "")
    expect(page.locator("#keyboard-shortcuts-dialog")).to_be_hidden()
    page.keyboard.press("?")
    page.keyboard.press("r")
    words = page.locator(f"{entry(page, first)} details[data-panel=r] textarea[name=words]")
    words.fill("")
    words.type("aber 1 ja?")
    expect(words).to_have_value("aber 1 ja?")
    assert set(states().values()) == {CommentState.WAITING}
    page.keyboard.press("Escape")
    expect(page.locator(entry(page, first))).to_be_focused()
    expect(words).to_be_hidden()

    page.keyboard.press("a")
    expect(page.locator(entry(page, second))).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.locator(entry(page, third))).to_be_focused()
    for comment in (second, first):
        page.keyboard.press("u")
        expect(page.locator(entry(page, comment))).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("[data-said]")).to_have_text("Es gibt nichts zurückzunehmen.")
    assert set(states().values()) == {CommentState.WAITING}
    page.keyboard.press("a")
    expect(page.locator(entry(page, second))).to_be_focused()
    assert states()[first.pk] == CommentState.PUBLIC


def test_fault_is_said_and_nothing_is_lost(thread: Thread, page: Page, live_server: LiveServer) -> None:
    first, second = wait(thread, 1), wait(thread, 2)
    sign_in(page, live_server)
    address = f"**{QUEUE}decide/"

    def fail(route: Route) -> None:
        route.abort()

    page.keyboard.press("r")
    page.locator(f"{entry(page, first)} details[data-panel=r] textarea[name=words]").fill("Bitte mit Quelle.")
    page.route(address, fail)
    page.locator(f"{entry(page, first)} details[data-panel=r] button[data-digit='1']").click()
    expect(page.locator(f"{entry(page, first)} [data-entry-said]")).to_contain_text("Es ist nichts geschehen")
    page.unroute(address, fail)
    expect(page.locator(f"{entry(page, first)} details[data-panel=r] textarea[name=words]")).to_have_value(
        "Bitte mit Quelle."
    )
    page.locator(f"{entry(page, first)} details[data-panel=r] button[data-digit='1']").click()
    expect(page.locator(entry(page, second))).to_be_focused()
    assert Decision.objects.get().words == "Bitte mit Quelle."

    approve_comment(comment=second, by=None)
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.locator(f"{entry(page, second)} [data-entry-said]")).to_contain_text("inzwischen")
    assert states()[second.pk] == CommentState.PUBLIC


def test_queue_is_worked_without_script(thread: Thread, browser: Browser, live_server: LiveServer) -> None:
    comments = [wait(thread, number) for number in range(4)]
    with browser.new_context(java_script_enabled=False, locale="de-DE") as context:
        page = sign_in(context.new_page(), live_server)
        page.locator(f"{entry(page, comments[0])} form[data-deed=approve] button").click()
        expect(page.locator(".messages")).to_contain_text("Gast 0")
        refusal = page.locator(f"{entry(page, comments[1])} details[data-panel=r]")
        refusal.locator("summary").click()
        refusal.locator("textarea[name=words]").fill("Bitte mit Quelle.")
        refusal.locator("button[name=rule]").nth(2).click()
        for comment in comments[2:]:
            page.locator(f"{entry(page, comment)} input[type=checkbox]").check()
        page.locator("#desk-many button[value=approve]").click()
        expect(page.get_by_text("Nichts wartet. Gut gemacht.")).to_be_visible()
        page.locator(".desk-lately summary").click()
        page.locator(".desk-lately button").first.click()
        expect(page.locator(".desk-entry")).to_have_count(1)

    assert sorted(states().values()) == sorted(
        [CommentState.PUBLIC, CommentState.REFUSED, CommentState.PUBLIC, CommentState.WAITING]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_desk_fits_every_screen_and_axe_finds_nothing(
    thread: Thread, browser: Browser, live_server: LiveServer, scheme: str
) -> None:
    need_node()
    above = add_comment(thread=thread, text="Die Stadt haftet.", guest_name="Bruno")
    comment = add_comment(
        thread=thread, text="Nein, das Land.", guest_name="Helga", parent=above, state=CommentState.WAITING
    )
    places = [
        QUEUE,
        f"{QUEUE}together/?of=article&comment={comment.pk}",
        f"{QUEUE}threads/",
        f"{QUEUE}threads/{thread.pk}/",
        f"{QUEUE}asked/",
    ]
    axe = (NPM / "axe-core/axe.min.js").read_text()
    found = []
    with browser.new_context(color_scheme=scheme, locale="de-DE") as context:
        page = sign_in(context.new_page(), live_server)
        for width in (390, 820, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            for place in places:
                page.goto(live_server.url + place)
                for panel in page.locator("details[data-panel]").all():
                    panel.evaluate("panel => { panel.open = true }")
                page.evaluate(axe)
                violations = page.evaluate("axe.run('main').then((result) => result.violations)")
                found += [f"{place} {width}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in violations]
                wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
                found += [f"{place} {width}: wider than the screen"] if wide else []
    assert found == []
