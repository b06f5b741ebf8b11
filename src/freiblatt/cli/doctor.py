"""Look at the installation and say what is wrong and what to do: everything, or only the parts named.

Exit status: 0 nothing is wrong, 1 something is. Warnings alone are no error.
"""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from freiblatt.cli.start import ConsoleError, start_django
from freiblatt.config import ConfigurationError

if TYPE_CHECKING:
    from freiblatt.lib.findings import Finding

MARKS = {"ok": "ok      ", "warning": "warning ", "problem": "PROBLEM "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to look at, and how to tell it."""
    parser.add_argument("part", nargs="*", metavar="PART", help="look at these parts only, such as: mail")
    parser.add_argument("--to", metavar="MAIL", help="with `mail`: send a test letter to this address")
    parser.add_argument("--json", action="store_true", help="print findings as JSON, for programs")


def run(arguments: argparse.Namespace) -> int:
    """Look, print what was found, return 1 where something is wrong."""
    if arguments.to and "mail" not in arguments.part:
        raise ConfigurationError("--to: seen without `mail`, expected freiblatt doctor mail --to MAIL.")
    start_django()
    from django.utils import translation

    from freiblatt.lib import findings

    unknown = [part for part in arguments.part if part not in findings.names()]
    if unknown:
        raise ConfigurationError(f"PART: seen {unknown[0]!r}, expected any of {', '.join(findings.names())}.")
    # The console speaks English, whatever the publication speaks.
    with translation.override("en"):
        found = findings.gather(arguments.part or None)
        if arguments.to:
            found.append(_send_test(arguments.to))
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in found], ensure_ascii=False, indent=2))
    else:
        for finding in found:
            print(f"{MARKS[finding.level]} {finding.says}")
            if finding.do and finding.level != "ok":
                print(f"{'':9}{finding.do}")
    return int(any(finding.level == "problem" for finding in found))


def _send_test(address: str) -> "Finding":
    from freiblatt.config import current
    from freiblatt.letters.actions import LetterError
    from freiblatt.letters.doctor import send_test

    try:
        return send_test(to=address, language=current().language)
    except LetterError as error:
        raise ConsoleError(f"--to: {error}") from error
