"""An upgrade: a backup of before, the database, a look at the result; and a database that is too new."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from freiblatt import __version__
from freiblatt.config import Config
from freiblatt.pagestore import database
from freiblatt.upkeep import dumps
from freiblatt.upkeep.archive import Reader
from tests.cli.test_init import environment
from tests.processes import end, free_port, wait_until
from tests.upkeep.test_backing_up import execute

pytestmark = pytest.mark.process

#: A migration whose work another run of it does again without harm.
LAST = "DELETE FROM django_migrations WHERE app = 'sessions'"
SESSIONS = "DROP TABLE django_session"


def freiblatt(publication: Config, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "freiblatt", *words],
        env=environment(
            FREIBLATT_PUBLICATION=str(publication.directory), FREIBLATT_DATABASE_URL=publication.database_url
        ),
        cwd=publication.directory, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip


def backups_of(publication: Config) -> list[Path]:
    return sorted((publication.directory / "backups").glob("before-*.tar"))


def facts_in(archive: Path) -> dumps.Facts:
    with archive.open("rb") as file:
        for member in Reader(file).members():
            if member.name == dumps.FACTS_MEMBER:
                return dumps.read_facts(member.content(10**7))
    raise AssertionError("no facts")


def test_a_database_of_before_is_backed_up_brought_up_to_date_and_looked_at(publication: Config) -> None:
    execute(publication, LAST, SESSIONS)
    publication.make_directories()
    (publication.var / "release").write_text("0.0.9\n")

    done = freiblatt(publication, "upgrade")

    assert done.returncode == 0, done.stdout + done.stderr
    database.check(publication)
    (backup,) = backups_of(publication)
    assert "django_session" not in facts_in(backup).tables
    place = publication.directory
    assert "install freiblatt==0.0.9" in done.stdout
    assert f"mv {place} {place}.upgraded" in done.stdout
    assert f"freiblatt restore {place}.upgraded/backups/{backup.name} {place}" in done.stdout
    assert not (publication.var / "upgrade.json").exists()
    # Wrong before and after, and no reason to go back.
    assert f"Besides: Other users of this machine may read or write: {place / 'secret.key'}" in done.stdout

    again = freiblatt(publication, "upgrade")
    assert again.returncode == 0, again.stderr
    assert "was of this release" in again.stdout
    assert backups_of(publication) == [backup]


def test_a_killed_upgrade_is_given_again_and_keeps_the_backup_of_before(publication: Config) -> None:
    execute(publication, LAST, SESSIONS)
    process = subprocess.Popen(
        [sys.executable, "-m", "freiblatt", "upgrade"],
        env=environment(
            FREIBLATT_PUBLICATION=str(publication.directory), FREIBLATT_DATABASE_URL=publication.database_url
        ),
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    note = publication.var / "upgrade.json"
    wait_until(lambda: note.exists() or process.poll() is not None, "the note")
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL

    done = freiblatt(publication, "upgrade")

    assert done.returncode == 0, done.stdout + done.stderr
    (backup,) = backups_of(publication)
    assert backup.name in done.stdout
    assert not note.exists()
    database.check(publication)


def test_a_backup_goes_where_those_of_the_nights_go(publication: Config, tmp_path: Path) -> None:
    execute(publication, LAST, SESSIONS)
    toml = publication.directory / "freiblatt.toml"
    written = toml.read_text()
    (publication.directory / "in-the-way").write_text("a file")
    for place, sentence in (
        (tmp_path / "not mounted", "there is no such directory. Mount its disk"),
        ("in-the-way/nights", "in-the-way/nights"),
    ):
        toml.write_text(f'{written}backup_directory = "{place}"\n')
        refused = freiblatt(publication, "upgrade")
        assert refused.returncode == 1
        assert "No backup could be made, so nothing was changed." in refused.stderr
        assert sentence in refused.stderr
        assert "keeps the backup" not in refused.stderr
        with pytest.raises(database.DatabaseBehindError):
            database.check(publication)

    toml.write_text(f'{written}backup_directory = "kept/nights"\n')
    done = freiblatt(publication, "upgrade")
    assert done.returncode == 0, done.stderr
    (backup,) = (publication.directory / "kept/nights").iterdir()
    assert "django_session" not in facts_in(backup).tables


def test_no_backup_is_promised_where_there_is_none(publication: Config) -> None:
    execute(publication, LAST, SESSIONS)
    place = publication.directory / "var" / "upgrade.json"
    place.mkdir(parents=True)  # so that nothing can be noted
    stopped = freiblatt(publication, "upgrade")
    assert stopped.returncode == 1
    assert "The upgrade stopped: " in stopped.stderr
    assert "keeps the backup" not in stopped.stderr


def test_an_old_backup_does_not_stand_for_the_next_release(publication: Config) -> None:
    execute(publication, LAST, SESSIONS)
    assert freiblatt(publication, "upgrade").returncode == 0
    (first,) = backups_of(publication)
    note = publication.var / "upgrade.json"
    # An upgrade to another release that stopped months ago.
    note.write_text(json.dumps({"backup": str(first), "release": "0.0.8", "to": "0.0.9"}))
    execute(publication, LAST, SESSIONS)

    done = freiblatt(publication, "upgrade")

    assert done.returncode == 0, done.stderr
    (second,) = set(backups_of(publication)) - {first}
    assert second.name in done.stdout
    assert first.name not in done.stdout


@pytest.mark.parametrize("word", ["serve", "worker"])
def test_who_serves_after_a_stopped_upgrade_ends_it(word: str, publication: Config) -> None:
    """Whatever is written from now on is not in the backup of before."""
    note = publication.var / "upgrade.json"
    publication.make_directories()
    note.write_text(json.dumps({"backup": "x", "release": "", "to": __version__}))
    execute(publication, LAST)
    assert freiblatt(publication, word).returncode == 1
    assert note.exists(), "what refused to start has written nothing"
    execute(
        publication,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('sessions', '0001_initial', '2026-01-01')",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "freiblatt", word],
        env=environment(
            FREIBLATT_PUBLICATION=str(publication.directory), FREIBLATT_DATABASE_URL=publication.database_url,
            FREIBLATT_SERVER_PORT=str(free_port()),
        ),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: not note.exists() or process.poll() is not None, "the note to go")
        assert process.poll() is None
    finally:
        end(process)


def test_what_came_out_wrong_is_told_with_the_way_back(publication: Config) -> None:
    execute(publication, LAST, SESSIONS)
    (publication.theme / "templates/theme/front.html").write_text("{% nonsense %}")

    done = freiblatt(publication, "upgrade")

    assert done.returncode == 1
    assert "The front page cannot be built: TemplateSyntaxError" in done.stderr
    assert "freiblatt restore" in done.stderr
    assert json.loads((publication.var / "upgrade.json").read_text())["backup"] == str(backups_of(publication)[0])


def test_a_newer_database_is_refused_by_every_word_that_would_use_it(publication: Config) -> None:
    execute(
        publication, "INSERT INTO django_migrations (app, name, applied) VALUES ('articles', '0999_x', '2027-01-01')"
    )
    for word in ("serve", "worker", "prepare", "upgrade"):
        refused = freiblatt(publication, word)
        assert refused.returncode == 1, word
        assert "articles.0999_x" in refused.stderr, word
        assert "newer Freiblatt" in refused.stderr, word
    assert not (publication.directory / "backups").exists()


@pytest.mark.parametrize(
    ("app", "name", "is_newer"),
    [
        ("articles", "0001_folded_away_by_somebody", True),  # ours are never removed
        ("wagtailcore", "0001_squashed_0016_change_page_url_path_to_text_field_x", False),
        ("wagtailcore", "9999_later", True),
        ("a_room_of_tomorrow", "0001_initial", True),
    ],
)
def test_what_a_library_folded_away_is_not_newer(app: str, name: str, is_newer: bool) -> None:
    known = database.migrations_of_release()
    assert database.unknown_migrations(known) == set()
    assert database.unknown_migrations({*known, (app, name)}) == ({(app, name)} if is_newer else set())
