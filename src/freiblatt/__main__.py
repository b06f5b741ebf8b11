"""`freiblatt`: the console script."""

import sys

from freiblatt.cli.console import run


def main() -> None:
    """Run the word after `freiblatt` and end with its status."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
