"""An operator makes a publication with the console script, as a process of its own."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.conftest import PATHS
from tests.processes import wait_until

pytestmark = [pytest.mark.process, pytest.mark.once]


def environment(**variables: str) -> dict[str, str]:
    """Return an environment in which nothing points to another publication."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FREIBLATT_", "DJANGO_"))}
    return {**kept, "PYTHONPATH": PATHS, **variables}


def freiblatt(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Return what `freiblatt` followed by `arguments` printed, and its status."""
    return subprocess.run(
        [sys.executable, "-m", "freiblatt", *arguments],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=240,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A publication made by `init`, and what it printed."""
    parent = tmp_path_factory.mktemp("init")
    done = freiblatt(
        "init", "blatt", "--name", "Das Blatt", "--language", "en", "--owner", "olga@example.org", cwd=parent
    )
    assert done.returncode == 0, done.stderr
    return parent / "blatt", done.stdout


def test_secret_configuration_and_database_are_private(made: tuple[Path, str]) -> None:
    directory, _printed = made
    modes = {
        name: stat.S_IMODE((directory / name).stat().st_mode)
        for name in ("secret.key", "freiblatt.toml", "freiblatt.sqlite3")
    }
    assert set(modes.values()) == {0o600}, modes
    folders = {name: stat.S_IMODE((directory / name).stat().st_mode) for name in ("originals", "var")}
    assert folders == {"originals": 0o700, "var": 0o750}
    assert len((directory / "secret.key").read_text()) >= 50
    assert not (directory / ".unfinished").exists()


def test_front_page_of_the_main_language_stands(made: tuple[Path, str]) -> None:
    directory, _printed = made
    seen = freiblatt(
        "shell",
        "--no-imports",
        "-c",
        "from freiblatt.articles.models import FrontPage;"
        "print([(p.title, p.locale.language_code, p.live) for p in FrontPage.objects.all()])",
        "--publication",
        str(directory),
        cwd=directory.parent,
    )
    assert seen.stdout.strip() == "[('Das Blatt', 'en', True)]", seen.stderr


def test_second_init_changes_nothing(made: tuple[Path, str]) -> None:
    directory, _printed = made
    before = (directory / "secret.key").read_text()
    again = freiblatt("init", str(directory), "--name", "Other", cwd=directory.parent)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"freiblatt: {directory}: there is a publication already. Nothing was changed.\n"
    assert (directory / "secret.key").read_text() == before


def test_migrate_asked_before_or_after_the_publication_has_nothing_to_do(made: tuple[Path, str]) -> None:
    directory, _printed = made
    for arguments in (["migrate", "--publication", str(directory)], ["--publication", str(directory), "migrate"]):
        done = freiblatt(*arguments, cwd=directory.parent)
        assert (done.returncode, "No migrations to apply." in done.stdout) == (0, True), done.stderr


def test_language_is_added_by_prepare(made: tuple[Path, str]) -> None:
    directory, _printed = made
    path = directory / "freiblatt.toml"
    path.write_text(path.read_text().replace('languages = ["en"]', 'languages = ["en", "de"]'))
    done = freiblatt("prepare", cwd=directory)
    assert done.stdout == "Das Blatt is ready: database, front pages (en, de) and static files.\n", done.stderr
    with sqlite3.connect(directory / "freiblatt.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM articles_frontpage").fetchone() == (2,)


def test_owner_chooses_a_password_once(made: tuple[Path, str]) -> None:
    directory, printed = made
    link = printed.strip().splitlines()[-1]
    assert link.startswith("http://127.0.0.1:8000/admin/welcome/")
    story = """
import sys
from django.test import Client
from freiblatt.newsroom.models import StaffMember
link = sys.stdin.read().strip().removeprefix("http://127.0.0.1:8000")
reader = Client(headers={"host": "127.0.0.1:8000"})
form = reader.get(link, follow=True)
passwords = {"new_password1": "ein-langes-kennwort-3", "new_password2": "ein-langes-kennwort-3"}
done = reader.post(form.request["PATH_INFO"], passwords)
print(form.status_code, "new_password1" in form.content.decode(), done.status_code)
again = Client(headers={"host": "127.0.0.1:8000"}).get(link, follow=True)
print("new_password1" in again.content.decode())
owner = StaffMember.objects.get()
print(owner.email, owner.is_superuser, owner.check_password("ein-langes-kennwort-3"))
"""
    seen = subprocess.run(
        [sys.executable, "-m", "freiblatt", "shell", "--no-imports", "-c", story],
        cwd=directory,
        env=environment(),
        input=link,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert seen.stdout.splitlines() == ["200 True 302", "False", "olga@example.org True True"], seen.stderr


def started_init(directory: Path) -> subprocess.Popen[str]:
    """Return an `init` that is at work on the database of `directory`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "freiblatt", "init", str(directory), "--name", "X"],
        # Without the kept database: it has to last a while.
        env=environment(KEPT_DATABASE=""),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has interrupts ignored, and children inherit that.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    database = directory / "freiblatt.sqlite3"
    end = time.monotonic() + 120
    while not (database.is_file() and database.stat().st_size > 100_000):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    return process


def test_interrupted_init_removes_what_it_made(tmp_path: Path) -> None:
    process = started_init(tmp_path / "blatt")
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.endswith("freiblatt: interrupted.\n")
    assert list(tmp_path.iterdir()) == []


def test_killed_init_is_finished_by_the_next_one(tmp_path: Path) -> None:
    process = started_init(tmp_path / "blatt")
    meanwhile = freiblatt("init", str(tmp_path / "blatt"), "--name", "X", cwd=tmp_path)
    assert meanwhile.returncode == 1
    assert meanwhile.stderr.endswith("another process is making a publication here. Wait for it.\n")
    process.kill()
    process.communicate(timeout=60)
    assert freiblatt("serve", "--publication", "blatt", cwd=tmp_path).returncode == 2
    again = freiblatt("init", str(tmp_path / "blatt"), "--name", "Y", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "Y is ready." in again.stdout
    assert not (tmp_path / "blatt" / ".unfinished").exists()


#: What tells whether a publication in PostgreSQL is still as it was.
SEEN = (
    "SELECT (SELECT hostname FROM wagtailcore_site), (SELECT site_name FROM wagtailcore_site), "
    "(SELECT count(*) FROM newsroom_staffmember)"
)


def test_a_used_database_is_refused_however_often_it_is_tried(tmp_path: Path, django_db_setup: None) -> None:
    from tests.upkeep.newspaper import new_database, some_postgres

    with some_postgres() as server:
        url = new_database(server, f"used_{os.getpid()}")
        words = ["--name", "Das Blatt", "--database-url", url]
        first = freiblatt("init", "theirs", *words, "--owner", "olga@example.org", cwd=tmp_path)
        assert first.returncode == 0, first.stderr
        with psycopg.connect(url) as session:
            before = session.execute(SEEN).fetchall()
        # Left by whatever named another database.
        for name, mark in {"empty": "", "marked": "/somewhere/else.sqlite3\nknown-by/5f5f5f\n"}.items():
            (tmp_path / name).mkdir()
            (tmp_path / name / ".unfinished").write_text(mark)
        for place in ("ours", "ours", "empty", "marked"):
            refused = freiblatt(
                "init", place, "--name", "X", "--url", "https://x.example", "--database-url", url,
                "--owner", "karl@example.org", cwd=tmp_path,
            )  # fmt: skip
            assert refused.returncode == 2, (place, refused.stdout)
            assert "expected an empty one. Nothing was changed." in refused.stderr
            assert not (tmp_path / place / "freiblatt.toml").exists()
        assert not (tmp_path / "ours").exists()
        with psycopg.connect(url) as session:
            assert session.execute(SEEN).fetchall() == before


def test_killed_init_on_postgresql_is_finished_by_the_next_one(tmp_path: Path, django_db_setup: None) -> None:
    from tests.upkeep.newspaper import new_database, some_postgres

    with some_postgres() as server:
        url = new_database(server, f"killed_init_{os.getpid()}")
        process = subprocess.Popen(
            [sys.executable, "-m", "freiblatt", "init", str(tmp_path / "blatt"), "--name", "X", "--database-url", url],
            env=environment(KEPT_DATABASE=""), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with psycopg.connect(url, autocommit=True) as session:
            wait_until(
                lambda: (
                    process.poll() is not None
                    or session.execute("SELECT to_regclass('wagtailcore_page')").fetchone() != (None,)
                ),
                "tables",
            )
            process.kill()
            process.communicate(timeout=60)
            assert process.returncode == -signal.SIGKILL
        again = freiblatt("init", "blatt", "--name", "Y", "--database-url", url, cwd=tmp_path)
        assert again.returncode == 0, again.stderr
        assert not (tmp_path / "blatt" / ".unfinished").exists()
        with psycopg.connect(url) as session:
            assert session.execute("SELECT site_name FROM wagtailcore_site").fetchall() == [("Y",)]
            marks = "SELECT relname FROM pg_class WHERE relname IN ('freiblatt_unfinished', 'freiblatt_moved')"
            assert session.execute(marks).fetchall() == []
