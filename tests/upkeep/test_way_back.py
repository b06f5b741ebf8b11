"""The way back from an upgrade, given line by line as it is printed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from freiblatt import config
from freiblatt.config import Config
from freiblatt.upkeep.actions.backing_up import back_up
from freiblatt.upkeep.actions.upgrading import Plan, _is_mount_point, _set_aside, way_back
from tests.upkeep.test_restoring import freiblatt

pytestmark = pytest.mark.process


def in_shell(commands: list[str]) -> None:
    for command in commands:
        subprocess.run(["/bin/sh", "-c", command], check=True)


def test_a_mount_point_is_emptied_and_restored_into(
    publication: Config, tmp_path: Path, empty_database: list[str]
) -> None:
    directory = publication.directory
    (directory / "lost+found").mkdir()
    (directory / "backups").mkdir()
    made = back_up(config=publication, target=directory / "backups" / "before.tar")
    (directory / "media/pictures/since.avif").write_bytes(b"since")
    if publication.sqlite_path:
        empty_database = ["--database-url", "sqlite:///freiblatt.sqlite3"]

    for _time in range(2):  # the way can be gone twice
        commands, backup = _set_aside(publication, made.path, is_mount=True)
        in_shell(commands)
        if _time == 0:
            done = freiblatt("restore", backup, directory, *empty_database, cwd=tmp_path)
            assert done.returncode == 0, done.stderr
            assert not (directory / "media/pictures/since.avif").exists()
            assert len(list(directory.glob("replaced-*/media/pictures/since.avif"))) == 1
            assert (directory / "lost+found").is_dir()
            shutil.copytree(next(directory.glob("replaced-*")) / "backups", directory / "backups")
            for aside in directory.glob("replaced-*"):
                aside.rename(directory / "replaced-20260101T000000Z")
    assert backup.is_file()


def test_a_database_elsewhere_is_moved_away_with_its_companions(
    publication: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if publication.sqlite_path is None:
        pytest.skip("PostgreSQL's database is another one")
    data = tmp_path / "my data"
    data.mkdir()
    database = data / "blatt.sqlite3"
    publication.sqlite_path.rename(database)
    monkeypatch.setenv("FREIBLATT_DATABASE_URL", f"sqlite:///{database}")
    here = config.read(publication.directory)
    backup = back_up(config=here, target=tmp_path / "backup.tar").path
    database.with_name("blatt.sqlite3-wal").write_bytes(b"of the one before")

    url = ["--database-url", f"sqlite:///{database}"]
    words = ["restore", backup, publication.directory, *url]
    commands, found = _set_aside(here, backup, is_mount=False)
    assert found == backup
    in_shell(commands[:1])
    refused = freiblatt(*words, cwd=tmp_path)
    assert "there is a file already" in refused.stderr
    database.rename(data / "aside")
    refused = freiblatt(*words, cwd=tmp_path)
    assert "blatt.sqlite3-wal: there is a file already" in refused.stderr
    (data / "aside").rename(database)
    in_shell(commands[1:])
    done = freiblatt(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (data / "upgraded-blatt.sqlite3").iterdir()) == [
        "blatt.sqlite3",
        "blatt.sqlite3-wal",
    ]


def test_a_mount_point_is_seen(publication: Config, tmp_path: Path) -> None:
    assert _is_mount_point(Path("/proc"))
    assert not _is_mount_point(tmp_path)
    lines = way_back(publication, Plan(publication.directory / "backups/before.tar", "0.0.9"))
    assert f"  3. mv {publication.directory} {publication.directory}.upgraded" in lines
    assert lines[-1].endswith(". start the program")
