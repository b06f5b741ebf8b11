"""One value at a time: what SQLite, PostgreSQL and PostgreSQL's copy text write, as one plain Python value."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

#: Tables whose rows are made anew in the target: the search index is another one in each kind of database.
REBUILT = frozenset({"wagtailsearch_indexentry"})
#: Tables that the target has by itself.
OWN = frozenset({"django_migrations"})


#: How JSON writes a character with the code 0; two backslashes are one of its own.
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class RowError(Exception):
    """A row cannot be carried over; the message names table, column and what to do."""


@dataclass(frozen=True)
class Column:
    """A column and what its values are: text, integer, real, decimal, truth, moment, day, clock, uuid, bytes, json."""

    name: str
    kind: str


def kind_of(declared: str) -> str:
    """Return what a column holds that Django declared to SQLite with this type."""
    declared = declared.lower()
    known = {"bool": "truth", "datetime": "moment", "date": "day", "time": "clock", "char(32)": "uuid", "real": "real",
             "blob": "bytes", "decimal": "decimal"}  # fmt: skip
    if declared in known:
        return known[declared]
    return "integer" if "int" in declared else "text"


def from_sqlite(value: Any, kind: str) -> Any:
    """Return the plain value of what SQLite has. Raises ValueError where it is not of this kind."""
    if value is None:
        return None
    if kind in ("text", "json", "bytes"):
        return value if isinstance(value, str | bytes) else str(value)
    if kind == "integer" and isinstance(value, int):
        return value
    return _FROM_TEXT[kind](str(value))


def from_copy_text(value: str | None, kind: str) -> Any:
    """Return the plain value of what PostgreSQL's COPY writes. Raises ValueError where it is not of this kind."""
    if value is None or kind in ("text", "json"):
        return value
    if kind == "bytes":
        return bytes.fromhex(value.removeprefix("\\x"))
    return _FROM_TEXT[kind](value)


def from_postgres(value: Any, kind: str) -> Any:
    """Return the plain value of what the driver gives for PostgreSQL's value."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if kind == "text" and not isinstance(value, str | bytes | None):
        return str(value)  # an address of the internet
    if kind == "real" and value is not None:
        return float(value)
    return value


def to_sqlite(value: Any, kind: str) -> Any:
    """Return the value as Django's SQLite backend stores it."""
    if isinstance(value, datetime):
        return str(value.replace(tzinfo=None))
    if isinstance(value, date | time | Decimal):
        return str(value)
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, bool):
        return int(value)
    return value


def _truth(text: str) -> bool:
    if text in ("1", "t", "true", "True"):
        return True
    if text in ("0", "f", "false", "False"):
        return False
    raise ValueError(text)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


_FROM_TEXT = {
    "truth": _truth,
    "integer": int,
    "real": float,
    "decimal": Decimal,
    "moment": _moment,
    "day": date.fromisoformat,
    "clock": time.fromisoformat,
    "uuid": UUID,
}


def refuse_odd(table: str, columns: Sequence[Column], row: Sequence[Any]) -> None:
    """Raise RowError where PostgreSQL could not hold a value that SQLite could."""
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, str) and ("\0" in value or (column.kind == "json" and _ESCAPED_NUL.search(value))):
            raise RowError(
                f"{table}, the row with {columns[0].name} {row[0]!r}: {column.name} holds a character with the code 0, "
                "which PostgreSQL cannot store. Take the character out there and give the word again."
            )


class Sum:
    """The sum of a table's rows, whatever their order."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self.n_rows = 0
        self._total = 0

    def add(self, row: Sequence[Any]) -> None:
        """Take a row of plain values into account."""
        text = "\x1f".join(_canonical(value, column.kind) for value, column in zip(row, self._columns, strict=True))
        self._total += int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest())
        self.n_rows += 1

    @property
    def value(self) -> tuple[int, int]:
        """Rows, and 128 bits that change with any of them."""
        return self.n_rows, self._total % 2**128


def _canonical(value: Any, kind: str) -> str:
    """Return a text that two databases agree on."""
    if value is None:
        return "\x00"
    if kind == "json":
        return json.dumps(json.loads(value), sort_keys=True, ensure_ascii=False)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def counted(rows: Iterable[Sequence[Any]], into: Sum) -> Iterable[Sequence[Any]]:
    """Yield the rows and take each into account."""
    for row in rows:
        into.add(row)
        yield row
