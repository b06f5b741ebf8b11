"""An owner invites, changes and closes out; links work once; nobody is locked out."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone
from wagtail.users.models import UserProfile

from freiblatt.jobs.models import Job
from freiblatt.letters.models import Letter
from freiblatt.newsroom.actions import (
    StaffError,
    deactivate,
    end_sessions,
    invite,
    invite_again,
    one_time_link,
    reactivate,
    send_password_link,
)
from freiblatt.newsroom.models import KnownDevice, OneTimeLink, StaffMember
from freiblatt.newsroom.roles import Role, holds
from tests.cast import PASSWORD, make_member, make_owner
from tests.newsroom.signing_in import app_code, enter_code, enter_password, give_app, is_in, last_letter, link_in

pytestmark = pytest.mark.django_db

NEW = {"new_password1": "ein-neues-kennwort-9", "new_password2": "ein-neues-kennwort-9"}


@pytest.fixture
def owner(client) -> StaffMember:
    member = make_owner()
    enter_password(client)
    return member


def invitation(**fields) -> dict:
    return {
        "email": "Rosa@example.org",
        "first_name": "Rosa",
        "last_name": "Winter",
        "roles": ["editor"],
        "language": "en",
        **fields,
    }


def path_of(link: str) -> str:
    return link.removeprefix("http://testserver")


def open_link(client: Client, link: str):
    return client.get(path_of(link), follow=True)


def test_owner_invites_an_editor_who_comes_in(client, owner, settings):
    settings.MAIL_HAS_SERVER = True
    answer = client.post("/admin/users/new/", invitation(), follow=True)
    assert answer.redirect_chain
    letter = last_letter("newsroom_invitation")
    assert (letter.to_address, letter.language) == ("rosa@example.org", "en")
    assert "Olga Owner has invited you" in letter.text
    path = link_in(letter)
    assert path not in answer.content.decode()

    rosa = Client()
    assert "rosa@example.org" in open_link(rosa, path).content.decode()
    rosa.post("/admin/welcome/", NEW)

    assert is_in(rosa)
    member = StaffMember.objects.get(email="rosa@example.org")
    assert holds(member, Role.EDITOR)
    assert UserProfile.objects.get(user=member).preferred_language == "en"
    assert not Letter.objects.filter(kind="newsroom_new_device").exists()


def test_without_a_mail_server_the_link_is_shown_once(client, owner, settings):
    settings.MAIL_HAS_SERVER = False
    answer = client.post("/admin/users/new/", invitation(), follow=True)

    path = link_in(last_letter("newsroom_invitation"))
    assert path in answer.content.decode()
    assert path not in client.get("/admin/users/").content.decode()


def test_link_works_once_and_a_look_uses_nothing_up(client):
    _member, link = invite(email="rosa@example.org", roles=[Role.AUTHOR])
    for _ in range(3):
        open_link(Client(), link)
    other = Client()
    open_link(client, link)
    open_link(other, link)
    client.post("/admin/welcome/", NEW)
    assert is_in(client)

    assert other.post("/admin/welcome/", NEW).status_code == 410
    assert not is_in(other)
    assert open_link(Client(), link).status_code == 410


def test_secret_of_a_link_is_in_no_address_and_not_in_the_database(client):
    _member, link = invite(email="rosa@example.org", roles=[Role.AUTHOR])
    token = link.rstrip("/").rpartition("/")[2]

    answer = client.get(path_of(link))

    assert answer.headers["Location"] == "/admin/welcome/"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert token not in str(OneTimeLink.objects.values())


@pytest.mark.parametrize("fate", ["expired", "revoked", "closed", "made up"])
def test_link_that_is_over_lets_nobody_in(client, fate):
    member, link = invite(email="rosa@example.org", roles=[Role.AUTHOR])
    if fate == "expired":
        OneTimeLink.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    elif fate == "revoked":
        invite_again(member=member)
    elif fate == "closed":
        deactivate(member=member)
    else:
        link = link[:-4] + "xx/"

    assert open_link(client, link).status_code == 410
    assert client.post("/admin/welcome/", NEW).status_code == 410
    assert not is_in(client)


def test_invitation_lasts_seven_days(client):
    invite(email="rosa@example.org", roles=[Role.AUTHOR])
    lasts = OneTimeLink.objects.get().expires_at - timezone.now()

    assert datetime.timedelta(days=6, hours=23) < lasts <= datetime.timedelta(days=7)


def test_way_in_ends_all_other_links(client):
    """Who lost the invitation, and came in another way, leaves nothing behind that opens the account."""
    member, invitation_link = invite(email="rosa@example.org", roles=[Role.AUTHOR])
    send_password_link.call(member.pk)
    open_link(client, link_in(last_letter("newsroom_new_password")))
    client.post("/admin/welcome/", NEW)
    assert is_in(client)

    stranger = Client()
    assert open_link(stranger, invitation_link).status_code == 410
    assert stranger.post("/admin/welcome/", NEW).status_code == 410
    assert not is_in(stranger)


def test_signing_in_with_the_password_ends_links(client):
    owner = make_owner()
    send_password_link.call(owner.pk)
    link = one_time_link(member=owner)

    enter_password(client)

    assert is_in(client)
    assert open_link(Client(), link).status_code == 410
    assert open_link(Client(), link_in(last_letter("newsroom_new_password"))).status_code == 410


def test_half_a_sign_in_ends_no_links(client):
    owner = make_owner()
    give_app(owner)
    link = one_time_link(member=owner)

    enter_password(client)

    assert open_link(Client(), link).status_code == 200


def test_link_for_somebody_who_was_here_before_is_told(client):
    """A second invitation, or a link from the console, is a new password like others."""
    member, link = invite(email="rosa@example.org", roles=[Role.AUTHOR])
    open_link(client, link)
    client.post("/admin/welcome/", NEW)
    assert not Letter.objects.filter(kind="newsroom_changed").exists()

    finder = Client()
    open_link(finder, invite_again(member=member))
    finder.post("/admin/welcome/", NEW)

    assert is_in(finder)
    assert last_letter("newsroom_changed").to_address == "rosa@example.org"


def test_weak_or_different_passwords_use_no_link_up(client):
    _member, link = invite(email="rosa@example.org", roles=[Role.AUTHOR])
    open_link(client, link)

    for words in ({"new_password1": "kurz", "new_password2": "kurz"}, {**NEW, "new_password2": "anders"}, {}):
        assert client.post("/admin/welcome/", words).status_code == 200
    client.post("/admin/welcome/", NEW)

    assert is_in(client)


def test_link_does_not_lead_round_the_second_factor(client):
    owner = make_owner()
    give_app(owner)
    open_link(client, one_time_link(member=owner))

    answer = client.post("/admin/welcome/", {**NEW, "credential": "{}"})

    assert answer.headers["Location"] == "/admin/login/second-step/"
    assert not is_in(client)
    enter_code(client, app_code())
    assert is_in(client)


def test_address_that_is_there_is_not_invited_twice(client, owner):
    answer = client.post("/admin/users/new/", invitation(email="OWNER@example.org"))

    assert "email" in answer.context["form"].errors
    with pytest.raises(StaffError):
        invite(email="owner@example.org", roles=[Role.AUTHOR])


def test_closing_an_account_ends_all_its_sessions_at_once(client, owner):
    editor = make_member(Role.EDITOR)
    desk = Client()
    enter_password(desk, "editor@example.org")
    assert is_in(desk)

    client.post(f"/admin/users/{editor.pk}/open-or-close/")
    assert not is_in(desk)
    assert enter_password(desk, "editor@example.org").status_code == 200

    client.post(f"/admin/users/{editor.pk}/open-or-close/")
    assert not is_in(desk)
    enter_password(desk, "editor@example.org")
    assert is_in(desk)


def test_last_owner_can_neither_be_closed_out_nor_lowered(client, owner):
    client.post(f"/admin/users/{owner.pk}/open-or-close/")
    answer = client.post(
        f"/admin/users/edit/{owner.pk}/", invitation(email="owner@example.org", roles=["editor"], language="")
    )

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    member = StaffMember.objects.get(pk=owner.pk)
    assert (member.is_active, member.is_superuser) == (True, True)


def test_owner_changes_roles_and_address_and_the_earlier_address_is_told(client, owner):
    editor = make_member(Role.EDITOR)

    client.post(f"/admin/users/edit/{editor.pk}/", invitation(email="new@example.org", roles=["author", "moderator"]))

    member = StaffMember.objects.get(pk=editor.pk)
    assert member.email == "new@example.org"
    assert (holds(member, Role.EDITOR), holds(member, Role.AUTHOR), holds(member, Role.MODERATOR)) == (
        False,
        True,
        True,
    )
    assert last_letter("newsroom_address_changed").to_address == "editor@example.org"


def test_people_are_not_changed_in_heaps(client, owner):
    editor = make_member(Role.EDITOR)

    for action in ("delete", "set_active_state", "assign_role"):
        client.post(f"/admin/bulk/newsroom/staffmember/{action}/?id={editor.pk}", {"mark_as_active": ""})

    assert StaffMember.objects.get(pk=editor.pk).is_active
    assert StaffMember.objects.get(pk=owner.pk).is_active


def test_pages_of_people_show_what_can_be_done_there(client, owner):
    editor = make_member(Role.EDITOR)
    give_app(editor)
    assert client.get("/admin/users/").status_code == 200

    inviting = client.get("/admin/users/new/")
    page = BeautifulSoup(inviting.content, "html.parser").main
    fields = {field["name"] for field in page.select("form [name]")} - {"csrfmiddlewaretoken"}
    assert fields == {"email", "first_name", "last_name", "roles", "language"}
    assert page.h2.get_text(strip=True) == "Jemanden einladen"

    changing = client.get(f"/admin/users/edit/{editor.pk}/")
    page = BeautifulSoup(changing.content, "html.parser").main
    assert [field["value"] for field in page.select("[name=roles][checked]")] == ["editor"]
    places = {form["action"].rstrip("/").rpartition("/")[2] for form in page.select("form[action]")}
    assert places == {str(editor.pk), "invite", "open-or-close", "reset-factors"}


def test_editor_changes_nobody(client):
    make_member(Role.EDITOR)
    author = make_member(Role.AUTHOR)
    enter_password(client, "editor@example.org")

    for word in ("invite", "open-or-close", "reset-factors"):
        assert client.post(f"/admin/users/{author.pk}/{word}/").status_code == 302

    assert StaffMember.objects.get(pk=author.pk).is_active
    assert not OneTimeLink.objects.exists()


def test_forgotten_password_says_the_same_to_all_and_writes_to_members_alone(client, settings):
    settings.MAIL_HAS_SERVER = True
    make_owner()

    known = client.post("/admin/password_reset/", {"email": "owner@example.org"})
    unknown = client.post("/admin/password_reset/", {"email": "nobody@example.org"})

    words = [BeautifulSoup(answer.content, "html.parser").main.get_text() for answer in (known, unknown)]
    assert words[0].replace("owner@", "nobody@") == words[1]
    # One job for each, which alone tells them apart.
    arguments = [job.result.args_kwargs["args"] for job in Job.objects.filter(task_path__endswith="send_password_link")]
    assert sorted(arguments) == sorted([[StaffMember.objects.get().pk], [0]])


def test_link_for_a_forgotten_password_works_once_and_three_go_out_in_an_hour(client):
    member = make_owner()
    for _ in range(5):
        send_password_link.call(member.pk)
    send_password_link.call(0)
    assert Letter.objects.filter(kind="newsroom_new_password").count() == 3

    open_link(client, "http://testserver" + link_in(last_letter("newsroom_new_password")))
    client.post("/admin/welcome/", NEW)

    assert is_in(client)
    assert StaffMember.objects.get().check_password(NEW["new_password1"])


def test_strangers_who_ask_take_no_link_from_the_member(client):
    member = make_owner()
    send_password_link.call(member.pk)
    asked_for = link_in(last_letter("newsroom_new_password"))
    for _ in range(4):
        send_password_link.call(member.pk)

    open_link(client, asked_for)
    client.post("/admin/welcome/", NEW)
    assert is_in(client)

    # None of the others is left, and who forgets again is not made to wait for what strangers did.
    assert not OneTimeLink.objects.usable().exists()
    send_password_link.call(member.pk)
    assert OneTimeLink.objects.usable().count() == 1


def test_forgotten_password_without_a_mail_server_names_another_way(client, settings):
    settings.MAIL_HAS_SERVER = False

    assert "freiblatt staff link" in client.get("/admin/password_reset/").content.decode()


def test_new_password_ends_sessions_elsewhere_and_is_told(client, owner):
    thief = Client()
    enter_password(thief)

    client.post("/admin/security/password/", NEW)

    assert is_in(client)
    assert not is_in(thief)
    assert last_letter("newsroom_changed").to_address == "owner@example.org"


def test_new_address_counts_when_it_is_confirmed(client, owner, settings):
    settings.MAIL_HAS_SERVER = True
    client.post("/admin/security/address/", {"email": "New@example.org"})
    letter = last_letter("newsroom_confirm_address")
    assert letter.to_address == "new@example.org"
    assert StaffMember.objects.get().email == "owner@example.org"

    client.get(link_in(letter), follow=True)
    assert StaffMember.objects.get().email == "owner@example.org"
    client.post("/admin/welcome/")

    assert StaffMember.objects.get().email == "new@example.org"
    assert last_letter("newsroom_address_changed").to_address == "owner@example.org"


def test_new_device_is_told_and_a_known_one_is_not(client):
    member = make_owner()
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
    enter_password(client, **{"User-Agent": firefox})
    client.post("/admin/logout/")
    enter_password(client, **{"User-Agent": firefox})
    assert not Letter.objects.filter(kind="newsroom_new_device").exists()

    other = Client(REMOTE_ADDR="203.0.113.77")
    enter_password(other, **{"User-Agent": firefox})

    text = last_letter("newsroom_new_device").text
    assert "Firefox, Linux" in text
    assert "203.0.113.0" in text
    assert "203.0.113.77" not in text
    assert other.cookies["freiblatt_device"]["path"] == "/admin/"
    token = other.cookies["freiblatt_device"].value
    assert token not in str(KnownDevice.objects.filter(member=member).values())


def test_sessions_are_listed_and_ended_one_by_one_or_all(client, owner):
    others = [Client(REMOTE_ADDR=f"203.0.113.{number}") for number in (7, 8)]
    for one in others:
        enter_password(one, **{"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/141.0"})
    sessions = client.get("/admin/security/").context["sessions"]
    assert [one.user_agent for one in sessions][1:] == ["Firefox, Windows"] * 2
    assert {one.ip for one in sessions[1:]} == {"203.0.113.0"}

    client.post(f"/admin/security/sessions/{sessions[1].pk}/end/")
    assert sorted(is_in(one) for one in others) == [False, True]
    client.post("/admin/security/sessions/end-others/")
    assert [is_in(one) for one in others] == [False, False]
    assert is_in(client)


def test_nobody_ends_sessions_of_others(client, owner):
    editor = Client()
    make_member(Role.EDITOR)
    enter_password(editor, "editor@example.org")
    (session,) = editor.get("/admin/security/").context["sessions"]

    client.post(f"/admin/security/sessions/{session.pk}/end/")

    assert is_in(editor)


def test_sessions_end_although_nobody_listed_them(client):
    member = make_owner()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")

    end_sessions(member=member)

    assert not is_in(client)
    reactivate(member=member)
    assert not is_in(client)
    assert StaffMember.objects.get().check_password(PASSWORD)
