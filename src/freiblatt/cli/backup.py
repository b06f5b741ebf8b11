"""Write everything of the publication that cannot be made again to FILE, while the program runs, and read it back.

The file is a plain tar archive, readable by its owner alone. It holds the database, pictures, documents, your theme,
freiblatt.toml and secret.key: who has it has everything. --encrypt-to makes it useless without a private key.
"""

import argparse
import json
import sys
from pathlib import Path

from freiblatt.cli.start import ConsoleError, set_up_django
from freiblatt.config import current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file and the key."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a new file, such as /mnt/other/freiblatt.tar")
    parser.add_argument(
        "--encrypt-to",
        metavar="KEY",
        help="public key: age1… or a line of SSH's (default: backup_age_recipient); - to encrypt nothing",
    )
    parser.add_argument("--json", action="store_true", help="print what was made as one JSON object and nothing else")


def run(arguments: argparse.Namespace) -> int:
    """Make the backup, say what is in it."""
    from freiblatt.upkeep.actions.backing_up import BackupError, back_up, note_backup

    config = current()
    recipient = config.backup_age_recipient if arguments.encrypt_to is None else arguments.encrypt_to
    try:
        made = back_up(
            config=config,
            target=arguments.file,
            recipient="" if recipient == "-" else recipient,
            say=(lambda line: None) if arguments.json else print,
        )
    except BackupError as error:
        raise ConsoleError(str(error)) from error
    set_up_django()
    note_backup(made)
    for name in made.left_out:
        print(f"freiblatt: not in the backup, because it is a linked folder or no plain name: {name}", file=sys.stderr)
    for name in made.elsewhere:
        print(
            f"freiblatt: not in the backup, because it lies elsewhere: {name}. Keep it where you keep the backup.",
            file=sys.stderr,
        )
    if arguments.json:
        told = {
            "file": str(made.path),
            "made_at": made.made_at.isoformat(),
            "bytes": made.size,
            "files": made.n_files,
            "rows": sum(made.facts.tables.values()),
            "is_encrypted": made.is_encrypted,
            "seconds": round(made.seconds, 3),
            "left_out": made.left_out,
            "elsewhere": made.elsewhere,
        }
        print(json.dumps(told))
        return 0
    print(
        f"{made.path}: {made.size / 1e6:,.1f} MB, {made.n_files:,} files, {sum(made.facts.tables.values()):,} rows of "
        f"{made.facts.server}, read back and found whole, in {made.seconds:.1f} s."
        + (" Encrypted: without the private key nobody restores it." if made.is_encrypted else "")
    )
    return 0
