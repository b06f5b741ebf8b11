"""An old session alone changes nobody's ways in: who is there proves it again, and nothing typed is lost by it."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from bs4 import BeautifulSoup
from django.test import Client
from wagtail.models import ModelLogEntry

from freiblatt.newsroom.models import OneTimeLink, StaffMember
from freiblatt.newsroom.roles import Role, roles_of
from tests.cast import PASSWORD, make_member, make_owner
from tests.newsroom.signing_in import app_code, enter_code, enter_password, give_app, is_in

pytestmark = pytest.mark.django_db

RECORDS = "account_authentication_methods"
BY_PASSWORD = "/admin/security/confirm/password/"
BY_CODE = "/admin/security/confirm/code/"
BY_PASSKEY = "/admin/security/confirm/passkey/"
INVITATION = {
    "email": "rosa@example.org",
    "first_name": "Rosa",
    "last_name": "Winter",
    "roles": ["owner"],
    "language": "en",
}


def an_hour_later(client: Client) -> None:
    """Let the session of `client` be one that proved an hour ago who it is."""
    session = client.session
    session[RECORDS] = [{**record, "at": time.time() - 3600} for record in session[RECORDS]]
    session.save()


@pytest.fixture
def owner(client) -> StaffMember:
    member = make_owner()
    enter_password(client)
    an_hour_later(client)
    return member


@pytest.fixture
def second() -> StaffMember:
    member = make_member(Role.OWNER, email="second@example.org")
    give_app(member)
    return member


def state_of(member: StaffMember) -> tuple:
    found = StaffMember.objects.filter(pk=member.pk).first()
    if found is None:
        return ()
    links = OneTimeLink.objects.filter(member=found).count()
    return found.email, found.is_active, roles_of(found), found.password, Authenticator.objects.count(), links


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/admin/users/edit/{}/", {**INVITATION, "email": "evil@example.org"}),
        ("/admin/users/edit/{}/", {**INVITATION, "email": "second@example.org", "roles": ["author"]}),
        ("/admin/users/delete/{}/", {}),
        ("/admin/users/{}/invite/", {}),
        ("/admin/users/{}/open-or-close/", {}),
        ("/admin/users/{}/reset-factors/", {}),
    ],
    ids=["address", "roles", "delete", "invite again", "close", "factors"],
)
def test_old_session_changes_no_other_owner(client, owner, second, address, words):
    before = state_of(second)

    answer = client.post(address.format(second.pk), words)

    assert answer.headers["Location"].startswith(BY_PASSWORD)
    assert state_of(second) == before
    client.post(BY_PASSWORD, {"next": address.format(second.pk), "password": "falsches-kennwort-1"})
    assert state_of(second) == before
    # Who knows the password does it, without typing anything again.
    client.post(BY_PASSWORD, {"next": address.format(second.pk), "password": PASSWORD})
    assert state_of(second) != before


def test_old_session_invites_nobody_and_looks_at_everything(client, owner, second):
    for address in ("/admin/users/", "/admin/users/new/", f"/admin/users/edit/{second.pk}/"):
        assert client.get(address).status_code == 200

    client.post("/admin/users/new/", INVITATION)

    assert not StaffMember.objects.filter(email="rosa@example.org").exists()


@pytest.mark.parametrize("factor", ["password", "app", "recovery code beside a passkey"])
def test_who_proves_it_goes_on_where_the_form_was_sent(client, factor):
    owner = make_owner()
    if factor == "app":
        give_app(owner)
    elif factor != "password":
        Authenticator.objects.create(user=owner, type=Authenticator.Type.WEBAUTHN, data={})
        codes = RecoveryCodes.activate(owner).get_unused_codes()
    enter_password(client)
    if factor == "app":
        enter_code(client, app_code(steps=-1))
    elif factor != "password":
        enter_code(client, codes[0])
    assert is_in(client)
    an_hour_later(client)

    answer = client.post("/admin/users/new/", INVITATION)
    place = {"password": BY_PASSWORD, "app": BY_CODE}.get(factor, BY_PASSKEY)
    assert answer.headers["Location"] == f"{place}?next=%2Fadmin%2Fusers%2Fnew%2F"
    if place == BY_PASSKEY:
        place = BY_CODE  # the other way that the page offers
    proof = {"password": {"password": PASSWORD}, "app": {"code": app_code()}}.get(factor) or {"code": codes[1]}
    answer = client.post(place, {"next": "/admin/users/new/", **proof})

    assert answer.headers["Location"] == "/admin/users/"
    rosa = StaffMember.objects.get(email="rosa@example.org")
    assert (rosa.first_name, rosa.last_name, roles_of(rosa)) == ("Rosa", "Winter", {Role.OWNER})
    # Proved just now: the next one is asked nothing.
    client.post("/admin/users/new/", {**INVITATION, "email": "karl@example.org"})
    assert StaffMember.objects.filter(email="karl@example.org").exists()


def test_form_with_faults_comes_back_with_what_was_typed(client, owner):
    client.post("/admin/users/new/", {**INVITATION, "email": "no address"})

    answer = client.post(BY_PASSWORD, {"next": "/admin/users/new/", "password": PASSWORD})

    page = BeautifulSoup(answer.content, "html.parser").main
    assert page.select_one("[name=first_name]")["value"] == "Rosa"
    assert page.select_one("#w-editor-form")["action"] == "/admin/users/new/"
    assert page.select_one(".error-message")


def test_what_was_sent_and_given_up_is_not_done_later(client, owner):
    """Only what was sent right before the proof is carried out by it."""
    client.post("/admin/security/password/", {"new_password1": "eins-zwei-drei-4", "new_password2": "eins-zwei-drei-4"})
    client.get("/admin/security/password/")

    answer = client.post(BY_PASSWORD, {"next": "/admin/security/password/", "password": PASSWORD})

    assert answer.headers["Location"] == "/admin/security/password/"
    assert StaffMember.objects.get().check_password(PASSWORD)


def test_typed_passwords_do_not_wait_in_the_session(client, owner):
    client.post("/admin/security/password/", {"new_password1": "eins-zwei-drei-4", "new_password2": "eins-zwei-drei-4"})

    assert "eins-zwei-drei-4" not in str(dict(client.session.items()))


def test_own_factors_are_not_taken_away_in_the_list_of_people(client):
    owner = make_owner()
    give_app(owner)
    enter_password(client)
    enter_code(client, app_code())

    answer = client.post(f"/admin/users/{owner.pk}/reset-factors/", follow=True)

    assert answer.status_code == 200
    assert Authenticator.objects.filter(user=owner).exists()
    assert is_in(client)
    page = BeautifulSoup(client.get(f"/admin/users/edit/{owner.pk}/").content, "html.parser").main
    assert not page.select("form[action$=reset-factors\\/]")


def test_who_closes_the_own_account_is_led_out(client, second):
    owner = make_owner()
    enter_password(client)

    answer = client.post(f"/admin/users/{owner.pk}/open-or-close/", follow=True)

    assert answer.redirect_chain[-1] == ("/admin/login/", 302)
    assert answer.status_code == 200
    assert not StaffMember.objects.get(pk=owner.pk).is_active


def test_address_of_a_button_leads_to_the_person(client, owner, second):
    for word in ("invite", "open-or-close", "reset-factors"):
        answer = client.get(f"/admin/users/{second.pk}/{word}/")
        assert answer.headers["Location"] == f"/admin/users/edit/{second.pk}/"


def test_member_is_deleted_and_the_name_stays_in_the_log(client, second):
    make_owner()
    enter_password(client)

    assert client.post(f"/admin/users/delete/{second.pk}/").headers["Location"] == "/admin/users/"

    assert not StaffMember.objects.filter(pk=second.pk).exists()
    assert ModelLogEntry.objects.get(action="wagtail.delete").label == "second@example.org"
