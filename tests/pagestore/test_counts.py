"""The store counts what it does, for all its processes together."""

import os
import subprocess
import sys
from pathlib import Path

from freiblatt.lib.proxies import IS_LOCAL
from freiblatt.pagestore import counts
from freiblatt.pagestore.counts import HITS, PAGES, Counts, totals
from tests.pagestore.asker import asker
from tests.pagestore.world import World


def test_store_says_who_is_local_and_no_proxy_is(world: World) -> None:
    with asker(trusted_proxies=("127.0.0.1/32",)) as store:
        for client, headers, is_local in (
            ("127.0.0.1:4000", [], True),
            ("[::1]:4000", [], True),
            ("192.0.2.7:4000", [], False),
            ("127.0.0.1:4000", [("x-forwarded-for", "127.0.0.1")], False),
            ("127.0.0.1:4000", [("x_forwarded_for", "127.0.0.1")], False),
            ("127.0.0.1:4000", [("forwarded", "for=127.0.0.1")], False),
            ("127.0.0.1:4000", [("x-real-ip", "127.0.0.1")], False),
            ("127.0.0.1:4000", [("via", "1.1 proxy")], False),
            ("127.0.0.1:4000", [("freiblatt.is_local", "1"), ("x-forwarded-proto", "http")], False),
        ):
            store.ask("/admin/echo/", headers=headers, client=client)
            assert world.seen[-1].META[IS_LOCAL] is is_local


def test_store_counts_what_it_does(world: World) -> None:
    with asker() as store:
        before = totals(store.store.config.var)
        for _ in range(5):
            store.ask("/a/")
        store.ask("/admin/echo/")
        after = totals(store.store.config.var)
    changes = {name: getattr(after, name) - getattr(before, name) for name in ("hits", "misses", "renders", "through")}
    # Built were the page and, in one go, its fragments.
    assert changes == {"hits": 4, "misses": 1, "renders": 2, "through": 1}
    assert after.pages >= 1
    assert after.page_bytes > 0
    assert os.getpid() in after.processes


def test_counts_of_several_processes_are_summed_and_outlive_them(tmp_path: Path) -> None:
    mine = Counts(tmp_path)
    mine.values[HITS] += 2
    mine.values[PAGES] = 7
    script = (
        "import sys, pathlib; from freiblatt.pagestore.counts import *; "
        "c = Counts(pathlib.Path(sys.argv[1])); c.values[HITS] += 40; c.values[PAGES] = 9; "
        "print(totals(pathlib.Path(sys.argv[1])))"
    )
    for round_number in (1, 2):
        said = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
        assert f"hits={2 + 40 * round_number}, " in said.stdout
        assert "pages=16, " in said.stdout
        found = totals(tmp_path)
        assert (found.hits, found.pages, found.processes) == (2 + 40 * round_number, 7, (os.getpid(),))
    mine.leave()
    assert totals(tmp_path).pages == 0


def test_without_a_file_nothing_is_counted_and_nothing_fails(tmp_path: Path) -> None:
    assert totals(tmp_path) == counts.Totals()
    (tmp_path / "counts").write_bytes(b"something else")
    assert totals(tmp_path) == counts.Totals()
    alone = Counts(tmp_path / "missing")
    alone.values[HITS] += 1
    alone.leave()
