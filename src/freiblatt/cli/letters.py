"""Letters that are held since a restore, because they may have gone out before: list, release or discard them.

  freiblatt letters held          how many there are, by kind
  freiblatt letters release       send them all
  freiblatt letters discard       send none of them; text and addresses are erased

One by one: at the desk under Reports > Post.
"""

import argparse

from freiblatt.cli.start import start_django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do."""
    what = parser.add_subparsers(dest="what", required=True, metavar="held | release | discard")
    for name, words in (("held", "count them"), ("release", "send them all"), ("discard", "send none of them")):
        what.add_parser(name, help=words)


def run(arguments: argparse.Namespace) -> int:
    """Do it and say so."""
    start_django()
    from django.db.models import Count, Min

    from freiblatt.letters.actions import discard_held, release_held
    from freiblatt.letters.models import Letter

    if arguments.what == "release":
        print(f"{release_held():,} letters go out now, if a job worker runs.")
        return 0
    if arguments.what == "discard":
        print(f"{discard_held():,} letters are discarded.")
        return 0
    kinds = Letter.objects.held().order_by("kind").values_list("kind").annotate(Count("pk"), Min("created_at"))
    for kind, count, oldest in kinds:
        print(f"{count:,}  {kind}  (the oldest of {oldest:%Y-%m-%d})")
    if not kinds:
        print("No letter is held.")
    return 0
