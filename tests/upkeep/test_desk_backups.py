"""Owners see at the desk which backups there are, when the next is due and how one is restored; nobody else does."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from wagtail.users.models import UserProfile

from freiblatt.articles.models import FrontPage
from freiblatt.config import current
from freiblatt.jobs.models import ScheduledRun
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from freiblatt.upkeep import keeping, records
from freiblatt.upkeep.actions.nightly import SCHEDULE, back_up_nightly
from tests.cast import make_member, make_owner

ADDRESS = "/admin/reports/backups/"


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the nightly backups lie."""
    place = tmp_path / "nights"
    place.mkdir()
    monkeypatch.setenv("FREIBLATT_BACKUP_DIRECTORY", str(place))
    (current().var / records.FILE_NAME).unlink(missing_ok=True)
    current.cache_clear()
    yield place
    (current().var / records.FILE_NAME).unlink(missing_ok=True)
    current.cache_clear()


def desk_of(member: StaffMember, language: str = "en") -> Client:
    UserProfile.objects.update_or_create(user=member, defaults={"preferred_language": language})
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def page(front: FrontPage) -> Callable[..., str]:
    """Asks for the page as the owner, in a language; returns the words in its main part."""
    owner = make_owner()

    def ask(language: str = "en") -> str:
        answer = desk_of(owner, language).get(ADDRESS)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        main = BeautifulSoup(answer.content, "html.parser").select_one("main")
        assert main is not None
        return " ".join(main.get_text(" ").split())

    return ask


def lay(place: Path, *, age: timedelta, size: int = 2_500_000, ending: str = "") -> Path:
    """Put a file there that is called as a nightly backup of that age is."""
    file = place / (keeping.file_name(current(), datetime.now(UTC) - age) + ending)
    file.write_bytes(b"x" * size)
    return file


def schedule(due: datetime) -> None:
    path = back_up_nightly.module_path
    ScheduledRun.objects.create(name=SCHEDULE, due_at=due, task_path=path, is_recurring=True)


def test_backups_are_listed_with_the_command_that_restores_the_newest(page: Callable[..., str], nights: Path) -> None:
    older, newest = lay(nights, age=timedelta(days=2), size=999), lay(nights, age=timedelta(hours=3), ending=".age")
    (nights / "notes.txt").write_text("somebody's")
    schedule(datetime.now(UTC) + timedelta(hours=4))

    said = page()

    assert said.index(newest.name) < said.index(older.name)
    assert "2.4 MB" in said.replace("\xa0", " ")
    assert "999 bytes" in said.replace("\xa0", " ")
    assert "notes.txt" not in said
    assert "The next backup is due on" in said
    assert f"freiblatt restore {newest} DIR --identity KEYFILE" in said
    assert "as long as backup_keep says: daily 7, weekly 4, monthly 6" in said


def test_without_a_schedule_it_says_what_to_set_and_names_the_backup_by_hand(
    page: Callable[..., str], nights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREIBLATT_BACKUP_DIRECTORY", "")
    current.cache_clear()
    assert "Set backup_directory in freiblatt.toml" in page()
    assert "freiblatt restore FILE DIR" in page()
    records.note_success(current(), made_at=datetime.now(UTC), path=nights / "by hand.tar")
    said = page()
    assert f"{nights}/by hand.tar . It was read back" in said
    assert f"freiblatt restore '{nights}/by hand.tar' DIR" in said


def test_what_is_wrong_is_said_first(page: Callable[..., str], nights: Path) -> None:
    lay(nights, age=timedelta(days=3))
    records.note_failure(current(), failed_at=datetime.now(UTC), reason="no space left on device")
    schedule(datetime.now(UTC) - timedelta(hours=1))

    said = page()

    assert said.index("no space left on device") < said.index("The next backup was due on")
    assert "The newest backup is of" in said
    assert "It seems that no job worker runs." in said

    (nights / next(nights.iterdir()).name).unlink()
    nights.rmdir()
    assert "is no directory that this user may write" in page()


def test_it_speaks_german(page: Callable[..., str], nights: Path) -> None:
    lay(nights, age=timedelta(hours=3))
    schedule(datetime.now(UTC) + timedelta(hours=4))
    said = page("de")
    for words in ("Die nächste Sicherung ist fällig am", "Sicherungen jeder Nacht", "unversehrt", "Verschlüsselt"):
        assert words in said


def test_only_owners_see_it_and_find_it(page: Callable[..., str], nights: Path) -> None:
    assert ADDRESS in desk_of(make_member(Role.OWNER, email="o@example.org")).get("/admin/").content.decode()
    for role in (Role.EDITOR, Role.AUTHOR, Role.MODERATOR, Role.ACCOUNTANT):
        desk = desk_of(make_member(role, email=f"{role}@example.org"))
        assert desk.get(ADDRESS).status_code == 302
        assert ADDRESS not in desk.get("/admin/").content.decode()
