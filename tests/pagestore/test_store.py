"""Readers ask the store; it answers from finished pages and never with an outdated one."""

import asyncio
import gzip
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from freiblatt.pagestore import marking
from freiblatt.pagestore.session_keys import SessionKeys
from freiblatt.settings import CONFIG
from tests.pagestore.asker import Answer, Asker, asker
from tests.pagestore.world import World

SESSION = f"freiblatt_session={SessionKeys(CONFIG.secret_key()).new()}"


def test_page_is_built_once_and_anew_after_its_key_went_stale(store: Asker, world: World) -> None:
    assert "first" in store.ask("/a/").text
    world.text = "second"
    assert "first" in store.ask("/a/").text
    assert world.built["article"] == 1
    marking.carry_out(["article:2"])
    assert "first" in store.ask("/a/").text
    marking.carry_out(["article:1"])
    assert "second" in store.ask("/a/").text
    assert world.built["article"] == 2


@pytest.mark.parametrize("key", ["site", "everything"])
def test_page_shows_the_site_and_everything(store: Asker, world: World, key: str) -> None:
    store.ask("/a/")
    world.text = "second"
    marking.carry_out([key])
    assert "second" in store.ask("/a/").text


def test_each_encoding_has_its_own_etag_and_the_same_content(store: Asker) -> None:
    plain = store.ask("/a/")
    brotlied = store.ask("/a/", accept_encoding="gzip, deflate, br")
    gzipped = store.ask("/a/", accept_encoding="gzip;q=1, br;q=0.5")
    assert brotli.decompress(brotlied.body) == gzip.decompress(gzipped.body) == plain.body
    assert [answer.headers.get("content-encoding") for answer in (plain, brotlied, gzipped)] == [None, "br", "gzip"]
    assert len({answer.headers["etag"] for answer in (plain, brotlied, gzipped)}) == 3
    assert all(answer.headers["vary"] == "accept-encoding" for answer in (plain, brotlied, gzipped))
    assert all(answer.headers["content-length"] == str(len(answer.body)) for answer in (plain, brotlied, gzipped))


def test_encoding_that_was_asked_for_late_is_made_once_and_had_its_room(store: Asker, world: World) -> None:
    store.ask("/a/", accept_encoding="br")
    world.text = "second"
    marking.carry_out(["article:1"])
    first, again = (store.ask("/a/", accept_encoding="gzip") for _ in range(2))
    assert "second" in gzip.decompress(first.body).decode()
    assert (first.body, first.headers) == (again.body, again.headers)
    assert world.built["article"] == 2
    assert store.ask("/a/", accept_encoding="gzip", if_none_match=first.headers["etag"]).status == 304
    (page,) = store.store.shelf.pages.values()
    assert page.size >= len(page.variants["br"].body) + len(first.body)
    assert store.store.shelf.size == page.size


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("br;q=0", None),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("gzip, *;q=0", "gzip"),
        ("BR", "br"),
        ("br;q=nonsense, gzip", "gzip"),
        ("deflate, x-gzip", "gzip"),
    ],
)
def test_encoding_follows_the_weights(store: Asker, accept: str, encoding: str | None) -> None:
    assert store.ask("/a/", accept_encoding=accept).headers.get("content-encoding") == encoding


@pytest.mark.parametrize("pattern", ["{}", "W/{}", '"x", {}', "*", '"a","b" , W/{}'])
def test_browser_that_has_the_page_gets_304(store: Asker, pattern: str) -> None:
    first = store.ask("/a/", accept_encoding="br")
    etag = first.headers["etag"]
    again = store.ask("/a/", accept_encoding="br", if_none_match=pattern.format(etag))
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert again.headers["cache-control"] == "no-cache"
    assert "content-length" not in again.headers


def test_browser_that_has_another_version_gets_the_page(store: Asker, world: World) -> None:
    outdated = store.ask("/a/").headers["etag"]
    world.text = "second"
    marking.carry_out(["article:1"])
    assert store.ask("/a/", if_none_match=outdated).status == 200


def test_head_has_the_headers_of_get_and_no_body(store: Asker, world: World) -> None:
    head = store.ask("/a/", method="HEAD", accept_encoding="br")
    assert head.body == b""
    assert head.headers == store.ask("/a/", accept_encoding="br").headers
    assert world.built["article"] == 1


def test_unknown_parameters_are_no_way_round_the_store(store: Asker, world: World) -> None:
    store.ask("/a/")
    for query in (
        "fbclid=1",
        "utm_source=x&utm_medium=y",
        "x" * 5000,
        "&".join(f"a{n}=1" for n in range(500)),
        "%FF=%",
    ):
        assert store.ask(f"/a/?{query}").status == 200
    assert world.built["article"] == 1
    assert "first </p>" in store.ask("/a/?fbclid=1").text


def test_known_parameters_are_pages_of_their_own_in_any_order(store: Asker, world: World) -> None:
    first = store.ask("/a/?sort=new&page=2&fbclid=1").text
    assert "page=2&sort=new<" in first
    assert store.ask("/a/?page=1&page=2&sort=new").text == first
    assert world.built["article"] == 1
    assert "page=3" in store.ask("/a/?page=3").text


@pytest.mark.parametrize("host", ["evil.example", "", "testserver.evil.example", "testserver:x", "[::1", "a b"])
def test_unknown_host_is_refused(store: Asker, world: World, host: str) -> None:
    assert store.ask("/a/", host=host).status == 400
    assert not world.built


@pytest.mark.parametrize("host", ["testserver", "testserver:80", "TestServer", "testserver.", "testserver:4711"])
def test_spellings_of_our_host_are_one_page(store: Asker, world: World, host: str) -> None:
    store.ask("/a/")
    assert store.ask("/a/", host=host).status == 200
    assert world.built["article"] == 1
    assert world.seen[0].get_host() == "testserver"


def test_staff_pass_to_django_and_are_never_kept(store: Asker, world: World, django_db_blocker) -> None:
    answer = store.ask("/unkept/", cookie=SESSION)
    assert "unkept GET" in answer.text
    assert answer.headers["cache-control"] == "private, no-cache"
    for cookie in (SESSION, f"x=y; {SESSION}"):
        filled = store.ask("/a/", cookie=cookie)
        assert "<b>talk quiet</b>" in filled.text
        assert "<!--fragment" not in filled.text
        assert "etag" not in filled.headers
    assert world.built["article"] == 2
    store.ask("/a/")
    assert world.built["article"] == 3


def test_session_in_a_second_cookie_header_counts_too(store: Asker, world: World) -> None:
    store.ask("/a/")
    answer = store.ask("/a/", headers=[("cookie", "a=b"), ("cookie", SESSION)])
    assert "etag" not in answer.headers
    assert world.built["article"] == 2


def test_other_cookies_do_not_reach_a_page_for_everybody(store: Asker, world: World) -> None:
    assert store.ask("/a/", cookie="freiblatt_csrf=abc; _ga=1").headers["etag"]
    assert world.seen[0].COOKIES == {}


def test_nothing_of_the_asker_reaches_a_page_for_everybody(store: Asker, world: World) -> None:
    store.ask(
        "/a/", user_agent="x", accept_language="en", headers=[("x_forwarded_host", "evil"), ("freiblatt.slip", "1")]
    )
    meta = world.seen[0].META
    assert {name for name in meta if name.startswith("HTTP_")} == {"HTTP_HOST"}


def test_what_sets_a_cookie_fails_or_streams_is_never_kept(store: Asker, world: World) -> None:
    for path, name in (("/cookie/", "cookie"), ("/broken/", "broken")):
        for _ in range(3):
            answer = store.ask(path)
            assert "etag" not in answer.headers
        assert world.built[name] == 3
    assert store.ask("/cookie/").cookies == ["a=b; Path=/"]
    assert store.ask("/broken/").status == 500


def test_a_view_may_say_how_long_browsers_keep_its_page(store: Asker) -> None:
    for _ in range(2):
        answer = store.ask("/hashed/")
        assert answer.headers["etag"]
        assert answer.headers["cache-control"] == "public, max-age=60, immutable"
    assert store.ask("/a/").headers["cache-control"] == "no-cache"


def test_gone_and_moved_are_kept_but_never_answered_with_304(store: Asker, world: World) -> None:
    for path, name, status in (("/gone/", "gone", 410), ("/moved/", "moved", 302)):
        etag = store.ask(path).headers["etag"]
        again = store.ask(path, if_none_match=etag)
        assert (again.status, world.built[name]) == (status, 1)
    assert store.ask("/moved/").headers["location"] == "/a/"


def test_many_who_ask_at_once_cause_one_render(store: Asker, world: World) -> None:
    async def crowd() -> list[Answer]:
        world.gate.clear()
        asked = [asyncio.create_task(store.asking("/slow/")) for _ in range(20)]
        await asyncio.to_thread(world.entered.acquire)
        world.gate.set()
        return await asyncio.gather(*asked)

    assert {answer.text for answer in store.run(crowd())} == {"slow first"}
    assert world.built["slow"] == 1


def test_reader_who_leaves_does_not_end_the_render_of_the_others(store: Asker, world: World) -> None:
    async def crowd() -> Answer:
        world.gate.clear()
        leaver = asyncio.create_task(store.asking("/slow/"))
        await asyncio.to_thread(world.entered.acquire)
        stayer = asyncio.create_task(store.asking("/slow/"))
        await asyncio.sleep(0)
        leaver.cancel()
        await asyncio.wait({leaver})
        world.gate.set()
        return await stayer

    assert store.run(crowd()).text == "slow first"
    assert world.built["slow"] == 1


def test_who_asks_after_a_change_never_gets_a_render_begun_before_it(store: Asker, world: World) -> None:
    async def story() -> tuple[Answer, Answer]:
        world.gate.clear()
        before = asyncio.create_task(store.asking("/slow/"))
        await asyncio.to_thread(world.entered.acquire)
        world.text = "second"
        marking.carry_out(["article:2"])
        after = asyncio.create_task(store.asking("/slow/"))
        await asyncio.sleep(0)
        world.gate.set()
        return await before, await after

    _, after = store.run(story())
    assert after.text == "slow second"
    assert store.ask("/slow/").text == "slow second"


def test_beyond_the_queue_readers_are_asked_to_come_back(world: World) -> None:
    with asker(threads=1, queue=1) as store:

        async def crowd() -> list[Answer]:
            world.gate.clear()
            first = asyncio.create_task(store.asking("/slow/"))
            await asyncio.to_thread(world.entered.acquire)
            second = asyncio.create_task(store.asking("/unkept/"))
            await asyncio.sleep(0)
            third = await store.asking("/a/")
            posted = await store.asking("/echo/", method="POST", body=[b"text"])
            world.gate.set()
            return [await first, await second, third, posted]

        first, second, third, posted = store.run(crowd())
        assert (first.status, second.status, third.status, posted.status) == (200, 200, 503, 503)
        assert third.headers["retry-after"] == "2"
        assert "Please reload" in third.text
        assert store.ask("/a/").status == 200


def test_stale_fragment_alone_is_built_anew(store: Asker, world: World) -> None:
    first = store.ask("/a/", accept_encoding="br")
    assert b"<hr><b>talk quiet</b><hr>end" in brotli.decompress(first.body)
    world.text, world.talk = "second", "loud"
    marking.carry_out(["thread:1"])
    again = store.ask("/a/")
    assert "first" in again.text
    assert "<hr><b>talk loud</b><hr>end" in again.text
    assert (world.built["article"], world.built["talk"]) == (1, 2)
    marking.carry_out(["article:1"])
    assert "<p>second </p>" in store.ask("/a/").text
    assert (world.built["article"], world.built["talk"]) == (2, 2)


def test_page_counts_no_longer_when_its_time_has_come(store: Asker, world: World) -> None:
    world.until = datetime.now(UTC) - timedelta(seconds=1)
    store.ask("/a/")
    world.text = "second"
    assert "second" in store.ask("/a/").text
    world.until = datetime.now(UTC) + timedelta(hours=1)
    store.ask("/a/")
    world.text = "third"
    assert "second" in store.ask("/a/").text


def test_where_allowed_the_old_page_stands_in_while_the_new_one_is_built(world: World) -> None:
    with asker(store_grace_ms=1000) as store:
        assert store.ask("/slow/").text == "slow first"
        world.text = "second"
        marking.carry_out(["article:2"])
        world.gate.clear()
        assert store.ask("/slow/").text == "slow first"
        flights = set(store.store._flights.values())
        world.gate.set()
        store.run(asyncio.wait(flights))
        assert store.ask("/slow/").text == "slow second"


def test_unkept_answers_are_for_one_reader_each(store: Asker, world: World) -> None:
    async def crowd() -> list[Answer]:
        return await asyncio.gather(*(store.asking("/unkept/") for _ in range(5)))

    assert {answer.text for answer in store.run(crowd())} == {"unkept GET  192.0.2.7"}
    assert world.built["unkept"] == 5


def test_steps_with_parameters_of_their_own_reach_django_as_they_came(store: Asker, world: World) -> None:
    assert store.ask("/-/echo/?token=abc", cookie="freiblatt_csrf=x").status == 200
    assert world.seen[-1].GET == {"token": ["abc"]}
    assert world.seen[-1].COOKIES == {"freiblatt_csrf": "x"}
    assert "etag" not in store.ask("/-/step/?token=1").headers
    assert store.ask("/-/step/?page=2").headers["etag"]


def test_steps_hear_what_a_reader_wants_of_them(store: Asker, world: World) -> None:
    """A player that jumps asks for a range, a program that only looks for the head: both are told to Django."""
    store.ask("/-/film/")
    store.ask("/-/film/", range="bytes=1-2")
    store.ask("/-/film/", method="HEAD")
    assert [(one.method, one.headers.get("Range")) for one in world.seen] == [
        ("GET", None),
        ("GET", "bytes=1-2"),
        ("HEAD", None),
    ]
    # Pages for everybody know no ranges, and their head is that of the kept page.
    for options in ({"range": "bytes=1-2"}, {"method": "HEAD"}):
        assert store.ask("/a/", **options).status == 200
    assert world.built["article"] == 1


def test_body_arrives_whole_and_only_up_to_the_limit(store: Asker, world: World) -> None:
    chunks = [b"0123456789" * 10_000] * 10
    assert store.ask("/echo/", method="POST", body=chunks).text == "POST 1000000 01234567890123456789"
    assert store.ask("/echo/", method="POST", headers=[("content-length", str(10**10))]).status == 413
    endless = [b"x" * 1_000_000] * 6
    asked = store.ask("/echo/", method="POST", body=endless, headers=[("transfer-encoding", "chunked")])
    assert asked.status == 413


def test_proxy_headers_of_strangers_are_dropped(world: World) -> None:
    sent = [("x-forwarded-for", "198.51.100.1"), ("x_forwarded_for", "203.0.113.1"), ("x-forwarded-proto", "https")]
    with asker() as store:
        store.ask("/admin/echo/", headers=sent)
        assert not [name for name in world.seen[-1].META if "FORWARDED" in name]
        assert (world.seen[-1].META["REMOTE_ADDR"], world.seen[-1].scheme) == ("192.0.2.7", "http")
    with asker(trusted_proxies=("203.0.113.0/24",)) as store:
        store.ask("/admin/echo/", headers=sent)
        assert (world.seen[-1].META["REMOTE_ADDR"], world.seen[-1].scheme) == ("192.0.2.7", "http")


def test_trusted_proxies_name_address_and_scheme_and_nothing_else(world: World) -> None:
    sent = [
        ("x-forwarded-for", "203.0.113.66, 198.51.100.1"), ("x-forwarded-for", "10.0.0.9"),
        ("x-forwarded-proto", "https"), ("x-forwarded-host", "evil.example"), ("x-real-ip", "203.0.113.66"),
        ("forwarded", "for=203.0.113.66;host=evil.example"),
    ]  # fmt: skip
    with asker(trusted_proxies=("192.0.2.7/32", "10.0.0.0/8")) as store:
        store.ask("/admin/echo/", headers=sent)
        seen = world.seen[-1]
        assert (seen.META["REMOTE_ADDR"], seen.scheme) == ("198.51.100.1", "https")
        assert not [name for name in seen.META if "FORWARDED" in name or "REAL_IP" in name]
        # A page that is made for everybody knows who asked for it, for limits, and has the publication's own scheme.
        assert store.ask("/unkept/", headers=sent).text == "unkept GET  198.51.100.1"
        assert world.seen[-1].scheme == "http"
        assert store.ask("/a/", headers=[*sent, ("host", "evil.example")]).status == 400


@pytest.mark.parametrize("junk", ["x" * 60_000, "203.0.113.1," * 5000, '"; DROP TABLE', "::::", "999.1.1.1", ","])
def test_junk_from_a_trusted_proxy_is_the_proxys(world: World, junk: str) -> None:
    with asker(trusted_proxies=("192.0.2.7/32",)) as store:
        store.ask("/admin/echo/", headers=[("x-forwarded-for", junk), ("x-forwarded-proto", junk)])
        assert (world.seen[-1].META["REMOTE_ADDR"], world.seen[-1].scheme) == ("192.0.2.7", "http")


def test_streams_and_files_arrive_whole(store: Asker) -> None:
    from pathlib import Path

    from tests.pagestore import world as module

    assert store.ask("/stream/").body == b"one two " + b"x" * 300_000
    assert store.ask("/file/").body == Path(module.__file__).read_bytes()
    assert store.ask("/file/", method="HEAD").body == b""


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd/",
        "//evil.example/",
        "/%00/",
        "/\x00\n/",
        "/" + "x" * 5000 + "/",
        "/" + "a/" * 300,
        "/ä/",
        "/A/",
    ],
)
def test_odd_paths_are_answered_and_leave_no_file_elsewhere(store: Asker, world: World, path: str) -> None:
    for _ in range(2):
        assert store.ask(path).status == 200
    store.settle()
    assert world.built["article"] == 1
    reader = store.store.disk.tree / "reader"
    assert not reader.exists()


def test_what_is_no_path_is_refused(store: Asker) -> None:
    assert store.ask("*", method="OPTIONS").status == 400


def test_least_asked_pages_leave_the_memory_first(world: World) -> None:
    with asker(store_memory_mb=1) as store:
        for number in range(400):
            store.ask(f"/page-{number}/")
            store.ask("/a/")
        assert store.store.shelf.size <= 1024**2
        store.settle()
        store.store.disk.drop()
        built = world.built["article"]
        store.ask("/a/")
        assert world.built["article"] == built
        store.ask("/page-0/")
        assert world.built["article"] == built + 1


def test_failure_is_shared_by_those_who_wait_and_not_kept(store: Asker, world: World, caplog) -> None:
    assert store.ask("/failing/").status == 500
    assert store.ask("/failing/").status == 500
