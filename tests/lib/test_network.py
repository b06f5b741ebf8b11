"""Where a request came from, and whether a page of ours sent it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from freiblatt.lib.network import cut, cut_address
from freiblatt.lib.origin import is_from_here, own_forms_only
from freiblatt.lib.proxies import Proxies


@pytest.mark.parametrize(
    ("address", "neighbourhood"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2ff:3:4:5:6", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_address_is_cut(address: str, neighbourhood: str) -> None:
    assert cut(address) == neighbourhood


def test_header_is_believed_behind_a_trusted_proxy_only(rf: RequestFactory, settings) -> None:
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.9, 203.0.113.77")
    assert cut_address(request) == "127.0.0.0/24"
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert cut_address(request) == "127.0.0.0/24"
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
    assert cut_address(request) == "203.0.113.0/24"


ONE = ["127.0.0.1/32"]
TWO = ["127.0.0.1/32", "10.0.0.0/24"]
SIX = ["::1/128", "fd00::/64"]
MADE_UP = "198.51.100.66"


@pytest.mark.parametrize(
    ("trusted", "connection", "forwarded_for", "client"),
    [
        ([], "127.0.0.1", "203.0.113.7", "127.0.0.1"),
        (ONE, "203.0.113.7", MADE_UP, "203.0.113.7"),
        (ONE, "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        (ONE, "::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        (ONE, "127.0.0.1", f"{MADE_UP}, 203.0.113.7", "203.0.113.7"),
        (ONE, "127.0.0.1", f"{MADE_UP}, 127.0.0.1, 203.0.113.7", "203.0.113.7"),
        (ONE, "127.0.0.1", f"{MADE_UP}, 203.0.113.7, 10.0.0.9", "10.0.0.9"),
        (TWO, "127.0.0.1", f"{MADE_UP}, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (TWO, "127.0.0.1", "10.0.0.8, 10.0.0.9", "10.0.0.8"),
        (TWO, "127.0.0.1", f"{MADE_UP}, unknown, 10.0.0.9", "10.0.0.9"),
        (TWO, "127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        (SIX, "::1", f"{MADE_UP}, 2001:db8::7", "2001:db8::7"),
        (SIX, "::1", "2001:db8::66, [2001:db8::7]:443, fd00::9", "2001:db8::7"),
        (SIX, "::1", "::ffff:203.0.113.7", "203.0.113.7"),
        (ONE, "127.0.0.1", "", "127.0.0.1"),
        (ONE, "127.0.0.1", "x" * 100_000, "127.0.0.1"),
        (ONE, "127.0.0.1", "10.0.0.1," * 50_000 + "203.0.113.7", "203.0.113.7"),
        (ONE, "127.0.0.1", "127.0.0.1," * 50_000, "127.0.0.1"),
        (ONE, "unix:", MADE_UP, "unix:"),
        (ONE, "", MADE_UP, ""),
    ],
)
def test_visitor_is_the_right_most_hop_that_is_no_proxy(trusted, connection, forwarded_for, client) -> None:
    assert Proxies(trusted).client(connection, forwarded_for) == client


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://testserver.example"}, False),
        ({"Origin": "null"}, False),
        ({}, True),
    ],
)
def test_forms_of_other_sites_are_refused(rf: RequestFactory, headers: dict[str, str], is_own: bool) -> None:
    assert is_from_here(rf.post("/", headers=headers)) is is_own


def test_view_of_own_forms_needs_no_token_and_refuses_others(rf: RequestFactory) -> None:
    @own_forms_only
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("done")

    assert view(rf.post("/")).content == b"done"
    assert view(rf.get("/", headers={"Sec-Fetch-Site": "cross-site"})).content == b"done"
    with pytest.raises(PermissionDenied):
        view(rf.post("/", headers={"Sec-Fetch-Site": "cross-site"}))
    assert view.csrf_exempt is True
