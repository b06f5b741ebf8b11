"""Readers come by links from letters. Their addresses stand on no address of a page, in no log, in no store."""

import json
import logging
from typing import Any

import pytest
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter
from freiblatt.readers.actions import LETTERS_PER_NEIGHBOURHOOD, erase, send_link, withdraw_all
from freiblatt.readers.links import confirm_token, page_token
from freiblatt.readers.models import Consent, Reader, ReaderState
from tests.readers.story import ROSA, WHO, WORDING, ask, confirmed, last_letter, link_in

pytestmark = pytest.mark.django_db

PRIVATE = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


@pytest.fixture(autouse=True)
def _publication(front) -> None:
    """Pages of readers stand in a publication."""


def is_private(response) -> bool:
    return {name: response.get(name) for name in PRIVATE} == PRIVATE and not hasattr(response, "store_keys")


def page_of(reader: Reader) -> str:
    return reverse("readers:page", args=[page_token(reader)])


def at(language: str, name: str, *arguments: str) -> str:
    with translation.override(language):
        return reverse(f"readers:{name}", args=arguments)


def test_addresses_speak_their_language(client: Client) -> None:
    assert (at("de", "ask"), at("en", "ask")) == ("/leser/", "/en/readers/")
    assert "Link zuschicken" in client.get("/leser/").content.decode()
    assert "Send me the link" in client.get("/en/readers/").content.decode()


@pytest.mark.parametrize("name", ["ask", "sent", "erased"])
def test_public_pages_are_the_same_for_all_and_may_be_kept(client: Client, name: str) -> None:
    response = client.get(at("de", name))
    assert response.status_code == 200
    assert response.store_keys == ["site"]
    assert not response.cookies
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_scanner_that_opens_the_link_confirms_nothing(client: Client) -> None:
    ask()
    path = link_in(last_letter())
    for method in (client.get, client.head, client.get):
        response = method(path)
        assert response.status_code == 200
        assert is_private(response)
    assert WORDING in response.content.decode()
    assert not Consent.objects.standing().exists()

    response = client.post(path)

    assert (response.status_code, is_private(response)) == (303, True)
    assert Consent.objects.standing().exists()
    page = client.get(response.url)
    assert is_private(page)
    assert "Antworten: Der Hafen" in page.content.decode()
    assert "schon bestätigt" in client.get(path).content.decode()
    assert client.post(path).status_code == 303


@pytest.mark.parametrize("form", [{"address": ROSA}, {"address": "stranger@example.org"}])
def test_asking_for_the_link_tells_nothing(client: Client, form: dict) -> None:
    confirmed()
    Letter.objects.all().delete()
    response = client.post("/leser/", form)
    assert (response.status_code, response.url) == (303, "/leser/gesendet/")
    assert Letter.objects.exists() is (form["address"] == ROSA)


def test_link_in_the_letter_opens_the_page(client: Client) -> None:
    reader = confirmed()
    client.post("/en/readers/", {"address": ROSA})
    path = link_in(last_letter())
    assert path.startswith("/en/readers/page/")
    response = client.get(path)
    html = response.content.decode()
    assert is_private(response)
    assert reader.address in html
    assert WORDING in html


@pytest.mark.parametrize("address", ["", "rosa", "rosa@", "a" * 400 + "@example.org"])
def test_mistyped_address_is_given_back(client: Client, address: str) -> None:
    response = client.post("/leser/", {"address": address})
    html = response.content.decode()
    assert (response.status_code, is_private(response)) == (422, True)
    assert 'role="alert"' in html
    assert f'value="{address}"' in html or not address


def test_network_that_asks_too_much_is_told_when_to_come_back(client: Client) -> None:
    for number in range(LETTERS_PER_NEIGHBOURHOOD):
        assert client.post("/leser/", {"address": f"reader{number}@example.org"}).status_code == 303
    response = client.post("/leser/", {"address": "one.more@example.org"})
    assert (response.status_code, is_private(response)) == (429, True)
    assert 0 < int(response["Retry-After"]) <= 3600
    assert 'value="one.more@example.org"' in response.content.decode()


def test_reader_withdraws_one_then_all(client: Client) -> None:
    confirmed(subject_key="")
    reader = confirmed()
    path = page_of(reader)
    one = Consent.objects.get(subject_key="7")

    assert client.post(path, {"withdraw": one.pk}).status_code == 303
    assert [str(consent) for consent in Consent.objects.standing()] == ["story_answers"]
    client.post(path, {"withdraw_all": "1"})
    assert not Consent.objects.standing().exists()
    assert "Zurzeit keine." in client.get(path).content.decode()


@pytest.mark.parametrize("number", ["", "x", "999999", "9" * 30, "-1", "٣"])
def test_reader_withdraws_only_the_own(client: Client, number: str) -> None:
    confirmed("karl@example.org")
    karls = Consent.objects.get()
    reader = confirmed()
    for value in (number, str(karls.pk)):
        assert client.post(page_of(reader), {"withdraw": value}).status_code == 303
    assert Consent.objects.standing().count() == 2


def test_reader_chooses_a_language(client: Client) -> None:
    reader = confirmed()
    client.post(page_of(reader), {"language": "en"})
    assert Reader.objects.get().language == "en"
    client.post(page_of(reader), {"language": "xx"})
    assert Reader.objects.get().language == "en"


def test_reader_takes_everything_away(client: Client) -> None:
    reader = confirmed()
    response = client.get(page_of(reader) + "daten/")
    found = json.loads(response.content)
    assert is_private(response)
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert found["reader"]["address"] == reader.address
    assert found["consents"][0]["wording"] == WORDING


def test_reader_erases_everything_after_a_question(client: Client) -> None:
    reader = confirmed()
    path = page_of(reader)
    assert client.get(path + "loeschen/").status_code == 200
    assert Reader.objects.exists()

    response = client.post(path + "loeschen/")

    assert (response.status_code, response.url) == (303, "/leser/geloescht/")
    assert not Reader.objects.exists()
    assert client.get(path).status_code == 404


def test_link_runs_out_and_a_new_one_comes_by_letter(client: Client, settings) -> None:
    reader = confirmed()
    signer = OldSigner(salt="freiblatt.readers.page", sep=".")
    old = reverse("readers:page", args=[signer.sign(f"{reader.pk}-0-{reader.salt}")])
    for path in (old, old + "daten/", old + "loeschen/"):
        response = client.get(path)
        assert response.status_code in (404, 410)
        assert reader.address not in response.content.decode()
        assert is_private(response)
    assert client.post(old + "loeschen/").status_code == 404
    assert Reader.objects.exists()

    assert client.post(old, {"withdraw_all": "1"}).status_code == 303
    assert Consent.objects.standing().exists()
    assert client.get(link_in(last_letter())).status_code == 200


class OldSigner(signing.TimestampSigner):
    """Signs as eight days ago."""

    def timestamp(self) -> str:
        return signing.b62_encode(int(timezone.now().timestamp()) - 8 * 24 * 3600)


@pytest.mark.parametrize("fate", ["withdrawn", "erased"])
def test_consent_that_goes_while_somebody_confirms_it_gets_a_page(client: Client, fate: str) -> None:
    ask()
    path, reader = link_in(last_letter()), Reader.objects.get()
    seen: list[str] = []

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # The link was looked at; what is done about it begins here.
        if sql.startswith("SAVEPOINT") and not seen:
            seen.append(sql)
            (withdraw_all if fate == "withdrawn" else erase)(reader=reader)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        response = client.post(path)

    assert seen
    assert (response.status_code, is_private(response)) == (404, True)
    assert "Dieser Link führt nirgendwohin" in response.content.decode()
    assert not Consent.objects.standing().exists()


def test_confirmation_that_is_too_old_confirms_nothing(client: Client) -> None:
    ask()
    signer = OldSigner(salt="freiblatt.readers.confirm", sep=".")
    path = reverse("readers:confirm", args=[signer.sign("{0.pk}_{0.salt}".format(Consent.objects.get()))])
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert not Consent.objects.standing().exists()


def test_made_up_links_open_nothing(client: Client) -> None:
    reader = confirmed()
    token = page_token(reader)
    confirming = confirm_token(Consent.objects.get())
    made_up = [token[:-1] + ("a" if token[-1] != "a" else "b"), token.replace(".", "", 1), confirming, "x" * 40]
    for name in ("page", "data", "erase"):
        for wrong in made_up:
            path = reverse(f"readers:{name}", args=[wrong])
            assert client.get(path).status_code == 404
            assert client.post(path).status_code in (404, 405)
    assert client.get(reverse("readers:confirm", args=[token])).status_code == 404


def test_higher_number_ends_all_links_that_were_sent(client: Client) -> None:
    reader = confirmed()
    path = page_of(reader)
    Reader.objects.update(link_number=1)
    assert client.get(path).status_code == 404


def test_form_of_another_site_does_nothing(client: Client) -> None:
    reader = confirmed()
    path = page_of(reader)
    from_elsewhere = {"headers": {"Sec-Fetch-Site": "cross-site"}}
    refused = client.post(path, {"withdraw_all": "1"}, **from_elsewhere)
    assert refused.status_code == 403
    assert "Das ist nicht geschehen." in refused.content.decode()
    assert "no-store" in refused["Cache-Control"]
    assert client.post(path + "loeschen/", **from_elsewhere).status_code == 403
    assert client.post("/leser/", {"address": ROSA}, **from_elsewhere).status_code == 403
    assert Consent.objects.standing().exists()
    assert Client(enforce_csrf_checks=True).post("/leser/", {"address": ROSA}).status_code == 303


def test_no_door_tells_an_address_to_a_log_or_an_address_bar(client: Client, caplog, capfd, settings) -> None:
    """Every door, with what goes right and wrong; then everything that was logged or stood in an address is read."""
    visited: list[str] = []

    def go(method: str, path: str, **data) -> str:
        response = getattr(client, method)(path, data)
        visited.extend([path, response.get("Location", ""), response.get("Link", "")])
        return response.get("Location", "")

    with caplog.at_level(logging.DEBUG):
        ask()
        letter = last_letter()
        go("get", link_in(letter))
        page = go("post", link_in(letter)).partition("#")[0]
        for method, path, data in (
            ("get", page, {}),
            ("post", page, {"language": "en"}),
            ("post", page, {"withdraw": str(Consent.objects.get().pk)}),
            ("get", page + "daten/", {}),
            ("get", page + "loeschen/", {}),
            ("get", "/leser/", {}),
            ("post", "/leser/", {"address": ROSA}),
            ("post", "/leser/", {"address": ROSA + "<"}),
            ("post", "/en/readers/", {"address": ROSA}),
        ):
            go(method, path, **data)
        settings.MAIL_HAS_SERVER = True
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        go("post", "/leser/", address=ROSA)
        run_waiting()
        for _ in range(LETTERS_PER_NEIGHBOURHOOD):
            go("post", "/leser/", address=ROSA)
        go("post", page + "loeschen/")
        go("get", page)
        client.raise_request_exception = False
        Reader.objects.all().delete()
        ask("broken@rosa.example")
        send_link(address="broken@rosa.example", language="de", who=WHO)
        call_command("check")
    said = "\n".join([caplog.text, *visited, *capfd.readouterr()]).lower()
    assert "leser" in said
    for part in ("rosa.winter", "winter@", "%40", "broken@"):
        assert part not in said


def test_state_of_a_reader_is_said_in_words() -> None:
    with translation.override("de"):
        assert [str(state.label) for state in ReaderState] == ["nicht bestätigt", "bestätigt", "hat alles widerrufen"]
