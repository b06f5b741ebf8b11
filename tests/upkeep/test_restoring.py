"""A restore that must not happen leaves nothing behind; one that happens brings a publication that can be served."""

import io
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pyrage
import pytest

from freiblatt.config import Config
from freiblatt.upkeep import dumps
from freiblatt.upkeep.actions.backing_up import back_up
from freiblatt.upkeep.archive import Reader, Writer
from tests.cli.test_init import environment
from tests.processes import wait_until
from tests.upkeep.newspaper import new_database, some_postgres
from tests.upkeep.test_backing_up import execute

pytestmark = pytest.mark.process


def freiblatt(*words: object, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "freiblatt", *map(str, words)],
        cwd=cwd, env=environment(**variables), capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def members(archive: Path) -> dict[str, bytes]:
    with archive.open("rb") as file:
        return {one.name: b"".join(one.chunks()) for one in Reader(file).members()}


def rewritten(archive: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Return an archive with right sums whose members were changed by somebody."""
    inside = members(archive)
    change(inside)
    target = io.BytesIO()
    writer = Writer(target)
    for name, content in inside.items():
        writer.add(name, content)
    writer.close()
    path = archive.with_name("changed.tar")
    path.write_bytes(target.getvalue())
    return path


@pytest.fixture
def archive(publication: Config, tmp_path: Path) -> Path:
    return back_up(config=publication, target=tmp_path / "backup.tar").path


def test_a_restored_publication_is_private_and_ready(
    publication: Config, tmp_path: Path, empty_database: list[str]
) -> None:
    running = "2026-11-23 03:30:00+00"
    task = "11111111111111111111111111111111"
    execute(
        publication,
        "INSERT INTO pagestore_stalemark (keys, marked_on) VALUES ('article:1', '2026-11-23 03:30:00')",
        "INSERT INTO django_tasks_database_dbtaskresult (id, status, enqueued_at, args_kwargs, priority, task_path, "
        "worker_ids, queue_name, backend_name, run_after, exception_class_path, traceback) "
        f"VALUES ('{task}', 'RUNNING', '{running}', '{{\"args\": [], \"kwargs\": {{}}}}', 0, "
        "'freiblatt.jobs.actions.prune_results', '[]', 'bulk', 'default', '9999-01-01', '', '')",
        "INSERT INTO jobs_job (result_id, task_path, queue, priority, state, due_at, attempts, lease, lease_until, "
        f"worker, error) VALUES ('{task}', 'freiblatt.jobs.actions.prune_results', 'bulk', 0, 'running', '{running}', "
        f"1, '{task}', '{running}', 'gone', '')",
    )
    archive = back_up(config=publication, target=tmp_path / "backup.tar").path
    place = tmp_path / "restored"

    done = freiblatt("restore", archive, place, *empty_database, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "1 job that ran at that moment waits to be done again." in done.stdout
    assert "Do again what you have done since" in done.stdout
    assert "FREIBLATT_DATABASE_URL" in done.stdout
    modes = {
        name: stat.S_IMODE((place / name).stat().st_mode) for name in ("secret.key", "freiblatt.toml", "originals")
    }
    assert modes == {"secret.key": 0o600, "freiblatt.toml": 0o600, "originals": 0o700}
    assert [path.name for path in place.iterdir() if path.name.startswith(".")] == []
    for name in ("media/pictures/0f3a.avif", "media/recordings/größer.mp3", "originals/leer.txt", "secret.key"):
        assert (place / name).read_bytes() == (publication.directory / name).read_bytes()
    seen = freiblatt(
        "shell", "--no-imports", "-c",
        "from freiblatt.jobs.models import Job; from freiblatt.pagestore.models import StaleMark;"
        f"one = Job.objects.get(pk='{task}');"
        "print(one.state, one.attempts, one.lease, one.result.status, StaleMark.objects.count())",
        "--publication", place, cwd=tmp_path,
    )  # fmt: skip
    assert seen.stdout.strip() == "waiting 0 None READY 0", seen.stderr


def drop_secret(inside: dict[str, bytes]) -> None:
    del inside["secret.key"]


def drop_database(inside: dict[str, bytes]) -> None:
    for name in [name for name in inside if name.startswith("database/")]:
        del inside[name]


def other_database(inside: dict[str, bytes]) -> None:
    inside["database/another.gz"] = b"x"


def newer(inside: dict[str, bytes]) -> None:
    told = json.loads(inside["manifest.json"])
    inside["manifest.json"] = json.dumps({**told, "format": 2, "release": "9.9"}).encode()


def newer_database(inside: dict[str, bytes]) -> None:
    told = json.loads(inside["manifest.json"])
    told["migrations"].append(["articles", "0999_from_the_future"])
    inside["manifest.json"] = json.dumps({**told, "release": "9.9"}).encode()


def stranger(inside: dict[str, bytes]) -> None:
    inside["manifest.json"] = b'{"program": "ghost", "format": 1}'


def bomb(inside: dict[str, bytes]) -> None:
    facts = json.loads(inside["database/facts.json"])
    inside["database/facts.json"] = json.dumps({**facts, "size": 2**60}).encode()


def more_than_told(inside: dict[str, bytes]) -> None:
    facts = json.loads(inside["database/facts.json"])
    inside["database/facts.json"] = json.dumps({**facts, "size": facts["size"] - 1}).encode()


def other_rows(inside: dict[str, bytes]) -> None:
    facts = json.loads(inside["database/facts.json"])
    facts["tables"]["django_content_type"] += 1
    inside["database/facts.json"] = json.dumps(facts).encode()


def no_database(inside: dict[str, bytes]) -> None:
    (name,) = [name for name in inside if name.endswith((".gz", ".dump"))]
    inside[name] = b"no database"


def bad_configuration(inside: dict[str, bytes]) -> None:
    inside["freiblatt.toml"] = b'nonsense = "yes"\n'


def short_secret(inside: dict[str, bytes]) -> None:
    inside["secret.key"] = b"short"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (drop_secret, "It holds no secret.key"),
        (drop_database, "It holds no database"),
        (other_database, "a database that its manifest does not name"),
        (newer, "made by a newer Freiblatt (9.9)"),
        (newer_database, "articles.0999_from_the_future"),
        (stranger, "no backup of Freiblatt's"),
        (bomb, ""),
        (more_than_told, ""),
        (other_rows, "django_content_type"),
        (no_database, ""),
        (bad_configuration, "nonsense"),
        (short_secret, "expected at least 50"),
    ],
)
def test_a_backup_that_is_not_right_is_refused_and_nothing_is_left(
    change: Callable[[dict[str, bytes]], object],
    sentence: str,
    publication: Config,
    archive: Path,
    tmp_path: Path,
    empty_database: list[str],
) -> None:
    if publication.sqlite_path is None and change in (bomb, more_than_told):
        pytest.skip("pg_restore unpacks by itself and in no more than it needs")
    before = sorted(tmp_path.iterdir())
    spoiled = rewritten(archive, change)

    done = freiblatt("restore", spoiled, tmp_path / "restored", *empty_database, cwd=tmp_path)

    assert done.returncode == 1, done.stdout
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.iterdir()) == sorted([*before, spoiled])
    if empty_database:
        assert dumps.facts_of_postgres(empty_database[1]).tables == {}


def test_what_is_no_archive_or_a_cut_one_is_refused(archive: Path, tmp_path: Path) -> None:
    for name, content in (("cut.tar", archive.read_bytes()[:-2000]), ("page.html", b"<p>" * 1000), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        done = freiblatt("restore", name, "restored", cwd=tmp_path)
        assert done.returncode == 1, name
        assert "Nothing was restored." in done.stderr
        assert not (tmp_path / "restored").exists()


def test_an_encrypted_backup_needs_its_key(publication: Config, tmp_path: Path, empty_database: list[str]) -> None:
    key, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(f"{key}\n")
    (tmp_path / "other").write_text(f"{other}\n")
    back_up(config=publication, target=tmp_path / "backup.age", recipient=str(key.to_public()))

    for options, sentence in (
        ((), "--identity KEYFILE"),
        (("--identity", "other"), "none of the keys fits"),
        (("--identity", "missing"), "missing"),
    ):
        done = freiblatt("restore", "backup.age", "restored", *options, *empty_database, cwd=tmp_path)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert not (tmp_path / "restored").exists()

    done = freiblatt("restore", "backup.age", "restored", "--identity", "key", *empty_database, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_neither_a_used_directory_nor_a_used_database_is_touched(
    publication: Config, archive: Path, tmp_path: Path, empty_database: list[str]
) -> None:
    used = tmp_path / "used"
    used.mkdir()
    (used / "diary.txt").write_text("mine")
    done = freiblatt("restore", archive, used, *empty_database, cwd=tmp_path)
    assert (done.returncode, [path.name for path in used.iterdir()]) == (1, ["diary.txt"])
    assert "expected a new or empty directory" in done.stderr

    if publication.sqlite_path:
        taken = tmp_path / "taken.sqlite3"
        sqlite3.connect(taken).close()
        taken.write_bytes(b"somebody's")
        done = freiblatt("restore", archive, tmp_path / "new", "--database-url", f"sqlite:///{taken}", cwd=tmp_path)
        assert taken.read_bytes() == b"somebody's"
    else:
        before = dumps.facts_of_postgres(publication.database_url)
        done = freiblatt("restore", archive, tmp_path / "new", "--database-url", publication.database_url, cwd=tmp_path)
        assert dumps.facts_of_postgres(publication.database_url) == before
    assert done.returncode == 1
    assert not (tmp_path / "new").exists()


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A directory on another file system than the temporary one."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has one file system only")
    with tempfile.TemporaryDirectory(dir=memory) as place:
        yield Path(place)


def test_the_database_may_lie_on_another_disk(archive: Path, tmp_path: Path, other_disk: Path) -> None:
    database = other_disk / "blatt.sqlite3"
    words = ["restore", archive, tmp_path / "restored", "--database-url", f"sqlite:///{database}"]

    done = freiblatt(*words, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    dumps.check_sqlite(database)
    assert [path.name for path in other_disk.iterdir() if path.name.startswith(".")] == []


def test_a_restore_that_fails_late_leaves_no_database_elsewhere(archive: Path, tmp_path: Path) -> None:
    def odd_style(inside: dict[str, bytes]) -> None:
        inside["theme/static/site.css"] = b"body { background: url(nowhere.png) }"

    spoiled = rewritten(archive, odd_style)
    (tmp_path / "data").mkdir()
    database = tmp_path / "data/blatt.sqlite3"
    words = ["restore", spoiled, tmp_path / "restored", "--database-url", f"sqlite:///{database}"]

    done = freiblatt(*words, cwd=tmp_path)

    assert done.returncode == 1, done.stdout
    assert "nowhere.png" in done.stderr
    assert list((tmp_path / "data").iterdir()) == []
    assert not (tmp_path / "restored").exists()


def test_a_killed_restore_looks_like_nothing_and_is_given_again(
    archive: Path, tmp_path: Path, empty_database: list[str]
) -> None:
    words = ["restore", str(archive), "restored", *empty_database]
    place = tmp_path / "restored"
    for moment in ("freiblatt.toml", "var/static.*"):  # while files are written, and while the program is set up
        process = subprocess.Popen(
            [sys.executable, "-m", "freiblatt", *words], cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL
        )
        wait_until(lambda moment=moment, one=process: list(place.glob(moment)) or one.poll() is not None, moment)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        refused = freiblatt("serve", "--publication", place, cwd=tmp_path)
        assert refused.returncode == 2
        assert "interrupted" in refused.stderr

    done = freiblatt(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in place.iterdir() if path.name.startswith(".")] == []


#: What happens when the database is whole and marked, and its directory is not finished.
LAST_MOMENTS = {
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "server away": "restoring.give_up = away; away()",
}
ENDS_EARLY = """
import os, signal, sys
from freiblatt.upkeep.actions import restoring
from freiblatt.upkeep.dumps import DumpError
mark = restoring.mark_moved
def away(*_positional, **_named):
    raise DumpError("PostgreSQL cannot be reached: it went away")
def mark_and_end(url, token):
    mark(url, token)
    {moment}
restoring.mark_moved = mark_and_end
from freiblatt.cli.console import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("moment", LAST_MOMENTS)
def test_a_restore_into_postgresql_that_ends_in_its_last_moment_is_given_again(
    archive: Path, tmp_path: Path, moment: str
) -> None:
    with some_postgres() as server:
        url = new_database(server, f"restored_twice_{moment[:6]}")
        words = ["restore", str(archive), "restored", "--database-url", url]
        script = ENDS_EARLY.format(moment=LAST_MOMENTS[moment])
        ended = subprocess.run(
            [sys.executable, "-c", script, *words], cwd=tmp_path, env=environment(), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert ended.returncode == (-signal.SIGKILL if moment == "killed" else 1), ended.stderr
        # Whoever wants to restore there from elsewhere does not get it.
        other = freiblatt("restore", archive, "elsewhere", "--database-url", url, cwd=tmp_path)
        assert other.returncode == 1
        assert "expected an empty one" in other.stderr
        assert not (tmp_path / "elsewhere").exists()
        # A next try that fails before it comes to the database does not spoil the one after it.
        (tmp_path / "note.txt").write_text("no backup")
        wrong = freiblatt("restore", "note.txt", *words[2:], cwd=tmp_path)
        assert wrong.returncode == 1, wrong.stdout

        done = freiblatt(*words, cwd=tmp_path)

        assert done.returncode == 0, done.stderr
        assert not (tmp_path / "restored" / ".unfinished").exists()
        with psycopg.connect(url) as session:
            marks = session.execute("SELECT relname FROM pg_class WHERE relname LIKE 'freiblatt%' AND relkind = 'r'")
            assert marks.fetchall() == []


def test_a_killed_backup_has_no_name_and_the_next_one_sweeps(publication: Config, tmp_path: Path) -> None:
    target = tmp_path / "nights" / "backup.tar"
    target.parent.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "freiblatt", "backup", str(target)],
        env={**os.environ, "FREIBLATT_PUBLICATION": str(publication.directory)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: list(target.parent.glob(".freiblatt-backup-*/archive")) or process.poll() is not None, "it")
    process.kill()
    process.wait()
    if not target.exists():  # it may have been faster than we
        assert [path.name.startswith(".freiblatt-backup-") for path in target.parent.iterdir()] == [True]
        back_up(config=publication, target=target)
    assert [path.name for path in target.parent.iterdir()] == ["backup.tar"]
