"""Pages on disk: found again after a restart, gone as soon as their keys are stale, never outside their tree."""

import threading
from pathlib import Path

import brotli
import pytest

from freiblatt.pagestore import disk, marking, words
from freiblatt.pagestore.headers import page_headers
from freiblatt.pagestore.keys import Address
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
