"""The backup of every night: made by the job worker, kept by rule, told to owners when it is not there."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation
from wagtail.users.models import UserProfile

from freiblatt import config
from freiblatt.config import Config
from freiblatt.jobs import schedules
from freiblatt.jobs.models import Job, ScheduledRun
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter
from freiblatt.newsroom.models import StaffMember
from freiblatt.upkeep import desk_backups, keeping, records
from freiblatt.upkeep.actions.backing_up import BackupError
from freiblatt.upkeep.actions.nightly import back_up_nightly, newest_backup, tell_owners, watch_backups
from freiblatt.upkeep.apps import UpkeepConfig
from freiblatt.upkeep.checks import backups
from freiblatt.upkeep.dumps import DumpError
from tests.cast import make_owner

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def nights(db: None, publication: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The directory of nightly backups of the publication that is the current one for one test."""
    directory = tmp_path / "other disk"
    directory.mkdir(mode=0o700)
    monkeypatch.setenv("FREIBLATT_PUBLICATION", str(publication.directory))
    monkeypatch.setenv("FREIBLATT_BACKUP_DIRECTORY", str(directory))
    monkeypatch.setenv("FREIBLATT_BACKUP_KEEP", "daily 2")
    publication.make_directories()
    config.current.cache_clear()
    yield directory
    config.current.cache_clear()


def lay(nights: Path, *days_ago: float) -> list[str]:
    """Put backups of earlier nights there; return their names."""
    names = [keeping.file_name(config.current(), datetime.now(UTC) - timedelta(days=days)) for days in days_ago]
    for name in names:
        (nights / name).write_bytes(b"an older one")
    return names


def test_a_night_adds_one_and_removes_what_the_rule_does_not_keep(nights: Path) -> None:
    names = lay(nights, 3, 2, 1)

    done = back_up_nightly.func()

    assert done["removed"] == 2
    assert sorted(os.listdir(nights)) == sorted([names[2], str(done["file"])])
    newest = newest_backup(config.current())
    assert newest is not None
    assert datetime.now(UTC) - newest < timedelta(minutes=5)
    assert records.read(config.current()).path == str(nights / str(done["file"]))


def test_a_night_that_fails_removes_nothing_and_is_told_once_in_each_owners_language(
    nights: Path, publication: Config
) -> None:
    names = lay(nights, 3, 2, 1)
    make_owner(email="olga@example.org")
    english = UserProfile.get_for_user(make_owner(email="owen@example.org"))
    english.preferred_language = "en"
    english.save()
    StaffMember.objects.create_user("rosa@example.org", "ein-langes-kennwort-3")
    (publication.directory / "secret.key").rename(publication.directory / "secret.old")

    for _attempt in range(2):
        with pytest.raises(BackupError):
            back_up_nightly.func()

    assert sorted(os.listdir(nights)) == sorted(names)
    letters = {letter.to_address: letter for letter in Letter.objects.all()}
    assert set(letters) == {"olga@example.org", "owen@example.org"}
    assert letters["olga@example.org"].subject == "Testblatt: Sicherung dieser Nacht fehlgeschlagen"
    assert letters["owen@example.org"].subject == "Testblatt: tonight’s backup failed"
    assert "secret.key: no such file or directory. Nothing is left of the backup." in letters["owen@example.org"].text
    assert (
        "secret.key: Datei oder Verzeichnis fehlt. Von der Sicherung bleibt nichts." in letters["olga@example.org"].text
    )
    assert "freiblatt doctor" in letters["owen@example.org"].html
    failed = records.read(config.current())
    assert failed.made_at is None
    assert "secret.key" in failed.reason


def test_a_disk_that_is_not_mounted_is_not_made_up(nights: Path) -> None:
    nights.rmdir()
    with pytest.raises(BackupError, match=str(nights)):
        back_up_nightly.func()
    assert not nights.exists()


def test_an_old_newest_backup_is_told_once_a_day(nights: Path) -> None:
    make_owner()
    lay(nights, 3)

    assert watch_backups.func() == watch_backups.func() == "too old"
    (letter,) = Letter.objects.all()
    assert letter.kind == "upkeep_backup_missing"

    lay(nights, 1)
    assert watch_backups.func() == "young enough"


def test_a_backup_of_the_future_hides_nothing_and_is_told(nights: Path) -> None:
    make_owner()
    names = [*lay(nights, -400), *lay(nights, 3)]

    assert watch_backups.func() == "too old"
    assert Letter.objects.get().kind == "upkeep_backup_missing"
    with translation.override("en"):
        found = {one.name: one for one in backups.backups()}
    assert found["backup_age"].level == found["backup_clock"].level == "problem"
    assert names[0] in found["backup_clock"].says
    assert [one.name for one in desk_backups.shown(config.current())] == names[::-1]

    lay(nights, -0.001)  # as far as two clocks differ
    assert watch_backups.func() == "young enough"
    done = back_up_nightly.func()
    assert done["removed"] == 1
    assert names[0] in os.listdir(nights)
    assert names[1] in os.listdir(nights)


def test_a_failure_is_told_whatever_the_last_good_one_says_of_its_date(nights: Path) -> None:
    now = datetime.now(UTC)
    records.note_success(config.current(), made_at=now + timedelta(days=400), path=nights)
    records.note_failure(config.current(), failed_at=now, reason="no space left")
    assert "backup_failed" in {one.name for one in backups.backups()}


def test_none_at_all_is_told_when_the_first_night_has_passed(nights: Path, publication: Config) -> None:
    make_owner()
    assert watch_backups.func() == "the first is still to come"
    long_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(publication.directory / "freiblatt.toml", (long_ago, long_ago))
    assert watch_backups.func() == "too old"
    assert Letter.objects.count() == 1


def test_the_schedule_follows_the_configuration(nights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "_recurrences", {})
    monkeypatch.setenv("FREIBLATT_BACKUP_AT", "01:15")
    config.current.cache_clear()
    UpkeepConfig.create("freiblatt.upkeep").ready()
    schedules.plan_recurring()
    due = ScheduledRun.objects.get(name="nightly backup").due_at.astimezone(config.current().zone)
    assert (due.hour, due.minute) == (1, 15)

    ScheduledRun.objects.update(due_at=NOW - timedelta(days=1))
    ScheduledRun.objects.filter(name="watch backups").delete()
    assert run_waiting() == 1
    assert len(os.listdir(nights)) == 1
    assert not Job.objects.exists()


def test_without_a_directory_nothing_is_scheduled(
    publication: Config, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedules, "_recurrences", {})
    monkeypatch.setenv("FREIBLATT_PUBLICATION", str(publication.directory))
    config.current.cache_clear()
    try:
        UpkeepConfig.create("freiblatt.upkeep").ready()
        assert schedules.plan_recurring() == 0
        assert back_up_nightly.func() == {}
        assert watch_backups.func() == "none wanted"
    finally:
        config.current.cache_clear()


def test_what_a_database_says_is_told_in_the_language_of_the_letter(nights: Path, publication: Config) -> None:
    make_owner()
    error = BackupError(
        "Database: %(reason)s", reason=DumpError("PostgreSQL cannot be reached: %(reason)s", reason="x")
    )
    tell_owners(kind="upkeep_backup_failed", day=NOW, reason=error)
    (letter,) = Letter.objects.all()
    assert "Datenbank: PostgreSQL ist nicht zu erreichen: x" in letter.text
    assert str(error) == "Database: PostgreSQL cannot be reached: x"
