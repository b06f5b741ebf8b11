"""What operators did stands in the log that owners read, whatever else happens."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import translation
from wagtail.models import ModelLogEntry

from freiblatt.config import Config
from freiblatt.upkeep import log
from freiblatt.upkeep.actions.backing_up import BackupError
from freiblatt.upkeep.actions.nightly import back_up_nightly
from tests.upkeep.test_backing_up import execute
from tests.upkeep.test_nightly import nights  # noqa: F401 (a fixture)
from tests.upkeep.test_upgrading import LAST, SESSIONS, freiblatt


def said() -> list[str]:
    with translation.override("en"):
        return [str(entry.message) for entry in ModelLogEntry.objects.filter(action__startswith="upkeep.")]


def noted(publication: Config) -> list[tuple[str, dict]]:
    """Return action and data of what stands in another database's log."""
    ask = "SELECT action, data FROM wagtailcore_modellogentry WHERE action LIKE 'upkeep.%' ORDER BY id"
    if publication.sqlite_path:
        with closing(sqlite3.connect(publication.sqlite_path)) as session:
            found = session.execute(ask).fetchall()
    else:
        with psycopg.connect(publication.database_url) as session:
            found = session.execute(ask).fetchall()
    return [(action, json.loads(data) if isinstance(data, str) else data) for action, data in found]


def test_a_failed_night_stands_in_the_log(front, nights: Path) -> None:  # noqa: F811
    nights.rmdir()
    with pytest.raises(BackupError):
        back_up_nightly.func()
    (sentence,) = said()
    assert sentence.startswith("The nightly backup failed: ")
    assert str(nights) in sentence


def test_every_deed_has_its_sentence(front) -> None:
    log.note("backup", file="blatt.tar", bytes=5, is_encrypted=False)
    log.note("restore", made_at="2026-11-23 09:00", release="0.1.0")
    log.note("upgrade", before="", after="0.2.0", backup="")
    log.note("move", before="sqlite", after="postgresql")
    assert sorted(said()) == [
        "Backup blatt.tar made",
        "Database moved from SQLite to PostgreSQL",
        "Restored from the backup of 2026-11-23 09:00 (UTC)",
        "Upgraded from release – to 0.2.0",
    ]


def test_a_database_that_takes_no_line_undoes_nothing(front, caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE wagtailcore_modellogentry")
    assert not log.note("backup", file="blatt.tar")
    assert "has no line about it: backup" in caplog.text


@pytest.mark.process
def test_the_console_notes_backup_and_upgrade(publication: Config, tmp_path: Path) -> None:
    assert freiblatt(publication, "backup", str(tmp_path / "blatt.tar")).returncode == 0
    execute(publication, LAST, SESSIONS)
    assert freiblatt(publication, "upgrade").returncode == 0
    (first, made), (second, brought) = noted(publication)
    assert (first, made["file"], made["is_encrypted"]) == ("upkeep.backup", "blatt.tar", False)
    assert (second, brought["backup"].startswith("before-")) == ("upkeep.upgrade", True)
