"""The publication's database without Django: for what must be known before Django is loaded."""

import ast
import functools
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from freiblatt import __version__
from freiblatt.config import Config

CONNECT_SECONDS = 3
#: How connections of Django's name themselves to PostgreSQL, before the name of the machine.
APPLICATION_NAME = "freiblatt"


class DatabaseUnavailableError(Exception):
    """The database cannot be asked; the message says why."""


class OtherReleaseError(Exception):
    """The database is not of this release; the message says in what, `advice` what to do."""

    advice = ""


class DatabaseBehindError(OtherReleaseError):
    """The database lacks migrations of this release; the message names the first."""

    advice = "`freiblatt upgrade` brings it up to date."


class DatabaseAheadError(OtherReleaseError):
    """The database has migrations of a newer release; the message names the first."""

    advice = "It belongs to a newer Freiblatt: install that release, or restore a backup that this one knows."


#: Labels of apps that earlier releases brought and this one does not.
FORMER_APPS: frozenset[str] = frozenset()


#: What the settings install by a configuration of ours, by the app whose configuration it is.
STANDS_FOR = {"freiblatt.newsroom.people_app.PeopleConfig": "wagtail.users"}


@contextmanager
def connected(config: Config) -> Iterator[Any]:
    """Yield a DB-API connection that is committed and closed at the end. Raises DatabaseUnavailableError."""
    path = config.sqlite_path
    try:
        if path is not None:
            if not path.is_file():
                raise DatabaseUnavailableError(f"{path} does not exist.")
            connection: Any = sqlite3.connect(path, timeout=CONNECT_SECONDS)
        else:
            import psycopg

            url = "postgresql://" + config.database_url.partition("://")[2]
            connection = psycopg.connect(url, connect_timeout=CONNECT_SECONDS)
    except DatabaseUnavailableError:
        raise
    except Exception as error:
        raise DatabaseUnavailableError(f"{error.__class__.__name__}: {error}".strip()) from error
    try:
        yield connection
        connection.commit()
    except Exception as error:
        if type(error).__module__.startswith(("sqlite3", "psycopg")):
            raise DatabaseUnavailableError(f"{error.__class__.__name__}: {error}".strip()) from error
        raise
    finally:
        connection.close()


def check(config: Config) -> None:
    """Ask the database once. Raises DatabaseUnavailableError, DatabaseAheadError where a newer release has changed it,
    DatabaseBehindError where migrations of this one are missing."""
    applied = applied_migrations(config)
    if not applied:
        raise DatabaseBehindError("no migration has been applied")
    if unknown := unknown_migrations(applied):
        app, name = min(unknown)
        raise DatabaseAheadError(f"it has {app}.{name}, which this release ({__version__}) does not know")
    missing = migrations_of_release() - applied
    if missing:
        app, name = min(missing)
        raise DatabaseBehindError(
            f"{app}.{name} has not been applied" + (f" ({len(missing)} in all)" * (len(missing) > 1))
        )


def applied_migrations(config: Config) -> set[tuple[str, str]]:
    """Return (app label, name) of what has been applied; nothing where the database is empty.

    Raises DatabaseUnavailableError.
    """
    with connected(config) as connection:
        cursor = connection.cursor()
        try:
            cursor.execute("SELECT app, name FROM django_migrations")
        except Exception as error:
            if "django_migrations" in str(error):
                return set()
            raise
        return {(app, name) for app, name in cursor.fetchall()}


def unknown_migrations(applied: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those that only a newer release can have applied.

    Libraries fold old migrations into one and drop them later, so of their apps only what comes after the last known
    one is newer; our own migrations stay for ever.
    """
    newest: dict[str, str] = {}
    for app, name in migrations_of_release():
        newest[app] = max(newest.get(app, ""), name)
    return {
        (app, name)
        for app, name in set(applied) - migrations_of_release()
        if app not in FORMER_APPS and (app not in newest or app in _rooms() or name > newest[app])
    }


@functools.cache
def _rooms() -> frozenset[str]:
    """Return the labels of our own apps."""
    return frozenset(app.rpartition(".")[2] for app in _installed_apps() if app.startswith("freiblatt."))


@functools.cache
def _installed_apps() -> tuple[str, ...]:
    """Return what the settings install, read as text: to import them takes a publication, which a restore has not."""
    settings = Path(__file__).resolve().parent.parent / "settings.py"
    for node in ast.parse(settings.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "INSTALLED_APPS":
            return tuple(STANDS_FOR.get(app, app) for app in ast.literal_eval(node.value))
    raise AssertionError("settings.py names INSTALLED_APPS as a plain list")


def other_programs(config: Config) -> list[str]:
    """Return where programs of ours are connected to the same PostgreSQL database, such as "web2 (10.0.0.7), 3 times".

    A server and a job worker keep their connections as long as they run. Nothing for SQLite. Raises
    DatabaseUnavailableError.
    """
    if config.sqlite_path is not None:
        return []
    with connected(config) as connection:
        found = connection.execute(
            "SELECT application_name, coalesce(host(client_addr), 'by a socket'), count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE %s "
            "GROUP BY 1, 2 ORDER BY 1, 2",
            [f"{APPLICATION_NAME} %"],
        ).fetchall()
    return [f"{name.partition(' ')[2]} ({place}), {count} times" for name, place, count in found]


def ping(config: Config) -> None:
    """Ask the database for nothing in particular. Raises DatabaseUnavailableError."""
    with connected(config) as connection:
        connection.cursor().execute("SELECT 1 FROM django_migrations")


@functools.cache
def migrations_of_release() -> frozenset[tuple[str, str]]:
    """Return (app label, name) of every migration that the installed apps bring, by their files alone."""
    found: set[tuple[str, str]] = set()
    for app in _installed_apps():
        top, *rest = app.split(".")
        spec = find_spec(top)
        if spec is None or not spec.submodule_search_locations:
            continue
        folder = Path(spec.submodule_search_locations[0], *rest)
        label = _label(folder, rest[-1] if rest else top)
        found |= {(label, path.stem) for path in folder.glob("migrations/[0-9]*.py")}
    return frozenset(found)


def _label(folder: Path, default: str) -> str:
    try:
        declared = re.search(r"^    label = [\"'](\w+)[\"']", (folder / "apps.py").read_text("utf-8"), re.MULTILINE)
    except OSError:
        return default
    return declared.group(1) if declared else default
