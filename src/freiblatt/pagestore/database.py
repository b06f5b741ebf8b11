"""The publication's database without Django: for what must be known before Django is loaded."""

import functools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from freiblatt.config import Config

CONNECT_SECONDS = 3


class DatabaseUnavailableError(Exception):
    """The database cannot be asked; the message says why."""


class DatabaseBehindError(Exception):
    """The database lacks migrations of this release; the message names the first."""


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
    """Ask the database once. Raises DatabaseUnavailableError, or DatabaseBehindError where migrations are missing."""
    with connected(config) as connection:
        cursor = connection.cursor()
        try:
            cursor.execute("SELECT app, name FROM django_migrations")
        except Exception as error:
            if "django_migrations" in str(error):
                raise DatabaseBehindError("no migration has been applied") from error
            raise
        missing = migrations_of_release() - {(app, name) for app, name in cursor.fetchall()}
    if missing:
        app, name = min(missing)
        raise DatabaseBehindError(
            f"{app}.{name} has not been applied" + (f" ({len(missing)} in all)" * (len(missing) > 1))
        )


def ping(config: Config) -> None:
    """Ask the database for nothing in particular. Raises DatabaseUnavailableError."""
    with connected(config) as connection:
        connection.cursor().execute("SELECT 1 FROM django_migrations")


@functools.cache
def migrations_of_release() -> frozenset[tuple[str, str]]:
    """Return (app label, name) of every migration that the installed apps bring, by their files alone."""
    from freiblatt.settings import INSTALLED_APPS  # plain values; loads no Django

    found: set[tuple[str, str]] = set()
    for app in INSTALLED_APPS:
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
