"""Who is staff for the store, and what only staff may send."""

import asyncio

import pytest
from django.db import connections
from django.test import Client

from freiblatt.newsroom.actions import deactivate, end_sessions
from freiblatt.pagestore import requests, sessions
from freiblatt.pagestore.session_keys import SessionKeys
from tests.cast import make_owner
from tests.pagestore.asker import Answer, Asker, asker
from tests.pagestore.test_store import SESSION
from tests.pagestore.world import World

#: What a stranger can make up. Keys are random: tests are called by the names.
MADE_UP = {
    "nothing": "freiblatt_session=",
    "form_of_django": "freiblatt_session=" + "a" * 32,
    "our_form": "freiblatt_session=" + "a" * 40,
    "other_code": f"{SESSION[:-1]}{'0' if SESSION[-1] != '0' else '1'}",
    "longer": f"{SESSION}0",
    "other_publication": f"freiblatt_session={SessionKeys('other').new()}",
    "other_name": f"x{SESSION}",
}


@pytest.mark.parametrize("name", MADE_UP)
def test_made_up_session_is_no_way_round_the_store(store: Asker, world: World, name: str) -> None:
    first = store.ask("/a/")
    again = store.ask("/a/", cookie=MADE_UP[name])
    assert (again.body, again.headers) == (first.body, first.headers)
    assert world.built["article"] == 1


@pytest.mark.django_db
def test_session_that_django_gives_a_staff_member_passes_to_django(store: Asker, world: World) -> None:
    client = Client()
    client.force_login(make_owner())
    key = client.cookies["freiblatt_session"].value
    assert len(key) == 40
    assert "etag" not in store.ask("/a/", cookie=f"freiblatt_session={key}").headers


LARGE = [b"x" * 1_000_000] * 6


@pytest.mark.parametrize("name", MADE_UP)
def test_only_staff_send_large_bodies(store: Asker, world: World, name: str) -> None:
    assert store.ask("/admin/echo/", method="POST", body=LARGE, cookie=MADE_UP[name]).status == 413
    assert not world.seen


def test_staff_send_large_bodies_to_the_admin_alone(store: Asker, world: World) -> None:
    assert store.ask("/echo/", method="POST", body=LARGE, cookie=SESSION).status == 413
    assert store.ask("/admin/file/", method="POST", body=LARGE, cookie=SESSION).text == "6000000"
    for announced in (3 * 1024**3, "9" * 5000):
        headers = [("content-length", str(announced))]
        assert store.ask("/admin/file/", method="POST", cookie=SESSION, headers=headers).status == 413


@pytest.mark.parametrize("is_announced", [True, False])
def test_key_of_a_session_that_has_ended_lets_no_large_body_in(world: World, is_announced: bool) -> None:
    async def parts():
        for chunk in LARGE:
            yield chunk

    sent = {"body": LARGE} if is_announced else {"parts": parts}
    with asker(are_signed_in=lambda keys: False) as store:
        assert store.ask("/admin/file/", method="POST", cookie=SESSION, **sent).status == 413
        assert store.ask("/admin/file/", method="POST", cookie=SESSION, body=[b"12345"]).text == "5"
        # What is small, and what only reads, is not asked about.
        asked = []
        store.store.signed_in.ask = asked.append
        store.ask("/admin/echo/", cookie=SESSION)
        store.ask("/admin/echo/", method="POST", cookie=SESSION, body=[b"12345"])
        assert asked == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fate", ["signed out", "ended by the owner", "closed", "password changed elsewhere"])
def test_session_counts_as_long_as_somebody_is_signed_in(front, world: World, fate: str) -> None:
    owner, client = make_owner(), Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    cookie = f"freiblatt_session={client.cookies['freiblatt_session'].value}"
    with asker(are_signed_in=sessions.are_signed_in, threads=1) as store:
        try:
            assert store.ask("/admin/file/", method="POST", cookie=cookie, body=LARGE).text == "6000000"
            if fate == "signed out":
                client.logout()
            elif fate == "ended by the owner":
                end_sessions(member=owner)
            elif fate == "closed":
                make_owner(email="second@example.org")
                deactivate(member=owner)
            else:
                owner.set_password("ein-neues-kennwort-9")
                owner.save()
            assert store.ask("/admin/file/", method="POST", cookie=cookie, body=LARGE).status == 413
        finally:
            store.run(store.store.bridge.work(connections.close_all))


@pytest.mark.parametrize("is_announced", [True, False])
def test_large_bodies_come_a_few_at_a_time(store: Asker, world: World, is_announced: bool) -> None:
    sent = {"body": LARGE} if is_announced else {}

    async def upload(reached: asyncio.Semaphore, gate: asyncio.Event) -> Answer:
        async def body():
            for chunk in LARGE:
                yield chunk
            reached.release()
            await gate.wait()

        return await store.asking("/admin/file/", method="POST", cookie=SESSION, parts=body, **sent)

    async def crowd() -> list[Answer]:
        reached, gate = asyncio.Semaphore(0), asyncio.Event()
        uploads = [asyncio.create_task(upload(reached, gate)) for _ in range(requests.MOST_LARGE_BODIES)]
        for _ in uploads:
            await reached.acquire()
        one_more = await upload(reached, gate)
        small = await store.asking("/admin/file/", method="POST", cookie=SESSION, body=[b"12345"])
        gate.set()
        return [one_more, small, *await asyncio.gather(*uploads)]

    one_more, small, *uploaded = store.run(crowd())
    assert (one_more.status, one_more.headers["retry-after"], small.text) == (503, "2", "5")
    assert {answer.text for answer in uploaded} == {"6000000"}
    # All have given their places back, the one that was refused and one that is cut off too.
    assert store.ask("/admin/file/", method="POST", cookie=SESSION, body=LARGE).text == "6000000"
    assert store.store.large_bodies.under_way == 0
