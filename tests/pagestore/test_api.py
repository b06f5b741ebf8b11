"""What other rooms call: keep, mark_stale, fragments."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils.translation import get_language, override

from freiblatt.pagestore import fragments, marking
from freiblatt.pagestore.actions import keep, mark_stale
from freiblatt.pagestore.models import StaleMark
from freiblatt.pagestore.policy import allow_frames
from freiblatt.pagestore.words import words_of


def page(request) -> HttpResponse:
    return keep(HttpResponse(f"<p>{fragments.placeholder('test_talk', 'page/talk/7')}</p>"), keys=["article:7"])


def film(request) -> HttpResponse:
    return allow_frames(keep(HttpResponse("film"), keys=["article:8"]), ["player.vimeo.com", "evil.example"])


urlpatterns = [path("page/", page), path("film/", film)]


@pytest.fixture
def talk() -> Iterator[None]:
    fragments.register("test_talk", lambda argument: (f"<b>{get_language()} {argument}</b>", ["thread:7"]))
    yield
    del fragments._renders["test_talk"]


@pytest.mark.django_db(transaction=True)
def test_marking_takes_effect_at_commit_and_leaves_no_journal() -> None:
    from django.db import transaction

    generation, shown = marking.words(), words_of(["article:1"])
    before = generation.sequence()
    with transaction.atomic():
        mark_stale(["article:1"])
        assert generation.newest(shown) <= before
        assert StaleMark.objects.get().keys == "article:1"
    assert generation.newest(shown) > before
    assert not StaleMark.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_marked() -> None:
    from django.db import transaction

    before = marking.words().sequence()
    with transaction.atomic():
        mark_stale(["article:1"])
        transaction.set_rollback(True)
    assert marking.words().sequence() == before
    assert not StaleMark.objects.exists()


@pytest.mark.django_db
def test_marking_nothing_does_nothing() -> None:
    mark_stale([])
    assert not StaleMark.objects.exists()


@pytest.mark.parametrize("key", ["", "a\nb"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        keep(HttpResponse(), keys=[key])


def test_until_needs_a_time_zone() -> None:
    keep(HttpResponse(), keys=["a"], until=datetime(2030, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="time zone"):
        keep(HttpResponse(), keys=["a"], until=datetime(2030, 1, 1))  # noqa: DTZ001


@override_settings(ROOT_URLCONF=__name__)
def test_without_the_store_fragments_are_filled_in(client: Client, talk: None, db: None) -> None:
    answer = client.get("/page/")
    assert answer.content == b"<p><b>de page/talk/7</b></p>"
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_fragment_speaks_the_language_of_its_page(talk: None) -> None:
    with override("en"):
        mark = fragments.placeholder("test_talk", "x")
    assert fragments.fill(mark.encode()) == (b"<b>en x</b>", ["thread:7"])


def test_forged_placeholder_stays_a_comment(talk: None) -> None:
    genuine = fragments.placeholder("test_talk", "1")
    forged = genuine.replace("test_talk 1", "test_talk 2").encode()
    assert fragments.fill(forged) == (forged, [])


def test_placeholder_refuses_what_it_cannot_name(talk: None) -> None:
    with pytest.raises(ValueError, match="is no argument"):
        fragments.placeholder("test_talk", "a b-->")
    with pytest.raises(LookupError, match="unheard_of"):
        fragments.placeholder("unheard_of", "1")
    with pytest.raises(ValueError, match="registered already"):
        fragments.register("test_talk", lambda argument: ("", []))


@override_settings(ROOT_URLCONF=__name__)
def test_reader_page_carries_the_strict_policy_and_only_the_listed_frames(client: Client, talk: None, db: None) -> None:
    policy = client.get("/page/").headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; frame-src 'none'"
    )
    assert client.get("/film/").headers["Content-Security-Policy"] == policy.replace(
        "frame-src 'none'", "frame-src https://player.vimeo.com"
    )


def test_client_cannot_lay_a_slip_of_its_own() -> None:
    from freiblatt.pagestore.middleware import StoreMiddleware

    request = RequestFactory().get("/", headers={"freiblatt.slip": "1", "freiblatt-slip": "1"})
    assert StoreMiddleware(lambda _request: HttpResponse("page"))(request).content == b"page"
