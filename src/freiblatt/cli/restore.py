"""Put the backup FILE into the new or empty directory DIR, where it can be served at once.

The backup is proved before anything of it counts, and what fails leaves nothing behind. Its database goes where its
freiblatt.toml says, or to --database-url: PostgreSQL or SQLite, whichever it was.
"""

import argparse
import os
import shlex
from pathlib import Path

from freiblatt.cli.making import note_made, unfinished
from freiblatt.cli.prepare import prepare_publication
from freiblatt.cli.start import ConsoleError, use_publication
from freiblatt.config import Config, ConfigurationError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the backup, the directory, and where the database goes."""
    parser.add_argument("file", metavar="FILE", type=Path, help="what `freiblatt backup` wrote")
    parser.add_argument("directory", metavar="DIR", type=Path, help="a new or empty directory")
    parser.add_argument("--database-url", help="postgresql://USER:PASSWORD@HOST:PORT/NAME or sqlite:///FILE; empty")
    parser.add_argument("--identity", metavar="KEYFILE", type=Path, help="private key of an encrypted backup")


def run(arguments: argparse.Namespace) -> int:
    """Restore, say what came and what to do next."""
    from freiblatt.upkeep.actions.restoring import RestoreError, come_to_life, restored

    directory = arguments.directory.expanduser().resolve()
    if arguments.publication and Path(arguments.publication).expanduser().resolve() != directory:
        raise ConfigurationError("--publication: seen another directory than DIR, expected DIR alone.")
    archive = arguments.file.expanduser().resolve()
    if not archive.is_file():
        raise ConfigurationError(f"FILE: seen {archive}, expected a backup.")
    with unfinished(directory, keeps_files=False):
        try:
            with restored(
                archive=archive,
                directory=directory,
                database_url=arguments.database_url,
                identity=arguments.identity,
                say=lambda line: print(line, flush=True),
            ) as found:
                config = use_publication(directory)
                if config.sqlite_path and config.sqlite_path.is_relative_to(directory):
                    note_made(directory, config.sqlite_path.relative_to(directory).parts[0])
                prepare_publication(config)
                done = come_to_life(restored=found)
        except RestoreError as error:
            raise ConsoleError(str(error)) from error
    manifest = found.manifest
    print(
        f"{config.name} is restored in {directory}: {found.n_files:,} files, "
        f"{sum(found.facts.tables.values()):,} rows, as of {manifest.made_at.astimezone():%Y-%m-%d %H:%M %Z}, "
        f"made by Freiblatt {manifest.release}."
    )
    if done["jobs"]:
        print(f"{done['jobs']} jobs that ran at that moment wait again. Letters that went out since go out twice.")
    _tell_of_environment(manifest.environment)
    _tell_what_is_next(config)
    return 0


def _tell_of_environment(names: list[str]) -> None:
    missing = [name for name in names if name not in os.environ]
    if missing:
        print(f"Set in the environment then, and not now: {', '.join(missing)}.")


def _tell_what_is_next(config: Config) -> None:
    print(f"Serve it:  freiblatt serve --publication {shlex.quote(str(config.directory))}")
