"""After a new version was installed: back up, bring the database up to it, look whether all is well, tell the way back.

The program must be stopped. An upgrade that was interrupted is given again.
"""

import argparse
from pathlib import Path

from freiblatt import __version__
from freiblatt.cli.prepare import prepare_publication
from freiblatt.cli.start import ConsoleError
from freiblatt.config import current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take where the backup goes."""
    parser.add_argument(
        "--backup",
        metavar="FILE",
        type=Path,
        help="write the backup to this new file (default: into backup_directory, else backups/ in the publication)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Upgrade; return 1 where what came out is not well."""
    from freiblatt.upkeep.actions.upgrading import UpgradeError, faults, note_upgrade, remarks, upgrading, way_back

    config = current()
    lines: list[str] = []
    try:
        with upgrading(config=config, target=arguments.backup, say=lambda line: print(line, flush=True)) as plan:
            lines = way_back(config, plan)
            print("Bringing the database up to date …", flush=True)
            prepare_publication(config)
            found = faults()
            if found:
                raise UpgradeError("\n".join(["The upgrade was made, but what came out is not well:", *found]))
            note_upgrade(plan)
    except UpgradeError as error:
        raise ConsoleError("\n".join([str(error), *lines])) from error
    except Exception as error:  # a migration can raise anything, and none of it may hide the way back
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        again = "Mend that and give `freiblatt upgrade` again"
        again += "; it goes on from there and keeps the backup of before." if lines else "."
        raise ConsoleError("\n".join([f"The upgrade stopped: {reason}", again, *lines])) from error
    print(f"{config.name} is at Freiblatt {__version__}: database, static files and front page are well.")
    for remark in remarks():
        print(f"Besides: {remark}")
    print(
        "\n".join([*lines, "Start the program."] if lines else ["The database was of this release. Start the program."])
    )
    return 0
