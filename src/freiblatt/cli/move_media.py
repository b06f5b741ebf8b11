"""Move pictures, recordings and documents from this disk into the bucket that media_bucket names.

The program must be stopped. Back to the disk: `freiblatt backup`, then `freiblatt restore` with
FREIBLATT_MEDIA_BUCKET set to nothing.
"""

import argparse

from freiblatt.cli.start import ConsoleError
from freiblatt.config import current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no options of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Move, say how many."""
    from freiblatt.upkeep.actions.moving_media import MoveMediaError, move_media

    try:
        count = move_media(config=current(), say=lambda line: print(line, flush=True))
    except MoveMediaError as error:
        raise ConsoleError(str(error)) from error
    print(f"{count:,} files lie in the bucket now, and no longer here. Start the program.")
    return 0
