"""A publication with a database of its own and files, which backups are made of."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from freiblatt import config
from freiblatt.config import Config
from tests.conftest import _url_of, ask_postgres, kept_database

#: Long enough ago that nobody can still be writing these files.
LONG_AGO = 1_700_000_000


def write(path: Path, content: bytes, *, changed: float = LONG_AGO) -> Path:
    """Write a file that was last changed at this time, as far as its date says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (changed, changed))
    return path


def fill(directory: Path) -> None:
    """Put files of every kind into a publication's directory."""
    write(directory / "media/pictures/0f3a.avif", os.urandom(70_000))
    write(directory / "media/recordings/größer.mp3", os.urandom(5_000_000))
    write(directory / f"originals/{'lang' * 30}/bericht.pdf", b"%PDF-1.7 Akten")
    write(directory / "originals/leer.txt", b"")
    write(directory / "theme/templates/theme/footer.html", "<p>Grüße</p>".encode())
    write(directory / "var/pages/current/index.html", b"made again at any time")


@pytest.fixture
def publication(tmp_path: Path, django_db_setup: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """The configuration of a publication with a migrated database and files."""
    directory = tmp_path / "publication"
    directory.mkdir()
    (directory / "freiblatt.toml").write_text('# Unser Blatt\nname = "Testblatt"\n', encoding="utf-8")
    (directory / "secret.key").write_text(secrets.token_urlsafe(64), encoding="ascii")
    fill(directory)
    with kept_database(directory) as (_name, url):
        monkeypatch.setenv("FREIBLATT_DATABASE_URL", url)
        yield config.read(directory)


@pytest.fixture
def empty_database(publication: Config, django_db_setup: None) -> list[str]:
    """Options that name an empty database of the kind that the tests run on."""
    if publication.sqlite_path:
        return []
    name = f"restored_{os.getpid()}_{os.urandom(4).hex()}"
    ask_postgres(f'CREATE DATABASE "{name}"')
    return ["--database-url", _url_of(name)]
