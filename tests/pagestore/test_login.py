"""Guessing a staff member's password is stopped; others go on working."""

import pytest
from django.test import Client

from tests.cast import PASSWORD, make_owner

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"


def try_login(email: str, password: str, address: str = "192.0.2.1", **headers: str) -> int:
    """Return the status with which one try to sign in is answered: 302 in, 200 wrong, 429 locked."""
    client = Client(REMOTE_ADDR=address)
    return client.post(LOGIN, {"username": email, "password": password}, headers=headers).status_code


def test_eighth_failure_locks_this_name_from_this_address_alone() -> None:
    make_owner(email="owner@example.org")
    make_owner(email="second@example.org")
    for _ in range(7):
        assert try_login("owner@example.org", "wrong") == 200
    assert try_login("owner@example.org", "wrong") == 429
    assert try_login("owner@example.org", PASSWORD) == 429
    assert try_login("second@example.org", PASSWORD) == 302
    assert try_login("owner@example.org", PASSWORD, address="198.51.100.9") == 302


def test_lock_cannot_be_evaded_by_naming_another_address() -> None:
    make_owner(email="owner@example.org")
    statuses = [
        try_login("owner@example.org", "wrong", **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(9)
    ]
    assert statuses[-1] == 429
    assert try_login("owner@example.org", PASSWORD, address="192.0.2.7") == 302


def test_behind_a_trusted_proxy_the_lock_holds_for_the_address_that_guessed(settings) -> None:
    settings.TRUSTED_PROXIES = ["192.0.2.1"]
    make_owner(email="owner@example.org")
    for number in range(8):
        # What the asker writes stands before what the proxy adds.
        made_up = f"198.51.100.{number}, 203.0.113.9"
        status = try_login("owner@example.org", "wrong", **{"X-Forwarded-For": made_up})
    assert status == 429
    assert try_login("owner@example.org", PASSWORD, **{"X-Forwarded-For": "203.0.113.10"}) == 302


def test_success_forgets_failures() -> None:
    make_owner(email="owner@example.org")
    for _ in range(7):
        try_login("owner@example.org", "wrong")
    assert try_login("owner@example.org", PASSWORD) == 302
    assert try_login("owner@example.org", "wrong") == 200
