"""One publication in a temporary directory for the whole run; one migrated database, kept between runs."""

import contextlib
import fcntl
import functools
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import pytest

from tests.founded import forget, keep_founded
from tools.catalogues import compile_all

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "tests"
#: Where processes that tests start find our modules, and `tests/kept`, which spares them the making of tables.
PATHS = f"{ROOT / 'tests' / 'kept'}:{ROOT / 'src'}:{ROOT}"
DIRECTORY = Path(tempfile.mkdtemp(prefix="freiblatt-tests-"))

(DIRECTORY / "freiblatt.toml").write_text(
    'name = "Testblatt"\nlanguage = "de"\nlanguages = ["de", "en"]\nurl = "http://testserver"\nsecond_factor = []\n',
    encoding="utf-8",
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
    compile_all()
    django.setup()
    os.environ["KEPT_DATABASE"] = str(CACHE / _schema_fingerprint())
    if getattr(config.option, "numprocesses", None):
        # pytest-django reads settings named here before this file makes a directory: all processes would share ours.
        del os.environ["DJANGO_SETTINGS_MODULE"]
    _change_settings()


def _change_settings() -> None:
    """Let pages name static files as the rooms do (`tests/theme` prepares the hashed ones where they matter), and
    let it cost little to hash a password."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        PASSWORD_HASHERS=["tests.founded.QuickArgon2", *settings.PASSWORD_HASHERS],
    ).enable()


@pytest.fixture(scope="session")
def _one_at_a_time() -> Iterator[Callable[[], None]]:
    """Let one of several test processes migrate, and the others copy what it kept; what is given ends the wait."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.close


@pytest.fixture(scope="session")
def django_db_modify_db_settings(_one_at_a_time: Callable[[], None]) -> None:
    """Begin from a kept copy of the migrated database where its schema is still today's."""
    from django.conf import settings

    _server()
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        if _kept().is_file():
            shutil.copy(_kept(), database["TEST"]["NAME"])
    else:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        database["TEST"]["NAME"] = f"test_freiblatt_{_schema_fingerprint()}{worker}"
        if _kept().is_file():
            _restore(database["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, _one_at_a_time: Callable[[], None]
) -> None:
    """Keep the migrated database for the next run, and found a publication in this one's."""
    from django.db import connection
    from django.test.utils import setup_databases

    if connection.settings_dict["NAME"] != connection.settings_dict["TEST"]["NAME"]:
        # pytest-django makes no database where every chosen test brings its own (`kept_database`).
        with django_db_blocker.unblock():
            setup_databases(verbosity=0, interactive=False, aliases={"default"}, keepdb=True)
    if not _kept().is_file():
        _keep(django_db_blocker)
    _one_at_a_time()
    with django_db_blocker.unblock():
        keep_founded()


def _keep(django_db_blocker: pytest.FixtureRequest) -> None:
    """Write the migrated database down, to be found by the next run."""
    from django.db import connection

    for outdated in CACHE.glob(f"*{_kept().suffix}"):
        outdated.unlink(missing_ok=True)
    partial = _kept().with_suffix(f".{os.getpid()}")
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(partial)])
    elif not _postgres_program("pg_dump", "-Fc", "-f", str(partial), "-d", _url_of(connection.settings_dict["NAME"])):
        return
    partial.replace(_kept())


def _kept() -> Path:
    """Return where the migrated database is kept: a SQLite file, or a dump of PostgreSQL's."""
    from django.db import connection

    return CACHE / f"{_schema_fingerprint()}.{'sqlite3' if connection.vendor == 'sqlite' else 'dump'}"


def _url_of(name: str) -> str:
    """Return the address of another database on the same PostgreSQL server."""
    return urlsplit(_server())._replace(path=f"/{name}").geturl()


@functools.cache
def _server() -> str:
    """Return the address of the server's own database: what was configured when the first test asked."""
    from freiblatt.config import current

    return current().database_url


def ask_postgres(statement: str) -> list[tuple]:
    """Return what PostgreSQL answers to a statement outside every transaction, asked in the server's own database."""
    import psycopg

    with psycopg.connect(_server(), autocommit=True) as session:
        cursor = session.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _postgres_program(name: str, *arguments: str) -> bool:
    """Return whether this program of PostgreSQL's exists here and did its work."""
    from tests.postgres import PostgresError, programs

    try:
        command = [str(programs() / name), *arguments]
    except PostgresError:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _restore(name: str) -> None:
    """Make the database from the kept dump; without success it does not exist, and the caller migrates."""
    if ask_postgres(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        return
    ask_postgres(f'CREATE DATABASE "{name}"')
    if not _postgres_program("pg_restore", "--no-owner", "--exit-on-error", "-d", _url_of(name), str(_kept())):
        ask_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def kept_database(directory: Path) -> Iterator[tuple[str, str]]:
    """Give name and address of a migrated database for a publication in `directory`, for tests with real processes.

    Needs `django_db_setup`. The database goes away with the context.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        path = directory / "freiblatt.sqlite3"
        shutil.copy(_kept(), path)
        yield str(path), "sqlite:///freiblatt.sqlite3"
        return
    name = f"freiblatt_{secrets.token_hex(6)}"
    ask_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{_untouched_database()}"')
    try:
        yield name, _url_of(name)
    finally:
        ask_postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def _untouched_database() -> str:
    """Return the name of a migrated database that no test works in, made from the kept dump for this process.

    The tests' own one cannot be copied: somebody is connected to it, and tests that really commit sweep it.
    """
    name = f"untouched_{_schema_fingerprint()}{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    _restore(name)
    return name


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that start processes and browsers: no test process is left alone with one at the end."""
    slow = {item.path: marker for marker in ("journey", "process") for item in items if item.get_closest_marker(marker)}
    items.sort(key=lambda item: ("process", "journey", "").index(slow.get(item.path, "")))


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(DIRECTORY, ignore_errors=True)


@pytest.fixture
def front(db: None) -> Any:
    """The front page of a founded publication in German and English."""
    from freiblatt.articles.models import FrontPage

    return FrontPage.objects.get(locale__language_code="de")


@pytest.fixture
def in_english() -> Iterator[None]:
    """Speak the language of the source where no address decides it: for tests that read sentences of actions."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture
def plain_static(settings) -> None:
    """Let templates name static files without `collectstatic`: for tests that open the admin's pages."""
    backend = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Let no test pay for what another one's strangers did, or believe what was true of rows that are gone."""
    from freiblatt.lib import limits
    from freiblatt.pagestore.remembering import forget_remembered

    limits.start_over()
    forget_remembered()
    forget()
