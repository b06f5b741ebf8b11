"""Pages on disk: found again after a restart, gone as soon as their keys are stale, never outside their tree."""

import fcntl
import gzip
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

from freiblatt.pagestore import disk, marking, words
from freiblatt.pagestore.headers import page_headers
from freiblatt.pagestore.keys import Address
from freiblatt.pagestore.pages import Page, compose
from freiblatt.settings import CONFIG
from tests.pagestore.asker import Asker, asker
from tests.pagestore.world import World


def files_of(store: Asker) -> list[str]:
    """Return the files of pages in the tree of `store`, without their directories' names before."""
    store.settle()
    tree = store.store.disk.tree
    return sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.fixture
def never_loaded():
    """A Django that is being imported for as long as the test lasts."""
    gate = threading.Event()

    def load():
        gate.wait(60)
        return lambda environ, start_response: [b""]

    yield load
    gate.set()


def test_reader_page_lies_where_a_web_server_looks_for_it(store: Asker) -> None:
    answer = store.ask("/europa/ein-hafen/", accept_encoding="br")
    folder = "reader/testserver/europa/ein-hafen"
    assert files_of(store) == [f"{folder}/index{end}" for end in (".html", ".html.br", ".html.gz", ".page")]
    current = disk.root_of(CONFIG) / "current" / folder
    assert (current / "index.html.br").read_bytes() == answer.body
    assert (current / "index.html").read_bytes() == brotli.decompress(answer.body)


def test_front_page_lies_at_the_root(store: Asker) -> None:
    store.ask("/")
    assert "reader/testserver/index.html" in files_of(store)


def test_standard_headers_are_those_that_django_sends(store: Asker) -> None:
    headers = store.ask("/a/").headers
    for name in ("server", "etag", "vary", "content-length", "content-type", "content-language"):
        del headers[name]
    assert headers == dict(page_headers(CONFIG))


def test_page_with_headers_of_its_own_is_not_for_a_web_server(store: Asker) -> None:
    store.ask("/film/")
    assert {name.split("/")[0] for name in files_of(store)} == {"other"}


def test_what_a_stranger_can_make_up_never_reaches_the_disk(store: Asker) -> None:
    for path in ("/a/?page=2", "/gone/", "/moved/", "/unkept/"):
        store.ask(path)
    assert files_of(store) == []


def test_marking_removes_the_files_of_the_key_alone(store: Asker) -> None:
    store.ask("/a/")
    store.ask("/slow/")
    marking.carry_out(["thread:1"])
    assert {name.split("/")[2] for name in files_of(store)} == {"slow"}
    store.ask("/a/")
    marking.carry_out(["article:1"])
    assert {name.split("/")[2] for name in files_of(store)} == {"slow"}
    marking.carry_out(["site"])
    assert files_of(store) == []
    store.ask("/a/")
    assert len(files_of(store)) == 4


def test_after_a_restart_pages_are_answered_while_django_is_loading(world: World, never_loaded) -> None:
    with asker() as store:
        first = store.ask("/a/", accept_encoding="br")
        store.ask("/film/")
    with asker(load=never_loaded) as store:
        again = store.ask("/a/", accept_encoding="br")
        assert (again.body, again.headers) == (first.body, first.headers)
        assert store.ask("/a/").body == brotli.decompress(first.body)
        assert "https://player.vimeo.com" in store.ask("/film/").headers["content-security-policy"]


def test_fragment_of_a_page_from_disk_is_built_anew_alone(world: World) -> None:
    with asker() as store:
        store.ask("/a/")
    with asker() as store:
        store.ask("/a/")
        world.talk = "loud"
        marking.carry_out(["thread:1"])
        assert "loud" in store.ask("/a/").text
        assert world.built["article"] == 1


def test_page_marked_by_one_process_is_not_answered_from_disk_by_another(world: World) -> None:
    with asker() as store:
        store.ask("/a/")
    # As if the marker had been killed after the words and before the files.
    marking.words().mark(["article:1"])
    world.text = "second"
    with asker() as store:
        assert "second" in store.ask("/a/").text


def test_page_that_went_stale_while_it_was_written_does_not_stay(store: Asker, world: World) -> None:
    store.ask("/a/")
    page = store.store._kept(Address("testserver", "/a/", ""))
    marking.carry_out(["article:1"])
    store.store.disk.write(page)
    assert files_of(store) == []


FIRST, SECOND = b"<p>first</p>" * 50, b"<p>second</p>" * 50


def rendered(body: bytes) -> Page:
    """Return the page as a renderer has it that begins now."""
    return compose(
        address=Address("testserver", "/a/", ""), status=200,
        head=[("content-type", "text/html; charset=utf-8"), *page_headers(CONFIG)], parts=[body],
        words=words.words_of(["article:1", "section:1", "site"]),
        sequence=marking.words().sequence(), until=None, pieces={},
    )  # fmt: skip


def in_place() -> dict[str, bytes]:
    """Return what a web server finds, decompressed, by the names of the files."""
    read = {".html": bytes, ".br": brotli.decompress, ".gz": gzip.decompress}
    reader = disk.root_of(CONFIG) / "current/reader"
    return {path.name: read[path.suffix](path.read_bytes()) for path in reader.rglob("index.html*")}


def is_locked() -> bool:
    with (CONFIG.var / disk.LOCK_NAME).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def advance(steps: Iterator[str], count: int) -> bool:
    """Do at most `count` steps; return whether that was all."""
    return len(list(itertools.islice(steps, count))) < count


@pytest.mark.parametrize("key", ["article:1", "section:1", "site"])
def test_renderer_killed_after_any_step_leaves_nothing_outdated(world: World, key: str) -> None:
    """At each step of the renderer somebody marks its page; it goes on for any number of steps, then it is killed."""
    copy = disk.DiskCopy(CONFIG, "test", marking.words())
    copy.open()
    stopped_at = set()
    for begun, more in itertools.product(range(12), range(12)):
        old = copy.writing(rendered(FIRST))
        is_done = advance(old, begun)
        marker = threading.Thread(target=marking.carry_out, args=[[key]])
        marker.start()
        if not is_locked():
            # Nobody holds the marker up: it is done before the renderer goes on.
            marker.join()
        advance(old, more)
        old.close()
        marker.join()
        stopped_at.add((begun, more, is_done))
        copy.open()
        assert FIRST not in in_place().values(), (begun, more)
        assert copy.read(Address("testserver", "/a/", "")) is None
    assert {is_done for *_, is_done in stopped_at} == {True, False}


@pytest.mark.parametrize("key", ["article:1", "section:1", "site"])
def test_marker_killed_after_any_step_is_made_good_from_the_journal(world: World, key: str) -> None:
    """Marker and renderer of the new page are both killed after any of their steps; then the journal is carried out."""
    copy = disk.DiskCopy(CONFIG, "test", marking.words())
    copy.open()
    for marked, begun in itertools.product(range(8), range(12)):
        copy.write(rendered(FIRST))
        assert set(in_place().values()) == {FIRST}
        marking.words().mark([key])
        marker = disk.unlinking_pages(CONFIG, [key])
        advance(marker, marked)
        if not is_locked():
            new = copy.writing(rendered(SECOND))
            advance(new, begun)
            new.close()
        marker.close()
        copy.open()
        marking.carry_out([key])
        assert in_place() == {}, (marked, begun)
        # Whatever lies about, the next page is found by the next change.
        copy.write(rendered(SECOND))
        assert set(in_place().values()) == {SECOND}
        marking.carry_out(["section:1"])
        assert in_place() == {}


def test_outdated_copy_that_is_met_is_removed(world: World) -> None:
    copy = disk.DiskCopy(CONFIG, "test", marking.words())
    copy.open()
    copy.write(rendered(FIRST))
    # As if the marker had been killed after the words and before the files, and its row had been lost.
    marking.words().mark(["article:1"])
    assert copy.read(Address("testserver", "/a/", "")) is None
    assert in_place() == {}


def test_files_that_a_killed_process_never_put_in_place_are_removed(world: World, monkeypatch) -> None:
    copy = disk.DiskCopy(CONFIG, "test", marking.words())
    copy.open()
    (copy.tree / disk.PARTIAL).mkdir()
    (copy.tree / disk.PARTIAL / "abc.html").write_bytes(FIRST)
    disk.tidy(copy)
    assert list(copy.tree.glob("partial/*"))
    monkeypatch.setattr(disk, "PARTIAL_SECONDS", -1)
    disk.tidy(copy)
    assert not list(copy.tree.glob("partial/*"))


def test_copies_of_another_release_are_thrown_away(world: World) -> None:
    with asker(mark="old") as store:
        store.ask("/a/")
    world.text = "second"
    with asker(mark="new") as store:
        assert "second" in store.ask("/a/").text
        names = {path.name.split("-")[0] for path in disk.root_of(CONFIG).iterdir()}
        assert "old" not in names


def test_copies_of_before_a_reboot_are_worth_nothing(world: World, tmp_path: Path, monkeypatch) -> None:
    before = words.Words(tmp_path)
    tree = disk.DiskCopy(CONFIG, "test", before).tree
    monkeypatch.setattr(words, "boot_id", lambda: b"b" * 36)
    assert disk.DiskCopy(CONFIG, "test", words.Words(tmp_path)).tree != tree


@pytest.mark.parametrize("suffix", [".page", ".html", ".html.br", ".html.gz"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[1", b"\xff\xfe" * 100])
def test_damaged_copy_is_built_anew(world: World, suffix: str, content: bytes) -> None:
    with asker() as store:
        store.ask("/a/")
        store.settle()
        (store.store.disk.tree / f"reader/testserver/a/index{suffix}").write_bytes(content)
    with asker() as store:
        assert "first" in store.ask("/a/").text
        assert world.built["article"] == 2


def test_full_or_forbidden_disk_does_not_stop_the_answer(store: Asker, world: World) -> None:
    blocked = store.store.disk.tree / "reader"
    blocked.write_bytes(b"a file where a directory should be")
    assert "first" in store.ask("/a/").text
    store.settle()
    assert "first" in store.ask("/a/").text
    assert world.built["article"] == 1


def test_copy_beyond_its_limit_is_dropped(store: Asker, monkeypatch) -> None:
    store.ask("/a/")
    store.settle()
    monkeypatch.setattr(disk, "LIMIT_BYTES", 100)
    disk.tidy(store.store.disk)
    assert files_of(store) == []


def test_page_that_was_replaced_before_it_stood_is_never_written(store: Asker, world: World) -> None:
    store.store._settle_seconds = 3600.0
    address = Address("testserver", "/a/", "")

    async def time_passes_for(page: Page) -> None:
        store.store._copy_to_disk(page)

    store.ask("/a/")
    first = store.store._kept(address)
    world.text = "second"
    marking.carry_out(["article:1"])
    store.run(time_passes_for(first))
    assert files_of(store) == []
    store.ask("/a/")
    store.run(time_passes_for(first))
    assert files_of(store) == []
    store.run(time_passes_for(store.store._kept(address)))
    store.settle()
    assert "second" in (store.store.disk.tree / "reader/testserver/a/index.html").read_text()
