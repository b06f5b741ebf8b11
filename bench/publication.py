"""A publication made for measuring, and the hand that changes it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any


class Hand:
    """A process that changes one publication by the program's own actions; see `bench.hand`.

    On the `core` of the load it gives way to it: readers and writers have machines of their own, and a reader whom the
    writers beside him kept from looking at his clock would count that against the server.
    """

    def __init__(self, directory: Path, *, core: str | None = None) -> None:
        command = [sys.executable, "-m", "bench.hand"]
        self._process = subprocess.Popen(
            ["nice", "-n", "19", "taskset", "-c", core, *command] if core else command,
            env={
                **os.environ,
                "FREIBLATT_PUBLICATION": str(directory),
                "DJANGO_SETTINGS_MODULE": "freiblatt.settings",
                "FREIBLATT_LOG_LEVEL": "error",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, do: str, **arguments: Any) -> None:
        """Hand over a command without waiting for its end."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()

    def end(self) -> dict[str, Any]:
        """Return the answer to the command begun last. Raises SystemExit when the hand has died of it."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("A change of the measured publication failed; its error stands above.")
        return json.loads(line)

    def do(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Carry out a command and return its answer with the CPU seconds it took."""
        self.begin(do, **arguments)
        return self.end()

    def __enter__(self) -> "Hand":
        return self

    def __exit__(self, *_error: type[BaseException] | BaseException | TracebackType | None) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


def _freiblatt(*arguments: str) -> None:
    """Run a word of the console script."""
    subprocess.run([sys.executable, "-m", "freiblatt", *arguments], check=True, stdout=subprocess.DEVNULL)


class Site:
    """One publication for measuring, with articles that are looked at: `few`, `some` and `many` comments."""

    few, some, many = "ein-artikel", "gut-besprochen", "viel-besprochen"

    def __init__(self, directory: Path, *, articles: int, comments: int, busy: int) -> None:
        """Make and fill the publication in `directory`; keep it where it has been made before."""
        self.directory = directory
        self.articles = articles
        #: Stored in all, near enough.
        self.comments = comments + min(1000, busy) + busy
        done = directory / f"filled-{articles}-{comments}-{busy}-3"
        if done.exists():
            _freiblatt("prepare", "--publication", str(directory))
            return
        _freiblatt("init", str(directory), "--name", "Messung")
        with Hand(directory) as hand:
            hand.do("fill", articles=articles, comments=comments, busy=busy)
        done.touch()

    @staticmethod
    def path(slug: str) -> str:
        """Return the address of one of the articles."""
        return f"/messung/{slug}/"
