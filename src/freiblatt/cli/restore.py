"""Put the backup FILE into the new or empty directory DIR, where it can be served at once.

The backup is proved before anything of it counts, and what fails leaves nothing behind. Its database goes where its
freiblatt.toml says, or to --database-url: PostgreSQL or SQLite, whichever it was.
"""

import argparse
import os
import shlex
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from freiblatt.cli.given import HELP, database_url
from freiblatt.cli.making import Token, note_made, unfinished
from freiblatt.cli.prepare import prepare_publication
from freiblatt.cli.start import ConsoleError, refuse_wrong_user, use_publication
from freiblatt.config import Config, ConfigurationError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the backup, the directory, and where the database goes."""
    parser.add_argument("file", metavar="FILE", type=Path, help="what `freiblatt backup` wrote")
    parser.add_argument("directory", metavar="DIR", type=Path, help="a new or empty directory")
    parser.add_argument("--database-url", help=f"postgresql://USER:PASSWORD@HOST:PORT/NAME or sqlite:///FILE; {HELP}")
    parser.add_argument("--identity", metavar="KEYFILE", type=Path, help="private key of an encrypted backup")


def run(arguments: argparse.Namespace) -> int:
    """Restore, say what came and what to do next."""
    from freiblatt.upkeep.actions.restoring import RestoreError, come_to_life, let_go, restored

    directory = arguments.directory.expanduser().resolve()
    if arguments.publication and Path(arguments.publication).expanduser().resolve() != directory:
        raise ConfigurationError("--publication: seen another directory than DIR, expected DIR alone.")
    refuse_wrong_user(directory)
    archive = arguments.file.expanduser().resolve()
    if not archive.is_file():
        raise ConfigurationError(f"FILE: seen {archive}, expected a backup.")
    url = database_url("--database-url", arguments.database_url)
    with unfinished(directory):
        try:
            with restored(
                archive=archive,
                directory=directory,
                database_url=url,
                identity=arguments.identity,
                token=Token(directory),
                say=lambda line: print(line, flush=True),
                note=lambda name: note_made(directory, name),
            ) as found:
                config = use_publication(directory)
                prepare_publication(config)
                done = come_to_life(restored=found)
        except RestoreError as error:
            raise ConsoleError(str(error)) from error
    let_go(config)
    manifest = found.manifest
    print(
        f"{config.name} is restored in {directory}: {found.n_files:,} files, "
        f"{sum(found.facts.tables.values()):,} rows, as of {manifest.made_at.astimezone():%Y-%m-%d %H:%M %Z}, "
        f"made by Freiblatt {manifest.release}."
    )
    tell_what_ended(done, made_at=manifest.made_at)
    _tell_of_environment(manifest.environment)
    for key, path in found.missing:
        print(f"Missing: {path}, which {key} names. Lay it there before you serve.")
    _tell_what_is_next(config)
    return 0


#: What a restored publication ended or holds by itself: one, several, and what to do.
ENDED = {
    "sessions": ("session of the desk is", "sessions of the desk are", "ended: everybody signs in again."),
    "links": ("one-time link is", "one-time links are", "revoked; a new one: freiblatt staff link MAIL"),
    "shares": ("link to a shared draft is", "links to shared drafts are", "revoked; share them again at the desk."),
    "dead_letters": ("letter with such a link is", "letters with such links are", "discarded; invite again."),
    "letters": (
        "letter that waited is",
        "letters that waited are",
        "held, since it may have gone out: freiblatt letters, or the desk under Reports > Post, sends or discards.",
    ),
    "jobs": ("job that ran at that moment waits", "jobs that ran at that moment wait", "to be done again."),
}
#: What happened after the backup is not in it.
UNDONE = (
    "accounts that were closed, roles that were taken away (freiblatt staff list shows who can sign in)",
    "passwords that were changed, passkeys and second factors that were removed",
    "articles that were withdrawn, changed or published",
    "readers who were erased, consents that were withdrawn",
    "addresses that were entered among those who get no letters",
)


def tell_what_ended(done: Mapping[str, int], *, made_at: datetime) -> None:
    """Print what is not as it was, and what happened after the backup and is undone."""
    ended = [(done[name], words) for name, words in ENDED.items() if done.get(name)]
    if ended:
        print("What nobody knows the further fate of:")
    for count, (one, several, what) in ended:
        print(f"  - {count:,} {one if count == 1 else several} {what}")
    print(f"Everything else is as of {made_at.astimezone():%Y-%m-%d %H:%M}. Do again what you have done since:")
    for what in UNDONE:
        print(f"  - {what}")


def _tell_of_environment(names: list[str]) -> None:
    missing = [name for name in names if name not in os.environ]
    if missing:
        print(f"Set in the environment then, and not now: {', '.join(missing)}.")


def _tell_what_is_next(config: Config) -> None:
    print(f"Serve it:  freiblatt serve --publication {shlex.quote(str(config.directory))}")
