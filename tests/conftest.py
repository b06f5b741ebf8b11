"""One publication in a temporary directory for the whole run; one migrated database, kept between runs."""

import hashlib
import os
import secrets
import shutil
import tempfile
from pathlib import Path

import django
import pytest

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "tests"
DIRECTORY = Path(tempfile.mkdtemp(prefix="freiblatt-tests-"))

(DIRECTORY / "freiblatt.toml").write_text(
    'name = "Testblatt"\nlanguage = "de"\nlanguages = ["de", "en"]\nurl = "http://testserver"\n', encoding="utf-8"
)
(DIRECTORY / "secret.key").write_text(secrets.token_urlsafe(64), encoding="ascii")
os.environ["FREIBLATT_PUBLICATION"] = str(DIRECTORY)
os.environ["DJANGO_SETTINGS_MODULE"] = "freiblatt.settings"


def _schema_fingerprint() -> str:
    """Return a hash that changes with our migrations and with the pinned versions of the libraries."""
    digest = hashlib.sha256()
    for path in [*sorted((ROOT / "src").rglob("migrations/*.py")), ROOT / "constraints.txt", ROOT / "pyproject.toml"]:
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def pytest_configure(config: pytest.Config) -> None:
    config.option.reuse_db = True
    django.setup()
    _serve_static_files_unhashed()


def _serve_static_files_unhashed() -> None:
    """Let pages name static files as the rooms do; `tests/theme` prepares the hashed ones where they matter."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}).enable()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Begin from a kept copy of the migrated SQLite database where its schema is still today's."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        kept = CACHE / f"{_schema_fingerprint()}.sqlite3"
        if kept.is_file():
            shutil.copy(kept, database["TEST"]["NAME"])
    else:
        database["TEST"] = {"NAME": f"test_freiblatt_{_schema_fingerprint()}"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """Keep the migrated SQLite database for the next run."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    kept = CACHE / f"{_schema_fingerprint()}.sqlite3"
    if not kept.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        for outdated in CACHE.glob("*.sqlite3"):
            outdated.unlink(missing_ok=True)
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            partial = kept.with_suffix(f".{os.getpid()}")
            cursor.execute("VACUUM INTO %s", [str(partial)])
            partial.replace(kept)
    assert settings.DATABASES["default"]["TEST"]["NAME"]


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(DIRECTORY, ignore_errors=True)


@pytest.fixture
def front(db: None):
    """The front page of a founded publication in German and English."""
    from freiblatt.articles.actions import found_publication

    return found_publication(name="Testblatt", url="http://testserver", languages=["de", "en"])
