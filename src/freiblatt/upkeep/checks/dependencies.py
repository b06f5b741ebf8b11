"""Libraries with known holes, by the open database that `pip-audit` can ask, too (osv.dev)."""

import http.client
import json
import os
import re
import ssl
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution, distributions
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from freiblatt.lib.findings import Finding

SERVICE = "https://api.osv.dev"
#: For a mirror of the database, as large houses have.
VARIABLE = "OSV_SERVICE"
ANSWER_SECONDS = 15.0
LARGEST_ANSWER = 20 * 1024 * 1024

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def dependencies() -> Iterator[Finding]:
    """Ask whether a library that is installed here for us has a known hole. Names and versions are sent, no more."""
    installed = sorted(required("freiblatt").items())
    try:
        holes = ask(os.environ.get(VARIABLE, SERVICE), installed)
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        yield Finding(
            "dependencies",
            "warning",
            _("Nobody could be asked about known holes in libraries: %(reason)s.")
            % {"reason": error or type(error).__name__},
            _("Let this machine reach %(service)s, or look from another one: pip-audit -r constraints.txt")
            % {"service": SERVICE},
        )
        return
    for (name, version), numbers in holes:
        yield Finding(
            "dependencies_hole",
            "problem",
            _("%(name)s %(version)s has known holes: %(numbers)s.")
            % {"name": name, "version": version, "numbers": ", ".join(numbers)},
            _("Install the newest release of Freiblatt; until there is one, read osv.dev/%(number)s.")
            % {"number": numbers[0]},
        )
    if not holes:
        yield Finding(
            "dependencies",
            "ok",
            _("None of %(count)d libraries has a known hole.") % {"count": len(installed)},
        )


def required(name: str) -> dict[str, str]:
    """Return the version of each library that is installed and that `name` needs, directly or by another.

    Where `name` runs from its source and is not installed itself, of each library that is.
    """
    try:
        distribution(name)
    except PackageNotFoundError:
        return {_plain(one.metadata["Name"]): one.version for one in distributions() if one.metadata["Name"]}
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        one = _plain(waiting.pop())
        if one in found:
            continue
        try:
            facts = distribution(one)
        except PackageNotFoundError:
            continue  # for another system, or an extra that is not installed
        found[one] = facts.version
        waiting += [match[0] for line in facts.requires or () if (match := _NAME.match(line)) and _is_wanted(line)]
    found.pop(_plain(name), None)
    return found


def _is_wanted(requirement: str) -> bool:
    """Return whether a requirement is ours: extras of libraries are not, except where they happen to be installed."""
    return "extra ==" not in requirement or "psycopg" in requirement or "redis" in requirement


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def ask(service: str, installed: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, str], list[str]]]:
    """Return ((name, version), numbers of holes) for each library that has one.

    Raises OSError where the service cannot be reached, ValueError where it answers something else.
    """
    wanted = list(installed)
    question = {
        "queries": [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in wanted]
    }
    parts = urlsplit(service)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.netloc, timeout=ANSWER_SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=ANSWER_SECONDS)
    try:
        connection.request(
            "POST", "/v1/querybatch", json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        content = answer.read(LARGEST_ANSWER)
    finally:
        connection.close()
    if answer.status != 200:
        raise ValueError(f"status {answer.status}")
    told: list[dict[str, Any]] = json.loads(content)["results"]
    if len(told) != len(wanted):
        raise ValueError("an answer of another length")
    return [
        (library, [str(hole["id"]) for hole in result["vulns"]])
        for library, result in zip(wanted, told, strict=True)
        if result.get("vulns")
    ]
