"""Who gets in, by which steps; and who does not."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings as django_settings
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from wagtail.users.models import UserProfile

from freiblatt.letters.models import Letter
from freiblatt.lib import limits
from freiblatt.newsroom.actions import reset_factors
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from freiblatt.pagestore.session_keys import SessionKeys
from tests.cast import PASSWORD, make_member, make_owner
from tests.newsroom.signing_in import (
    DESK,
    LOGIN,
    SECOND_STEP,
    SECURITY,
    app_code,
    enter_code,
    enter_password,
    give_app,
    is_in,
    last_letter,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def factor_needed(settings) -> None:
    """Ask owners and editors for a second factor, as a publication does by default."""
    settings.SECOND_FACTOR_ROLES = ("owner", "editor")


def key_of(client: Client) -> str:
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def test_password_lets_in_where_no_second_factor_is_asked_for(client):
    make_owner()

    assert enter_password(client).headers["Location"] == DESK
    assert is_in(client)


def test_mail_address_may_be_written_as_one_likes(client):
    make_owner(email="owner@example.org")

    assert enter_password(client, " Owner@Example.ORG").status_code == 302
    assert is_in(client)


def test_wrong_password_and_unknown_address_get_the_same_answer(client):
    make_owner()
    gone = make_member(Role.EDITOR, email="gone@example.org")
    StaffMember.objects.filter(pk=gone.pk).update(is_active=False)

    sentences = {
        tuple(enter_password(client, email, password).context["form"].non_field_errors())
        for email, password in [
            ("owner@example.org", "wrong"),
            ("nobody@example.org", "wrong"),
            ("gone@example.org", PASSWORD),
        ]
    }

    assert len(sentences) == 1
    assert not is_in(client)


def test_next_leads_on_and_never_out_of_the_house(client):
    make_owner()
    answer = client.post(LOGIN, {"username": "owner@example.org", "password": PASSWORD, "next": "/admin/images/"})
    assert answer.headers["Location"] == "/admin/images/"

    other = Client()
    answer = other.post(LOGIN, {"username": "owner@example.org", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer.headers["Location"] == DESK


def test_stolen_password_alone_does_not_get_in(client):
    give_app(make_owner())

    assert enter_password(client).headers["Location"] == SECOND_STEP
    assert not is_in(client)
    assert client.get(SECURITY).status_code == 302
    enter_code(client, "000000")
    assert not is_in(client)


def test_code_of_the_app_is_the_second_step(client):
    give_app(make_owner())

    enter_password(client)
    assert enter_code(client, f" {app_code()[:3]} {app_code()[3:]} ").headers["Location"] == DESK
    assert is_in(client)


def test_code_of_the_app_is_good_once(client):
    give_app(make_owner())
    code = app_code()
    enter_password(client)
    enter_code(client, code)
    assert is_in(client)

    thief = Client()
    enter_password(thief)
    assert enter_code(thief, code).status_code == 200
    assert not is_in(thief)
    # Nor one that is older than the one used, though it would still be in time.
    enter_code(thief, app_code(steps=-1))
    assert not is_in(thief)


def test_code_of_the_next_half_minute_is_taken_and_one_beyond_is_not(client):
    give_app(make_owner())
    enter_password(client)

    enter_code(client, app_code(steps=3))
    assert not is_in(client)
    enter_code(client, app_code(steps=1))
    assert is_in(client)


def test_recovery_code_is_good_once_and_told(client):
    owner = make_owner()
    give_app(owner)
    code = RecoveryCodes.activate(owner).get_unused_codes()[0]
    enter_password(client)
    enter_code(client, code)
    assert is_in(client)
    assert "9" in last_letter("newsroom_recovery_code_used").text

    thief = Client()
    enter_password(thief)
    enter_code(thief, code)
    assert not is_in(thief)


def test_five_wrong_codes_bar_all_others_for_a_while_and_warn_the_member(client, settings):
    owner = make_owner()
    give_app(owner)
    enter_password(client)

    for _ in range(5):
        enter_code(client, "000000")
    # From another address and another browser as well.
    other = Client(REMOTE_ADDR="198.51.100.7")
    enter_password(other)
    assert enter_code(other, app_code()).status_code == 200
    assert not is_in(other)
    assert Letter.objects.filter(kind="newsroom_wrong_codes").count() == 1

    StaffMember.objects.filter(pk=owner.pk).update(codes_barred_until=timezone.now())
    enter_code(other, app_code())
    assert is_in(other)
    assert StaffMember.objects.get(pk=owner.pk).wrong_codes == 0


@pytest.mark.parametrize("hostile", ["", "1" * 5000, "\x00", "१२३४५६", "0x1234", "[]"])
def test_hostile_codes_get_a_sentence(client, hostile):
    give_app(make_owner())
    enter_password(client)

    answer = enter_code(client, hostile)

    assert answer.status_code == 200
    assert answer.context["form"].errors


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"id": 1}',
        '{"response": {"userHandle": "AA"}}',
        '{"id":"AA","rawId":"AA","type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":"AA",'
        '"authenticatorData":"AA","signature":"AA","userHandle":"MQ"}}',
    ],
)
def test_hostile_passkeys_lead_back_to_the_sign_in(client, hostile):
    make_owner()
    client.get("/admin/login/passkey/", headers={"Accept": "application/json"})

    answer = client.post("/admin/login/passkey/", {"credential": hostile})

    assert answer.headers["Location"] == LOGIN
    assert not is_in(client)


def test_session_gets_a_new_key_at_each_step_up(client):
    give_app(make_owner())
    enter_password(client)
    before = key_of(client)

    enter_code(client, app_code())

    assert key_of(client) != before
    stranger = Client()
    stranger.cookies[django_settings.SESSION_COOKIE_NAME] = before
    assert not is_in(stranger)


def test_key_that_somebody_planted_is_not_kept(client):
    make_owner()
    thief = Client()
    thief.get("/admin/login/passkey/", headers={"Accept": "application/json"})
    planted = key_of(thief)
    client.cookies[django_settings.SESSION_COOKIE_NAME] = planted

    enter_password(client)

    assert is_in(client)
    assert key_of(client) != planted
    assert not is_in(thief)


def test_only_who_is_signed_in_is_led_round_the_page_store(client):
    keys = SessionKeys(django_settings.SECRET_KEY)
    give_app(make_owner())
    client.get("/admin/login/passkey/", headers={"Accept": "application/json"})
    assert not keys.is_ours(key_of(client))
    enter_password(client)
    assert not keys.is_ours(key_of(client))
    enter_code(client, app_code())
    assert keys.is_ours(key_of(client))


def test_signing_out_forgets_a_half_sign_in_too(client):
    give_app(make_owner())
    enter_password(client)
    client.post("/admin/logout/")

    enter_code(client, app_code())

    assert not is_in(client)


def test_whoever_leaves_finds_the_door_in_the_own_language(client):
    member = make_owner()
    UserProfile.objects.update_or_create(user=member, defaults={"preferred_language": "en"})
    enter_password(client)

    left = client.post("/admin/logout/", follow=True)
    assert (left.request["PATH_INFO"], left["Content-Language"]) == ("/admin/login/", "en")

    # Who speaks the publication's language and leaves the same browser finds it in that one.
    UserProfile.objects.filter(user=member).update(preferred_language="de")
    enter_password(client)
    assert client.post("/admin/logout/", follow=True)["Content-Language"] == "de"


def test_second_step_is_not_waited_for_for_ever(client, settings):
    give_app(make_owner())
    enter_password(client)
    settings.ACCOUNT_LOGIN_TIMEOUT = -1

    enter_code(client, app_code())

    assert not is_in(client)


def test_nobody_can_make_an_account(client):
    doors = [
        "signup/",
        "signup/passkey/",
        "accounts/signup/",
        "login/code/",
        "security/passkeys/signup/",
        "confirm-email/",
    ]
    for door in doors:
        for ask in (client.get, client.post):
            assert (door, ask(f"/admin/{door}", {"email": "a@example.org"}).status_code) in {
                (door, 404),
                (door, 403),
                (door, 302),
            }
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if "signup" in name or "socialaccount" in name} == set()
    assert StaffMember.objects.count() == 0


def test_owner_without_second_factor_sees_only_how_to_set_one_up(client, factor_needed):
    make_owner()
    enter_password(client)

    for path in (DESK, "/admin/images/", "/admin/users/", "/admin/account/", "/admin/security/codes/"):
        assert client.get(path).headers["Location"] == SECURITY
    assert client.get("/admin/images/", headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 403
    for path in (SECURITY, "/admin/security/app/", "/admin/security/passkeys/add/"):
        assert client.get(path).status_code == 200
    assert client.post("/admin/logout/").status_code == 302


def test_owner_sets_up_an_app_and_goes_on(client, factor_needed):
    make_owner()
    enter_password(client)
    page = client.get("/admin/security/app/")
    secret = page.context["form"].secret

    assert client.post("/admin/security/app/", {"code": "000000"}).status_code == 200
    code = app_code(secret)
    assert client.post("/admin/security/app/", {"code": code}).headers["Location"] == "/admin/security/codes/"

    codes = client.get("/admin/security/codes/")
    assert len(codes.context["unused_codes"]) == 10
    assert client.get("/admin/security/codes/").context["unused_codes"] == ["****"] * 10
    assert is_in(client)
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    # The code that proved the app is used up.
    other = Client()
    enter_password(other)
    enter_code(other, code)
    assert not is_in(other)


def test_sessions_that_began_with_a_password_alone_end_with_the_first_factor(client):
    make_owner()
    thief = Client()
    enter_password(thief)
    enter_password(client)
    secret = client.get("/admin/security/app/").context["form"].secret

    client.post("/admin/security/app/", {"code": app_code(secret)})

    assert is_in(client)
    assert not is_in(thief)


def test_author_is_not_asked_for_a_second_factor_by_default(client, factor_needed):
    make_member(Role.AUTHOR)
    enter_password(client, "author@example.org")

    assert is_in(client)


def test_role_that_needs_one_is_asked_at_once(client, factor_needed):
    author = make_member(Role.AUTHOR)
    enter_password(client, "author@example.org")
    author.groups.add(*make_member(Role.EDITOR).groups.all())

    assert client.get(DESK).headers["Location"] == SECURITY


def test_last_factor_that_a_role_needs_cannot_be_removed(client, factor_needed):
    owner = make_owner()
    give_app(owner)
    enter_password(client)
    enter_code(client, app_code())

    client.post("/admin/security/app/remove/")

    assert Authenticator.objects.filter(user=owner, type="totp").exists()


def test_without_a_role_there_is_a_sentence_and_no_circle(client):
    make_member()
    enter_password(client, "nobody@example.org")

    answer = client.get(DESK, follow=True)

    assert answer.redirect_chain[-1][0].startswith(LOGIN)
    assert answer.status_code == 200


def test_lost_factor_is_taken_away_and_all_sessions_with_it(client):
    owner = make_owner()
    give_app(owner)
    RecoveryCodes.activate(owner)
    enter_password(client)
    enter_code(client, app_code())

    reset_factors(member=owner)

    assert not is_in(client)
    assert not Authenticator.objects.filter(user=owner).exists()
    assert last_letter("newsroom_factors_reset").to_address == "owner@example.org"
    assert enter_password(Client()).headers["Location"] == DESK


def test_app_of_another_secret_key_fits_nothing(client, settings):
    give_app(make_owner())
    settings.SECRET_KEY = "another-secret-key-than-the-one-before-and-long-enough"
    enter_password(client)

    assert enter_code(client, app_code()).status_code == 200
    assert not is_in(client)


def test_forty_tries_from_one_neighbourhood_are_enough(client):
    make_owner()
    for _ in range(40):
        limits.take("newsroom_sign_in", "127.0.0.0/24", most=40, per_seconds=600)

    answer = enter_password(client)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get(LOGIN).status_code == 200
    assert enter_password(Client(REMOTE_ADDR="198.51.100.7")).status_code == 302


@pytest.mark.parametrize("door", ["/_util/login/", "/en/_util/login/"])
def test_no_other_door_takes_a_password(client, front, door):
    make_owner()

    answer = client.post(door, {"username": "owner@example.org", "password": PASSWORD})

    assert answer.headers["Location"] == LOGIN
    assert not is_in(client)
