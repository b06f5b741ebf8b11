"""A restore that is killed, or whose machine is: what is there afterwards, and what the next one makes of it."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from freiblatt.config import Config
from freiblatt.upkeep import dumps
from freiblatt.upkeep.actions.backing_up import back_up
from tests.cli.test_init import environment
from tests.upkeep.test_restoring import freiblatt

pytestmark = pytest.mark.process


@pytest.fixture
def archive(publication: Config, tmp_path: Path) -> Path:
    return back_up(config=publication, target=tmp_path / "backup.tar").path


#: Ends a restore as soon as its database has taken its name: by a link, and where the file system has no links.
ENDS_NAMED = """
import errno, os, signal, sys
link, replace = os.link, os.replace
def link_and_end(source, target):
    if str(target).endswith("blatt.sqlite3"):
        if sys.argv[1] == "no links":
            raise OSError(errno.EPERM, "no links here")
        link(source, target)
        os.kill(os.getpid(), signal.SIGKILL)
    link(source, target)
def replace_and_end(source, target):
    if str(target).endswith("blatt.sqlite3"):
        os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)
os.link, os.replace = link_and_end, replace_and_end
from freiblatt.cli.console import run
sys.exit(run(sys.argv[2:]))
"""


@pytest.mark.parametrize("moment", ["links", "no links"])
def test_a_restore_that_is_killed_when_its_database_elsewhere_has_its_name_is_given_again(
    archive: Path, tmp_path: Path, moment: str
) -> None:
    (tmp_path / "data").mkdir()
    database = tmp_path / "data/blatt.sqlite3"
    words = ["restore", str(archive), "restored", "--database-url", f"sqlite:///{database}"]

    def killed() -> None:
        ended = subprocess.run(
            [sys.executable, "-c", ENDS_NAMED, moment, *words], cwd=tmp_path, env=environment(), capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert database.exists()

    killed()
    # Whatever has got the name meanwhile is somebody's.
    database.unlink()
    with contextlib.closing(sqlite3.connect(database)) as theirs:
        theirs.execute("CREATE TABLE diary (day text)")
    refused = freiblatt(*words, cwd=tmp_path)
    assert refused.returncode == 1
    assert "there is a file already, expected none" in refused.stderr
    with contextlib.closing(sqlite3.connect(database)) as theirs:
        assert theirs.execute("SELECT name FROM sqlite_master").fetchall() == [("diary",)]
    database.unlink()

    killed()
    done = freiblatt(*words, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    dumps.check_sqlite(database)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'freiblatt_moved'").fetchall() == []


#: Tells what the disk had been made to have when the directory counted as finished.
WATCHED = """
import os, sys
fsync, unlink, sync = os.fsync, os.unlink, os.sync
told = []
def fsync_and_tell(number):
    told.append(os.readlink(f"/proc/self/fd/{number}"))
    fsync(number)
def unlink_and_tell(path, **words):
    if str(path).endswith("/.unfinished"):
        print("synced", *told, sep="\\n", flush=True)
    unlink(path, **words)
def sync_and_tell():
    told.append("everything")
    sync()
os.fsync, os.unlink, os.sync = fsync_and_tell, unlink_and_tell, sync_and_tell
from freiblatt.cli.console import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("place", ["restored/freiblatt.sqlite3", "data/blatt.sqlite3"])
def test_the_disk_has_what_was_restored_before_it_counts(archive: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "data").mkdir()
    words = ["restore", str(archive), "restored", "--database-url", f"sqlite:///{tmp_path / place}"]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *words], cwd=tmp_path, env=environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = done.stdout.partition("synced\n")[2].splitlines()
    last = told[told.index("everything") :]
    for name in ("restored/freiblatt.toml", "restored/secret.key", "restored", place):
        assert str(tmp_path / name) in last, name
    assert not (tmp_path / f"{place}-wal").exists()
