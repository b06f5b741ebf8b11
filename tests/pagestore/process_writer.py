"""A process that changes values without pause until it is killed: `python -m tests.pagestore.process_writer`."""

import os
import sys


def main() -> None:
    """Change the values a, b, c in turn; print a line when the first change is done."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.pagestore.process_settings"
    import django

    django.setup()
    from tests.pagestore.process_urls import change, value_of

    number = first = max((int(value_of(name) or 0) for name in "abc"), default=0)
    while True:
        for name in "abc":
            number += 1
            change(name, str(number))
        if number == first + 3:
            sys.stdout.write("changed\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
