"""Copy the publication into an empty database of the other kind, compare, and name it in freiblatt.toml.

URL is postgresql://USER:PASSWORD@HOST:PORT/NAME or sqlite:///FILE; - asks for it, @FILE reads it from a file, so that
no other user of the machine sees the password in the list of processes. The program must be stopped. The old database
stays as it is.
"""

import argparse

from freiblatt.cli.given import HELP, database_url
from freiblatt.cli.start import ConsoleError
from freiblatt.config import current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the new database."""
    parser.add_argument("url", metavar="URL", help=f"the new database, which is empty; {HELP}")


def run(arguments: argparse.Namespace) -> int:
    """Move, say what was moved and what to do next."""
    from freiblatt.upkeep.actions.moving import MoveError, move_database

    config = current()
    try:
        moved = move_database(
            config=config, url=database_url("URL", arguments.url) or "", say=lambda line: print(line, flush=True)
        )
    except MoveError as error:
        raise ConsoleError(str(error)) from error
    old = config.sqlite_path or "the PostgreSQL database"
    print(f"Moved {sum(moved.tables.values()):,} rows in {len(moved.tables)} tables and found them the same.")
    for table in moved.left_out:
        print(f"Not moved, because no release of Freiblatt made it: {table}.")
    if moved.is_configured:
        print(f"{config.directory / 'freiblatt.toml'} names the new database now.")
    else:
        print("FREIBLATT_DATABASE_URL is set here and wins over freiblatt.toml: set it to the new database yourself.")
    print(f"Start the program. The old database ({old}) was not changed; keep it until you have looked round.")
    return 0
