"""SQLite as the side rows come from, and as the side they go to."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from freiblatt.upkeep.dumps import MOVED, DumpError, sqlite_tables
from freiblatt.upkeep.rows.values import Column, RowError, from_sqlite, kind_of, to_sqlite

CHUNK = 2000
LOCK_SECONDS = 30.0


class SqliteSide:
    """One database file. As a source nobody else writes to it, as a target nobody else knows it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.tables: dict[str, list[Column]] = {}
        for table in sqlite_tables(connection):
            facts = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
            # The key first: it names a row in messages.
            facts.sort(key=lambda fact: (not fact[5], fact[0]))
            self.tables[table] = [Column(name, kind_of(declared)) for _number, name, declared, *_rest in facts]

    def rows(self, table: str, columns: Sequence[Column]) -> Iterator[list[Any]]:
        """Yield the rows by their key, as plain values. Raises RowError."""
        names = ", ".join(f'"{column.name}"' for column in columns)
        found = self._connection.execute(f'SELECT {names} FROM "{table}" ORDER BY "{columns[0].name}"')  # noqa: S608
        while chunk := found.fetchmany(CHUNK):
            for row in chunk:
                try:
                    yield [from_sqlite(value, column.kind) for value, column in zip(row, columns, strict=True)]
                except (ValueError, ArithmeticError) as error:
                    raise RowError(f"{table}, the row with {columns[0].name} {row[0]!r}: {error}.") from error

    def sequences(self) -> dict[str, int]:
        """Return the highest key ever given, by table."""
        return dict(self._connection.execute("SELECT name, seq FROM sqlite_sequence"))

    def clear(self) -> None:
        """Remove what migrations put in, and let rows come in any order until `check`."""
        self._connection.execute("PRAGMA foreign_keys = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")  # a copy that is interrupted is thrown away
        self._connection.execute("BEGIN")
        for table in self.tables:
            if table != "django_migrations":
                self._connection.execute(f'DELETE FROM "{table}"')  # noqa: S608

    def write(self, table: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """Put rows of plain values into a table."""
        names = ", ".join(f'"{column.name}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        waiting = iter(rows)
        while chunk := list(islice(waiting, CHUNK)):
            try:
                self._connection.executemany(
                    f'INSERT INTO "{table}" ({names}) VALUES ({marks})',  # noqa: S608
                    [[to_sqlite(value, column.kind) for value, column in zip(row, columns, strict=True)]
                     for row in chunk],
                )  # fmt: skip
            except sqlite3.Error as error:
                raise RowError(f"{table}: {error}.") from error

    def set_sequences(self, wanted: dict[str, int]) -> None:
        """Let new keys begin above those that were ever given."""
        for table, last in wanted.items():
            if table not in self.tables:
                continue
            changed = self._connection.execute(
                "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, table)
            )
            if not changed.rowcount:
                self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))

    def finish(self) -> None:
        """Make it one whole file. Raises DumpError where a row points to none, or SQLite finds damage."""
        astray = self._connection.execute("PRAGMA foreign_key_check").fetchall()
        if astray:
            table, row, parent, _number = astray[0]
            raise DumpError(f"{len(astray)} rows point to none, the first in {table} (row {row}) to {parent}.")
        self._connection.execute("COMMIT")
        self._connection.execute("ANALYZE")
        found = [row[0] for row in self._connection.execute("PRAGMA integrity_check(3)")]
        if found != ["ok"]:
            raise DumpError(f"SQLite finds the new database damaged: {'; '.join(map(str, found))}")


@contextlib.contextmanager
def held_sqlite(path: Path) -> Iterator[SqliteSide]:
    """Give a database that others may read but not change until the context ends. Raises DumpError."""
    with _opened(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield SqliteSide(connection)


@contextlib.contextmanager
def new_sqlite(path: Path) -> Iterator[SqliteSide]:
    """Give a migrated database that nobody else knows yet. Raises DumpError."""
    with _opened(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        yield SqliteSide(connection)


def mark_moved_sqlite(path: Path, token: str) -> None:
    """Mark a database that is whole, and that whoever filled it has only to name. Raises DumpError."""
    with _opened(path) as connection:
        connection.execute(f"CREATE TABLE {MOVED} (token text NOT NULL)")
        connection.execute(f"INSERT INTO {MOVED} VALUES (?)", (token,))  # noqa: S608


def is_moved_sqlite(path: Path, token: str) -> bool:
    """Return whether a file is a database with this mark, made and never named."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(f"SELECT token FROM {MOVED}").fetchall() == [(token,)]  # noqa: S608
    except sqlite3.Error:
        return False


def remove_moved_sqlite(path: Path, token: str) -> None:
    """Remove a database with this mark, made and never named, and what SQLite has put beside it.

    Also an empty file, which a killed try had laid there to hold the name. Whatever else has the name stays. Raises
    OSError.
    """
    if not token or path.is_symlink() or not path.is_file():
        return
    if path.stat().st_size == 0:
        path.unlink()
    elif is_moved_sqlite(path, token):
        for ending in ("-wal", "-shm", "-journal", ""):  # the one that has the mark last
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def unmark_sqlite(path: Path) -> None:
    """Take the mark away: the database is named and in use. Raises DumpError."""
    with _opened(path) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (MOVED,)).fetchone():
            connection.execute(f"DROP TABLE {MOVED}")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=LOCK_SECONDS, isolation_level=None)
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
            raise OSError(28, "No space left on device", str(path)) from error
        raise DumpError(f"{path}: {error}") from error
