"""What `pg_restore` writes of a dump's rows, as a side rows come from: no server is needed to read it."""

import contextlib
import io
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

from freiblatt.upkeep.dumps import DumpError, postgres_program
from freiblatt.upkeep.rows.values import Column, RowError, from_copy_text

_COPY = re.compile(r'COPY (?:[\w"]+\.)?"?(?P<table>\w+)"? \((?P<columns>.*)\) FROM stdin;')
_SETVAL = re.compile(
    r"SELECT pg_catalog\.setval\('(?:[\w\"]+\.)?\"?(?P<name>\w+)\"?', (?P<last>\d+), (?P<called>\w+)\)"
)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class CopyText:
    """The rows of one dump, in the order in which it has them. Read once."""

    def __init__(self, lines: IO[str]) -> None:
        self._lines = lines
        self._last: dict[str, int] = {}

    def tables(self) -> Iterator[tuple[str, list[str], Iterator[list[str | None]]]]:
        """Yield table, names of columns and rows of text; the rows are used up before the next table."""
        for line in self._lines:
            if match := _COPY.match(line):
                columns = [name.strip().strip('"') for name in match["columns"].split(",")]
                rows = self._rows()
                yield match["table"], columns, rows
                for _row in rows:
                    pass
            elif (match := _SETVAL.match(line)) and match["called"] == "true":
                self._last[match["name"]] = int(match["last"])

    def _rows(self) -> Iterator[list[str | None]]:
        for line in self._lines:
            line = line.removesuffix("\n")
            if line == "\\.":
                return
            yield [None if field == "\\N" else _unescaped(field) for field in line.split("\t")]
        raise DumpError("The dump ends in the middle of a table.")

    def sequences(self) -> dict[str, int]:
        """Return the highest key ever given, by table; known when all tables have been read."""
        return {name.removesuffix("_id_seq"): last for name, last in self._last.items()}


def plain(table: str, columns: Sequence[Column], rows: Iterator[list[str | None]]) -> Iterator[list[Any]]:
    """Yield rows of text as plain values. Raises RowError."""
    for row in rows:
        try:
            yield [from_copy_text(value, column.kind) for value, column in zip(row, columns, strict=True)]
        except (ValueError, ArithmeticError) as error:
            raise RowError(f"{table}, the row with {columns[0].name} {row[0]!r}: {error}.") from error


def _unescaped(field: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), field) if "\\" in field else field


@contextlib.contextmanager
def rows_of_dump(path: Path) -> Iterator[CopyText]:
    """Give the rows of a dump that `pg_dump` wrote. Raises DumpError."""
    command = [str(postgres_program("pg_restore", 0)), "--data-only", "--file=-", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603 (its own)
        complaints = cast(IO[bytes], process.stderr)
        # Only a plain line feed ends a row: what else may look like one is part of a text.
        lines = io.TextIOWrapper(cast(IO[bytes], process.stdout), encoding="utf-8", newline="\n")
        try:
            yield CopyText(lines)
            for _line in lines:
                pass
        except BaseException:
            process.kill()
            raise
        said = complaints.read().decode("utf-8", "replace")
        if process.wait():
            raise DumpError(f"pg_restore failed: {' '.join(said.split()[-40:])}")
