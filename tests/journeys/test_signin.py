"""Somebody is invited and comes in: by a passkey, by password and app, and never by a password alone."""

import re
import time
from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from freiblatt.articles.models import FrontPage
from freiblatt.newsroom.actions import invite, one_time_link
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from freiblatt.newsroom.totp import STEP_SECONDS, code_at
from freiblatt.pagestore.sessions import SessionStore
from tests.cast import PASSWORD, make_owner
from tests.journeys.devices import give_keeper

pytestmark = pytest.mark.journey


@pytest.fixture
def house(front: FrontPage, live_server: LiveServer, settings) -> str:
    """The publication at a name, at which passkeys can work, with a second factor for owners and editors."""
    settings.SECOND_FACTOR_ROLES = ("owner", "editor")
    settings.WAGTAILADMIN_BASE_URL = live_server.url.replace("127.0.0.1", "localhost")
    return settings.WAGTAILADMIN_BASE_URL


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser complains about, but for a link that is gone, and requests to other hosts. Empty at the end."""
    found: list[str] = []

    def hear(page: Page) -> None:
        page.on("console", lambda said: found.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
        page.on(
            "request",
            lambda asked: None if re.match(r"http://localhost|data:", asked.url) else found.append(asked.url),
        )

    context.on("page", hear)
    yield found
    assert [complaint for complaint in found if "410 (Gone)" not in complaint] == []


def forget_proofs() -> None:
    """Let all sessions be some that proved an hour ago who they are."""
    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        records = session.load().get("account_authentication_methods", [])
        session["account_authentication_methods"] = [{**record, "at": time.time() - 3600} for record in records]
        session.save()


def sign_out(page: Page, house: str) -> None:
    """Leave, as whoever closes the browser."""
    page.context.clear_cookies()
    page.goto(house + "/admin/login/")


def enter_password(page: Page, house: str, email: str, password: str = PASSWORD) -> None:
    """Fill in the first page of the sign-in."""
    page.goto(house + "/admin/login/")
    page.locator("input[name=username]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()


def test_invited_editor_comes_in_by_passkey_and_by_nothing_else(house: str, complaints: list[str], page: Page) -> None:
    _member, link = invite(email="rosa@example.org", roles=[Role.EDITOR], first_name="Rosa")
    devtools, keeper = give_keeper(page)
    page.goto(link)
    assert link.rpartition("/welcome/")[2] not in page.url
    page.locator("[data-passkey-start]").click()
    page.wait_for_url(house + "/admin/security/codes/")
    expect(page.locator("[data-recovery-code]")).to_have_count(10)
    code = page.locator("[data-recovery-code]").first.inner_text()
    (kept,) = devtools.send("WebAuthn.getCredentials", {"authenticatorId": keeper})["credentials"]
    assert (kept["isResidentCredential"], kept["rpId"]) == (True, "localhost")

    sign_out(page, house)
    page.locator("[data-passkey-start]").click()
    page.wait_for_url(house + "/admin/")

    # Somebody else's device knows nothing, and the link is used up.
    sign_out(page, house)
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": keeper})
    give_keeper(page)
    page.locator("[data-passkey-start]").click()
    expect(page.locator(".door__trouble")).to_be_visible()
    assert page.goto(link).status == 410

    # With a forgotten password replaced, the passkey is still asked for; a recovery code stands in for it.
    page.goto(one_time_link(member=StaffMember.objects.get()))
    assert page.locator("[data-passkey=create]").count() == 0
    page.locator("input[name=new_password1]").fill("ein-neues-kennwort-9")
    page.locator("input[name=new_password2]").fill("ein-neues-kennwort-9")
    page.locator("button[type=submit]").click()
    page.wait_for_url(house + "/admin/login/second-step/")
    page.locator("input[name=code]").fill(code)
    page.locator("button[type=submit]").click()
    page.wait_for_url(house + "/admin/")


def test_device_that_does_not_look_who_holds_it_is_refused(house: str, page: Page) -> None:
    _member, link = invite(email="rosa@example.org", roles=[Role.EDITOR])
    give_keeper(page, isUserVerified=False)
    page.goto(link)

    page.locator("[data-passkey-start]").click()

    expect(page.locator(".door__trouble")).to_be_visible()


def test_owner_sets_up_an_app_and_comes_in_by_its_codes(
    house: str, complaints: list[str], page: Page, browser: Browser
) -> None:
    make_owner(email="olga@example.org")
    enter_password(page, house, "olga@example.org")
    page.wait_for_url(house + "/admin/security/")
    page.goto(house + "/admin/images/")
    page.wait_for_url(house + "/admin/security/")
    page.goto(house + "/admin/security/app/")
    secret = page.locator("[data-secret]").inner_text()
    used = code_at(secret, int(time.time()) // STEP_SECONDS)
    page.locator("input[name=code]").fill(used)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(house + "/admin/security/codes/")
    recovery = page.locator("[data-recovery-code]").first.inner_text()
    assert page.goto(house + "/admin/").status == 200

    thief = browser.new_context().new_page()
    enter_password(thief, house, "olga@example.org")
    thief.wait_for_url(house + "/admin/login/second-step/")
    thief.locator("input[name=code]").fill(used)
    thief.locator("button[type=submit]").click()
    expect(thief.locator(".error-message")).to_be_visible()
    thief.goto(house + "/admin/")
    assert "/admin/login/" in thief.url
    thief.context.close()

    sign_out(page, house)
    enter_password(page, house, "olga@example.org")
    page.locator("input[name=code]").fill(code_at(secret, int(time.time()) // STEP_SECONDS + 1))
    page.locator("button[type=submit]").click()
    page.wait_for_url(house + "/admin/")

    sign_out(page, house)
    enter_password(page, house, "olga@example.org")
    page.locator("input[name=code]").fill(recovery)
    page.locator("button[type=submit]").click()
    page.wait_for_url(house + "/admin/")
    sign_out(page, house)
    enter_password(page, house, "olga@example.org")
    page.locator("input[name=code]").fill(recovery)
    page.locator("button[type=submit]").click()
    expect(page.locator(".error-message")).to_be_visible()


def test_owner_proves_by_passkey_who_invites_and_types_nothing_twice(
    house: str, complaints: list[str], page: Page
) -> None:
    _member, link = invite(email="olga@example.org", roles=[Role.OWNER])
    give_keeper(page)
    page.goto(link)
    page.locator("[data-passkey-start]").click()
    page.wait_for_url(house + "/admin/security/codes/")
    forget_proofs()

    page.goto(house + "/admin/users/new/")
    page.locator("input[name=email]").fill("rosa@example.org")
    page.locator("input[name=first_name]").fill("Rosa")
    page.locator("input[name=roles][value=editor]").check()
    page.locator("#w-editor-form button[type=submit]").click()
    page.wait_for_url("**/admin/security/confirm/passkey/?next=*")
    other = page.locator(".security__list a").get_attribute("href")
    assert other == "/admin/security/confirm/code/?next=%2Fadmin%2Fusers%2Fnew%2F"
    page.locator("[data-passkey-start]").click()
    page.wait_for_url(house + "/admin/users/")

    expect(page.get_by_role("link", name="Rosa")).to_be_visible()
    assert StaffMember.objects.get(email="rosa@example.org").first_name == "Rosa"


def test_page_says_where_passkeys_cannot_work(house: str, live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url.replace("localhost", "127.0.0.1") + "/admin/login/")

    assert page.locator("[data-passkey-start]").count() == 0
    page.locator(".door__passkey a").click()

    expect(page.locator("[data-passkey-start]")).to_be_visible()
    assert page.url.startswith("http://localhost")


def test_sign_in_speaks_english_where_somebody_chose_it(house: str, page: Page) -> None:
    page.goto(house + "/admin/login/")
    expect(page.locator("h1")).to_have_text("Anmeldung zur Redaktion")

    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Sign in to the newsroom")
    page.goto(house + "/admin/login/")
    expect(page.locator("h1")).to_have_text("Sign in to the newsroom")
