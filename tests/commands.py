"""Commands to a process of the cast and its answers: one a line, in JSON, on its standard input and output."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import django

Verb = Callable[..., dict[str, Any]]


def carry_out(*verbs: Verb) -> None:
    """Set Django up and carry out commands, each naming one of `verbs`, until the input ends. For that process."""
    django.setup()
    named = {verb.__name__: verb for verb in verbs}
    # Whatever else is printed must not be taken for an answer.
    said, sys.stdout = sys.stdout, io.StringIO()
    for line in sys.stdin:
        command = json.loads(line)
        said.write(json.dumps(named[command.pop("do")](**command)) + "\n")
        said.flush()


def command(process: subprocess.Popen[bytes], verb: str, **arguments: Any) -> dict[str, Any] | None:
    """Have `process` do something; return its answer, None where it died instead."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps({"do": verb, **arguments}).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    return json.loads(line) if line else None
