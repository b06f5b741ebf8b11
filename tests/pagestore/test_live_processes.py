"""Readers who follow something on real servers: over sockets, over several processes, over crashes."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.db import connection

from freiblatt.pagestore import counts
from tests.pagestore.live_client import Follower
from tests.pagestore.test_processes import Publication, publication
from tests.processes import WAIT_SECONDS, end, environment_of, free_port, wait_until

__all__ = ["publication"]

pytestmark = pytest.mark.process


@pytest.fixture
def followers() -> Iterator[list[Follower]]:
    """Those who are to leave at the end."""
    made: list[Follower] = []
    yield made
    for follower in made:
        follower.socket.close()


def announce(publication: Publication, *refs: str, deadly: bool = False) -> None:
    """Say that `a` changed, from a process of its own; deadly: killed between commit and hook."""
    script = (
        "import django; django.setup(); "
        f"from tests.pagestore.process_urls import tell; tell('a', *{refs!r}, is_deadly={deadly})"
    )
    ended = subprocess.run([sys.executable, "-c", script], env=publication.environment, check=False)
    assert ended.returncode == (-signal.SIGKILL if deadly else 0)


def n_streams(publication: Publication) -> int:
    return counts.totals(publication.directory / "var").streams


def test_readers_on_all_workers_hear_what_another_process_does(
    publication: Publication, followers: list[Follower]
) -> None:
    publication.serve("--workers", "2")
    publication.change("a", "1")
    followers += [Follower(publication.port, "value:a") for _ in range(8)]
    assert {follower.events[0].kind for follower in followers} == {"state"}
    announce(publication, "1", "2")
    for follower in followers:
        wait_until(lambda one=follower: one.refs == ["1", "2"], "both events")
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pagestore_stalemark")
        assert cursor.fetchone()[0] == 0


def test_event_of_a_writer_killed_after_its_commit_arrives(publication: Publication, followers: list[Follower]) -> None:
    publication.serve()
    publication.change("a", "1")
    followers.append(Follower(publication.port, "value:a"))
    announce(publication, "1", deadly=True)
    wait_until(lambda: followers[0].refs == ["1"], "the journal's sweep")


def test_killed_server_costs_no_event_and_doubles_none(publication: Publication, followers: list[Follower]) -> None:
    server = publication.serve()
    publication.change("a", "1")
    followers.append(Follower(publication.port, "value:a"))
    announce(publication, "1", "2")
    wait_until(lambda: followers[0].refs == ["1", "2"], "the first events")
    end(server)
    assert followers[0].has_ended.wait(WAIT_SECONDS)
    assert not followers[0].is_whole
    announce(publication, "3")
    publication.serve()
    followers.append(Follower(publication.port, "value:a", after=followers[0].events[-1].number))
    announce(publication, "4")
    wait_until(lambda: len(followers[1].refs) == 2, "what was missed and what came")
    assert followers[1].refs == ["3", "4"]


def test_server_that_stops_ends_streams_politely(publication: Publication, followers: list[Follower]) -> None:
    server = publication.serve("--workers", "2")
    publication.change("a", "1")
    followers += [Follower(publication.port, "value:a") for _ in range(6)]
    # Whoever is about to import Django stops only after it.
    wait_until(lambda: publication.log().count("Django loaded") == 2, "both workers")
    server.terminate()
    assert server.wait(WAIT_SECONDS) == 0
    for follower in followers:
        assert follower.has_ended.wait(WAIT_SECONDS)
        assert follower.is_whole
        assert follower.raw.rstrip().rpartition(b"\n")[2].startswith(b"retry: ")
    assert "Killing" not in publication.log()


def test_reader_who_leaves_is_forgotten_and_pages_are_served_meanwhile(
    publication: Publication, followers: list[Follower]
) -> None:
    server = publication.serve()
    publication.change("a", "1")
    (worker,) = psutil.Process(server.pid).children()
    Follower(publication.port, "value:a").leave()
    wait_until(lambda: n_streams(publication) == 0, "nobody")
    before = worker.num_threads(), worker.num_fds()
    followers += [Follower(publication.port, "value:a") for _ in range(50)]
    assert n_streams(publication) == 50
    assert publication.value("a") == "1"
    assert worker.num_threads() <= before[0] + 1, "a thread for each reader"
    for follower in followers:
        follower.leave()
    wait_until(lambda: n_streams(publication) == 0, "nobody")
    # Django's threads keep a few files of the database open.
    wait_until(lambda: worker.num_fds() < before[1] + len(followers) / 2, "closed connections")


def test_limit_of_streams(publication: Publication, followers: list[Follower]) -> None:
    publication.environment["FREIBLATT_LIVE_STREAMS"] = "3"
    publication.serve()
    publication.change("a", "1")
    followers += [Follower(publication.port, "value:a") for _ in range(5)]
    assert [follower.status for follower in followers] == [200, 200, 200, 503, 503]
    followers[0].leave()
    wait_until(lambda: n_streams(publication) == 2, "a free place")
    followers.append(Follower(publication.port, "value:a"))
    assert followers[-1].status == 200


def test_what_is_withdrawn_ends_and_is_not_there_for_the_next(
    publication: Publication, followers: list[Follower]
) -> None:
    publication.serve("--workers", "2")
    assert Follower(publication.port, "value:a").status == 404
    publication.change("a", "1")
    followers += [Follower(publication.port, "value:a") for _ in range(4)]
    publication.change("a", "secret")
    for follower in followers:
        assert follower.has_ended.wait(WAIT_SECONDS)
        assert (follower.is_whole, follower.events[-1].kind) == (True, "end")
    assert Follower(publication.port, "value:a").status == 404
    assert n_streams(publication) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="The kernel of Linux is asked.")
def test_reader_who_fetches_nothing_is_dropped(publication: Publication, followers: list[Follower]) -> None:
    import socket

    publication.environment["HASTY"] = "1"
    publication.serve()
    publication.change("a", "1")
    followers.append(Follower(publication.port, "value:a"))
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        lazy.connect(("127.0.0.1", publication.port))
        lazy.sendall(b"GET /-/live/value:a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        wait_until(lambda: n_streams(publication) == 2, "both")
        announce(publication, *map(str, range(90)))
        wait_until(lambda: n_streams(publication) == 1, "one")
    assert len(followers[0].refs) == 90
    assert not followers[0].has_ended.is_set()
    assert "Dropped 1 readers" in publication.log()


def test_two_machines_on_one_database(publication: Publication, followers: list[Follower], tmp_path: Path) -> None:
    """Without Valkey, so that they tell each other nothing at all."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite serves one machine.")
    publication.serve()
    publication.change("a", "1")
    other_directory, other_port = tmp_path / "other", free_port()
    other_directory.mkdir()
    for name in ("freiblatt.toml", "secret.key"):
        (other_directory / name).write_bytes((publication.directory / name).read_bytes())
    static = other_directory / "var" / "static"
    static.parent.mkdir(parents=True)
    static.symlink_to(publication.directory / "var" / "static")
    url = publication.environment["FREIBLATT_DATABASE_URL"]
    environment = environment_of(other_directory, database_url=url, settings="tests.pagestore.process_settings")
    other = Publication(other_directory, environment, other_port)
    try:
        other.serve("--port", str(other_port))
        assert other.value("a") == "1"
        followers += [Follower(publication.port, "value:a"), Follower(other_port, "value:a")]
        announce(publication, "1")
        announce(other, "2")
        for follower in followers:
            wait_until(lambda one=follower: one.refs == ["1", "2"], "both events")
    finally:
        other.end()
