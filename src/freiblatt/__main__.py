"""`freiblatt`: the console script."""

import os
import sys


def main() -> None:
    """Run the word after `freiblatt`; any word that is not ours goes to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freiblatt.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
