"""Look at the installation and say what is wrong and what to do: everything, or only the parts named. Changes nothing.

Exit status: 0 nothing is wrong, 1 something is. Warnings alone are no error.
"""

import argparse
import json
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

from freiblatt.cli.start import ConsoleError, start_django
from freiblatt.config import ConfigurationError

if TYPE_CHECKING:
    from freiblatt.lib.findings import Finding

MARKS = {"ok": "ok      ", "warning": "warning ", "problem": "PROBLEM "}
WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to look at, and how to tell it."""
    parser.add_argument("part", nargs="*", metavar="PART", help="look at these parts only, such as: mail backups")
    parser.add_argument("--to", metavar="MAIL", help="with `mail`: send a test letter to this address")
    parser.add_argument("--offline", action="store_true", help="ask nobody outside this machine")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else, for programs")


def run(arguments: argparse.Namespace) -> int:
    """Look, print what was found, return 1 where something is wrong."""
    if arguments.to and "mail" not in arguments.part:
        raise ConfigurationError("--to: seen without `mail`, expected freiblatt doctor mail --to MAIL.")
    start_django()
    from django.utils import translation

    from freiblatt.lib import findings

    known = findings.names()
    unknown = [part for part in arguments.part if part not in known]
    if unknown:
        raise ConfigurationError(f"PART: seen {unknown[0]!r}, expected any of {', '.join(known)}.")
    wanted = arguments.part or findings.names(is_offline=arguments.offline)
    # The console speaks English, whatever the publication speaks.
    with translation.override("en"):
        found = findings.gather(wanted)
        if arguments.to:
            found.append(_send_test(arguments.to))
    status = int(any(finding.level == "problem" for finding in found))
    if arguments.json:
        told = {"status": status, "findings": [asdict(finding) for finding in found]}
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print(found)
    return status


def _print(found: "list[Finding]") -> None:
    for finding in found:
        lines = _wrapped(finding.says)
        if finding.do and finding.level != "ok":
            lines += _wrapped(f"→ {finding.do}")
        for number, line in enumerate(lines):
            print(f"{MARKS[finding.level] if number == 0 else '':9}{line}")
    problems, warnings = (sum(finding.level == level for finding in found) for level in ("problem", "warning"))
    print(f"\nFindings: {len(found)}, of them problems: {problems}, warnings: {warnings}.")


def _wrapped(text: str) -> list[str]:
    # Commands and places are copied from here.
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _send_test(address: str) -> "Finding":
    from freiblatt.config import current
    from freiblatt.letters.actions import LetterError
    from freiblatt.letters.doctor import send_test

    try:
        return send_test(to=address, language=current().language)
    except LetterError as error:
        raise ConsoleError(f"--to: {error}") from error
