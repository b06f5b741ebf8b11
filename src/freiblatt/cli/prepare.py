"""Bring database, front pages, site address and static files to what this version and freiblatt.toml ask for.

Give it after a change of name, url or languages; `freiblatt upgrade` does it too, with a backup before. Giving it twice
changes nothing.
"""

import argparse

from freiblatt.cli.start import ConsoleError, set_up_django
from freiblatt.config import Config, current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Prepare the current publication and say so."""
    config = current()
    prepare_publication(config)
    print(f"{config.name} is ready: database, front pages ({', '.join(config.languages)}) and static files.")
    return 0


def prepare_publication(config: Config) -> None:
    """Bring database, front pages, site address and static files of `config` up to date. Starts Django.

    Raises ConsoleError where the database belongs to a newer release.
    """
    config.make_directories()
    _refuse_newer_database(config)
    set_up_django()
    from django.core.exceptions import ImproperlyConfigured

    from freiblatt.articles.actions import found_publication
    from freiblatt.pagestore import static
    from freiblatt.upkeep.actions.upgrading import migrate, record_release

    migrate()
    found_publication(name=config.name, url=config.url, languages=config.languages)
    try:
        static.prepare(config)
    except ImproperlyConfigured as error:
        # The publication's own style sheet names a file that is not there.
        raise ConsoleError(str(error)) from error
    record_release(config)


def _refuse_newer_database(config: Config) -> None:
    from freiblatt.pagestore import database

    try:
        database.check(config)
    except database.DatabaseAheadError as error:
        raise ConsoleError(f"database: {error}. {error.advice} Nothing was changed.") from error
    except (database.DatabaseBehindError, database.DatabaseUnavailableError):
        return  # the first is what we are here for, the second is told by whoever asks next
