"""A backup while others write: whole, private, and nothing left where it fails."""

import io
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from freiblatt.config import Config
from freiblatt.upkeep import dumps, sealing, walking
from freiblatt.upkeep.actions.backing_up import BackupError, back_up
from freiblatt.upkeep.archive import Reader
from freiblatt.upkeep.manifest import read_manifest
from freiblatt.upkeep.walking import Walk
from tests.upkeep.conftest import LONG_AGO, write

KEPT = ("freiblatt.toml", "secret.key", "media", "originals", "theme")


def read(path: Path) -> dict[str, bytes]:
    with path.open("rb") as file:
        return {one.name: b"".join(one.chunks()) for one in Reader(file).members()}


def files_of(directory: Path) -> dict[str, bytes]:
    """Return what a backup of the directory has to hold beside the database."""
    places = [directory / name for name in KEPT]
    paths = [path for place in places for path in ([place] if place.is_file() else place.rglob("*"))]
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths if path.is_file()}


def execute(config: Config, *statements: str) -> None:
    """Change the publication's database as another process would."""
    if config.sqlite_path:
        connection: object = sqlite3.connect(config.sqlite_path, timeout=30)
        for statement in statements:
            connection.execute(statement)  # type: ignore[attr-defined]
        connection.commit()  # type: ignore[attr-defined]
        connection.close()  # type: ignore[attr-defined]
        return
    with dumps.connected(config.database_url) as session:
        for statement in statements:
            session.execute(statement)


def test_everything_is_in_it_and_only_its_owner_may_read_it(publication: Config, tmp_path: Path) -> None:
    said: list[str] = []
    made = back_up(config=publication, target=tmp_path / "backup.tar", say=said.append)

    inside = read(made.path)
    manifest = read_manifest(inside.pop("manifest.json"))
    facts = dumps.read_facts(inside.pop("database/facts.json"))
    assert inside.pop(manifest.database_member)
    assert inside == files_of(publication.directory)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert (made.size, made.n_files) == (made.path.stat().st_size, len(inside) + 3)
    assert manifest.name == "Testblatt"
    assert "FREIBLATT_DATABASE_URL" in manifest.environment
    assert facts == made.facts
    assert facts.tables["django_migrations"] == len(facts.migrations) > 50
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert len(said) == 3


def test_an_encrypted_one_is_read_back_without_the_private_key(publication: Config, tmp_path: Path) -> None:
    key = pyrage.x25519.Identity.generate()
    made = back_up(config=publication, target=tmp_path / "backup.tar.age", recipient=str(key.to_public()))

    content = made.path.read_bytes()
    assert made.is_encrypted
    assert b"Unser Blatt" not in content
    with sealing.decrypted(io.BytesIO(content), [key]) as source:
        inside = {one.name: b"".join(one.chunks()) for one in Reader(source).members()}
    assert inside["freiblatt.toml"].startswith(b"# Unser Blatt")


def test_the_database_is_as_of_one_moment_while_others_write(publication: Config, tmp_path: Path) -> None:
    # Two tables that always change together: a copy that is not of one moment tells them apart.
    execute(publication, "CREATE TABLE a (n INTEGER)", "CREATE TABLE b (n INTEGER)")
    is_over = threading.Event()
    written = 0

    def go_on() -> None:
        nonlocal written
        while not is_over.is_set():
            if publication.sqlite_path:
                execute(publication, "INSERT INTO a VALUES (1)", "INSERT INTO b VALUES (1)")
            else:
                with dumps.connected(publication.database_url) as session, session.transaction():
                    session.execute("INSERT INTO a VALUES (1)")
                    session.execute("INSERT INTO b VALUES (1)")
            written += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        seen = []
        for number in range(5):
            tables = back_up(config=publication, target=tmp_path / f"{number}.tar").facts.tables
            assert tables["a"] == tables["b"]
            seen.append(tables["a"])
    finally:
        is_over.set()
        writer.join()
    assert written > 0
    assert seen == sorted(seen)
    assert seen[-1] > seen[0], "nobody wrote meanwhile"


class Slow(Walk):
    """A walk during which somebody uploads and removes."""

    directory: Path

    def first(self) -> Iterator[tuple[str, Path]]:
        yield from super().first()
        write(self.directory / "media/pictures/meanwhile.avif", b"uploaded after the first walk")
        (self.directory / "media/pictures/0f3a.avif").unlink()


def test_what_is_uploaded_meanwhile_is_in_it_and_what_is_removed_harms_nothing(
    publication: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slow.directory = publication.directory
    monkeypatch.setattr("freiblatt.upkeep.actions.backing_up.Walk", Slow)
    monkeypatch.setattr(walking, "YOUNG_SECONDS", -60)  # files that were written this very second count as old
    write(publication.directory / "media/pictures/young.avif", b"perhaps half written", changed=2**31)

    inside = read(back_up(config=publication, target=tmp_path / "backup.tar").path)

    assert inside["media/pictures/meanwhile.avif"] == b"uploaded after the first walk"
    assert inside["media/pictures/young.avif"] == b"perhaps half written"
    assert "media/pictures/0f3a.avif" in inside


def test_the_second_walk_takes_exactly_what_the_first_one_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["media/a", "media/a-b/c", "media/ab", "media/Ä", "originals/z", "media/a.b/d"]
    for name in names:
        write(tmp_path / name, name.encode(), changed=LONG_AGO)
    monkeypatch.setattr(walking, "YOUNG_SECONDS", -60)
    walk = Walk(tmp_path, ("originals", "media", "theme"))
    first = [name for name, _path in walk.first()]
    for name in ("media/0", "media/a-b/b", "media/a-b/d", "media/zz/new", "theme/site.css"):
        write(tmp_path / name, b"new")

    assert sorted(first) == sorted(names)
    assert [name for name, _path in walk.second()] == [
        *("media/0", "media/a-b/b", "media/a-b/d", "media/zz/new", "theme/site.css")
    ]


def test_links_and_odd_names_are_told(publication: Config, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere/film.mp4", b"film")
    (publication.media / "films").symlink_to(tmp_path / "elsewhere")
    (publication.theme / "site.css").symlink_to(tmp_path / "elsewhere/film.mp4")
    (publication.theme / "gone.css").symlink_to(tmp_path / "nowhere")
    write(publication.media / "two\nlines", b"x")
    (publication.media / os.fsdecode(b"latin-\xe4")).write_bytes(b"x")

    made = back_up(config=publication, target=tmp_path / "backup.tar")

    assert sorted(made.left_out) == ["media/films", "media/latin-\\udce4", "media/two\nlines"]
    assert read(made.path)["theme/site.css"] == b"film"


@pytest.mark.parametrize("place", ["media/x.tar", "originals/x.tar", "theme/x.tar", "var/x.tar", "none/x.tar"])
def test_a_backup_lies_neither_in_what_it_holds_nor_nowhere(publication: Config, place: str) -> None:
    with pytest.raises(BackupError):
        back_up(config=publication, target=publication.directory / place)
    assert not (publication.directory / place).exists()


def test_an_older_file_is_never_overwritten(publication: Config, tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_bytes(b"the only good one")
    with pytest.raises(BackupError, match="a file already"):
        back_up(config=publication, target=tmp_path / "backup.tar")
    assert (tmp_path / "backup.tar").read_bytes() == b"the only good one"


def test_a_file_that_cannot_be_read_is_told_and_nothing_is_left(publication: Config, tmp_path: Path) -> None:
    (publication.directory / "secret.key").unlink()
    (publication.directory / "secret.key").mkdir()
    with pytest.raises(BackupError, match=r"secret\.key"):
        back_up(config=publication, target=tmp_path / "backup.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["publication"]


def test_a_damaged_database_gives_no_backup(publication: Config, tmp_path: Path) -> None:
    if publication.sqlite_path is None:
        execute(publication, "DROP TABLE django_migrations CASCADE")
        assert back_up(config=publication, target=tmp_path / "backup.tar").facts.migrations == []
        return
    with sqlite3.connect(publication.sqlite_path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET rootpage = 7 WHERE name = 'jobs_job'")
    connection.close()
    with pytest.raises(BackupError, match=r"damaged|malformed"):
        back_up(config=publication, target=tmp_path / "backup.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["publication"]


def test_programs_of_the_wrong_version_are_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "pg_old"
    old.write_text("#!/bin/sh\necho 'pg_old (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(dumps.DumpError, match=r"seen 9, .* apt-get install postgresql-client-15"):
        dumps.postgres_program("pg_old", 15)
    assert dumps.postgres_program("pg_old", 9) == old
    with pytest.raises(dumps.DumpError, match="pg_none is not installed"):
        dumps.postgres_program("pg_none", 0)


def test_a_password_does_not_show_in_the_list_of_processes() -> None:
    options, environment = dumps.connection_options(
        "postgres://ro%40sa:ge%3Aheim@db.example:5433/blatt?sslmode=require"
    )
    assert options == ["--dbname=postgresql://ro%40sa@db.example:5433/blatt?sslmode=require"]
    assert environment["PGPASSWORD"] == "ge:heim"


@pytest.mark.process
def test_a_full_disk_is_told_and_nothing_is_left(publication: Config, tmp_path: Path) -> None:
    # The database has room, the whole backup has not.
    (publication.directory / "media" / "film.bin").write_bytes(os.urandom(12_000_000))
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, 10_000_000));"
        "from freiblatt.__main__ import main; sys.argv[1:] = sys.argv[1:]; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "backup", str(tmp_path / "backup.tar")],
        env={**os.environ, "FREIBLATT_PUBLICATION": str(publication.directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "File too large" in done.stderr
    assert "Nothing is left of the backup" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["publication"]
