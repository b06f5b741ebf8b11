"""One click ends a subscription, by hand or by the mail program, and nothing else does."""

import re

import pytest
from django.test import Client

from freiblatt.letters import signals
from freiblatt.letters.actions import post_letter, subscribe, subscriptions_of, unsubscribe, unsubscribe_url
from freiblatt.letters.delivery import message_of
from freiblatt.letters.models import Subscription
from freiblatt.lib.mail_addresses import address_key
from tests.letters.conftest import letter_to

pytestmark = pytest.mark.django_db

KEY = address_key("rosa@example.org")


@pytest.fixture
def ended():
    """Every subscription whose end was announced."""
    found: list[Subscription] = []

    def hear(sender, subscription, **said) -> None:
        found.append(subscription)

    signals.subscription_ended.connect(hear)
    yield found
    signals.subscription_ended.disconnect(hear)


def begun(**other) -> Subscription:
    """Return a running subscription of Rosa's."""
    return subscribe(**{"kind": "story", "key": "7", "address_key": KEY, "language": "de", **other})


def test_subscribing_twice_is_once_and_again_after_the_end_is_a_new_one() -> None:
    first = begun(told_up_to=4)
    assert begun(told_up_to=9) == first
    assert unsubscribe(kind="story", key="7", address_key=KEY) == 1
    assert unsubscribe(kind="story", key="7", address_key=KEY) == 0
    assert begun().pk != first.pk
    assert [one["ended"] is None for one in subscriptions_of(key=KEY)] == [False, True]


def test_letter_carries_the_one_click(front) -> None:
    url = unsubscribe_url(subscription=begun())
    letter = post_letter(**letter_to(unsubscribe_url=url))
    headers = message_of(letter).extra_headers
    assert headers["List-Unsubscribe"] == f"<{url}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in letter.text
    assert url in letter.html


def test_opening_the_link_changes_nothing_and_the_button_ends_it(front, client: Client, ended) -> None:
    path = unsubscribe_url(subscription=begun()).removeprefix("http://testserver")
    for _time in range(2):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        assert Subscription.objects.running().exists()
    assert re.search(r'<button[^>]*name="List-Unsubscribe" value="One-Click"', answer.content.decode())
    assert ended == []

    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscription.objects.running().exists()
    assert client.post(path).status_code == 200
    assert [one.key for one in ended] == ["7"]


def test_mail_program_ends_it_from_wherever_it_is(front, ended) -> None:
    path = unsubscribe_url(subscription=begun(language="en")).removeprefix("http://testserver")
    assert path.startswith("/en/-/letters/")
    strict = Client(enforce_csrf_checks=True, HTTP_ORIGIN="https://mail.example", HTTP_SEC_FETCH_SITE="cross-site")
    form = "application/x-www-form-urlencoded"
    assert strict.post(path, "List-Unsubscribe=One-Click", content_type=form).status_code == 200
    assert len(ended) == 1


def test_tokens_of_nothing_open_nothing(front, client: Client) -> None:
    subscription = begun()
    for token in ("x" * 32, subscription.token_hash[:32], "%00" * 8):
        assert client.post(f"/-/letters/{token}/").status_code == 404
    assert Subscription.objects.running().exists()


def test_new_secret_of_the_publication_keeps_letters_working(front, client: Client, settings) -> None:
    subscription = begun()
    settings.SECRET_KEY = "another-secret-that-is-long-enough-for-everything"
    path = unsubscribe_url(subscription=subscription).removeprefix("http://testserver")
    client.post(path)
    assert not Subscription.objects.running().exists()
