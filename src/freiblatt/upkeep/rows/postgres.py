"""PostgreSQL as the side rows come from, and as the side they go to, all in one transaction."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from freiblatt.upkeep.dumps import MOVED, connected
from freiblatt.upkeep.rows.values import Column, RowError, from_postgres, refuse_odd

CHUNK = 2000
#: Stands in a target until it is whole, so that the next try knows that it may begin again.
MARK = "freiblatt_unfinished"


class PostgresSide:
    """One database, seen and changed in one transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.tables: dict[str, list[Column]] = {}
        for table, column, declared in connection.execute(
            "SELECT relname, attname, atttypid::regtype::text FROM pg_class "
            "JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = current_schema()::regnamespace "
            "AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND relname NOT IN (%s, %s) "
            "ORDER BY relname, attnum",
            [MARK, MOVED],
        ):
            kind = "json" if declared in ("json", "jsonb") else declared
            self.tables.setdefault(table, []).append(Column(column, kind))

    def rows(self, table: str, columns: Sequence[Column]) -> Iterator[list[Any]]:
        """Yield the rows by their key, as plain values."""
        names = ", ".join(
            # Numbers inside keep their digits; the driver would make floats of them.
            f'"{column.name}"::text' if column.kind == "json" else f'"{column.name}"'
            for column in columns
        )
        with self._connection.cursor(name="rows") as cursor:
            cursor.itersize = CHUNK
            cursor.execute(f'SELECT {names} FROM "{table}" ORDER BY "{columns[0].name}"')  # noqa: S608
            for row in cursor:
                yield [from_postgres(value, column.kind) for value, column in zip(row, columns, strict=True)]

    def sequences(self) -> dict[str, int]:
        """Return the highest key ever given, by table."""
        found = {}
        for table, _column, sequence in self._sequences():
            last, is_called = self._connection.execute(f"SELECT last_value, is_called FROM {sequence}").fetchone()  # noqa: S608
            if is_called:
                found[table] = last
        return found

    def hold(self) -> None:
        """Keep others from changing anything until the transaction ends; they may read."""
        names = ", ".join(f'"{table}"' for table in self.tables)
        if names:
            self._connection.execute(f"LOCK TABLE {names} IN SHARE MODE")

    def clear(self) -> None:
        """Remove what migrations put in, and let rows come in any order until `finish`."""
        self._keys = self._connection.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(pg_constraint.oid) FROM pg_constraint "
            "JOIN pg_class ON pg_class.oid = conrelid "
            "WHERE contype = 'f' AND relnamespace = current_schema()::regnamespace ORDER BY 1, 2"
        ).fetchall()
        for table, name, _definition in self._keys:
            self._connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        names = ", ".join(f'"{table}"' for table in self.tables if table != "django_migrations")
        self._connection.execute(f"TRUNCATE {names}")

    def write(self, table: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """Put rows of plain values into a table. Raises RowError where PostgreSQL cannot hold one."""
        import psycopg

        names = ", ".join(f'"{column.name}"' for column in columns)
        try:
            with self._connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    refuse_odd(table, columns, row)
                    copy.write_row(row)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            where = error.diag.context or table
            raise RowError(
                f"PostgreSQL cannot hold a row of {table}: {error.diag.message_primary} ({where})."
            ) from error
        except UnicodeEncodeError as error:
            raise RowError(
                f"{table}: a text holds half a character, which PostgreSQL cannot store: {error}."
            ) from error

    def set_sequences(self, wanted: dict[str, int]) -> None:
        """Let new keys begin above those that were ever given."""
        for table, column, sequence in self._sequences():
            highest = self._connection.execute(f'SELECT max("{column}") FROM "{table}"').fetchone()[0]  # noqa: S608
            last = max(highest or 0, wanted.get(table, 0))
            if last:
                self._connection.execute("SELECT setval(%s::regclass, %s)", [sequence, last])

    def finish(self) -> None:
        """Put the constraints back, which looks at every row. Raises RowError."""
        import psycopg

        for table, name, definition in self._keys:
            try:
                self._connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
            except psycopg.IntegrityError as error:
                raise RowError(f"A row of {table} points to none: {error.diag.message_detail or error}") from error

    def _sequences(self) -> list[tuple[str, str, str]]:
        """Return (table, column, sequence) of every key that the database counts itself."""
        return self._connection.execute(
            "SELECT relname, attname, pg_get_serial_sequence(quote_ident(relname), attname) FROM pg_class "
            "JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = current_schema()::regnamespace "
            "AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped "
            "AND pg_get_serial_sequence(quote_ident(relname), attname) IS NOT NULL "
            "ORDER BY relname"
        ).fetchall()


@contextlib.contextmanager
def held_postgres(url: str) -> Iterator[PostgresSide]:
    """Give a database as of one moment, which others may read but not change until the context ends."""
    with connected(url) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SET LOCAL lock_timeout = '20s'")
        side = PostgresSide(connection)
        side.hold()
        yield side


@contextlib.contextmanager
def new_postgres(url: str) -> Iterator[PostgresSide]:
    """Give a migrated database that is filled in one transaction: wholly, or not at all."""
    with connected(url) as connection:
        with connection.transaction():
            yield PostgresSide(connection)
        connection.execute("ANALYZE")


def reserve(url: str, *, token: str = "") -> None:
    """Mark an empty database as one that is being filled; sweep one that an interrupted try had marked.

    So is one that was filled, marked with this `token`, and never named. Raises RowError where it holds anything else.
    """
    with connected(url) as connection, connection.transaction():
        tables = [row[0] for row in connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
            "AND relkind IN ('r', 'p') ORDER BY relname"
        )]  # fmt: skip
        if tables and MARK not in tables and not _is_moved(connection, tables, token):
            raise RowError(
                f"The database that is named holds {len(tables)} tables ({', '.join(tables[:3])} …), expected an empty "
                "one. Nothing was changed."
            )
        for table in tables:
            connection.execute(f'DROP TABLE "{table}" CASCADE')
        connection.execute(f"CREATE TABLE {MARK} ()")


def _is_moved(connection: Any, tables: list[str], token: str) -> bool:
    if MOVED not in tables or not token:
        return False
    return connection.execute(f"SELECT token FROM {MOVED}").fetchall() == [(token,)]  # noqa: S608


def mark_moved(url: str, token: str) -> None:
    """Change the mark: the database is whole, and whoever filled it has only to name it."""
    with connected(url) as connection, connection.transaction():
        connection.execute(f"DROP TABLE IF EXISTS {MOVED}")
        connection.execute(f"CREATE TABLE {MOVED} (token text NOT NULL)")
        connection.execute(f"INSERT INTO {MOVED} VALUES (%s)", [token])  # noqa: S608
        connection.execute(f"DROP TABLE IF EXISTS {MARK}")


def release(url: str) -> None:
    """Take the marks away: the database is whole and in use."""
    with connected(url) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {MARK}, {MOVED}")


def give_up(url: str, *, token: str = "") -> None:
    """Remove what an unsuccessful try has made in a database that it had reserved; one it had not, it leaves alone."""
    with contextlib.suppress(RowError):
        reserve(url, token=token)
        release(url)
