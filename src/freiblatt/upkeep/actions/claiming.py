"""Taking a place for the database of a new publication, and never somebody else's. Imports no Django."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from freiblatt.config import Config, ConfigurationError
from freiblatt.upkeep.actions.restoring import Token
from freiblatt.upkeep.dumps import DumpError
from freiblatt.upkeep.rows.postgres import give_up, mark_moved, release, reserve
from freiblatt.upkeep.rows.sqlite import remove_moved_sqlite
from freiblatt.upkeep.rows.values import RowError


@contextlib.contextmanager
def claimed(config: Config, token: Token) -> Iterator[None]:
    """Fill the PostgreSQL database of `config` inside the context; where that fails, it is empty again.

    Also one is taken that an earlier try had marked and not finished. In the end it is marked with `token`, by which a
    next try knows it, until `let_go`. Raises ConfigurationError where it holds anything else or does not answer.
    """
    url = config.database_url
    try:
        reserve(url, token=token.known())
    except (RowError, DumpError) as error:
        raise ConfigurationError(f"database_url: {error}") from error
    try:
        yield
        mark_moved(url, token.known() or token.give())
    except BaseException:
        # What cannot be swept now, because the server is away, is swept by the next try: it is marked.
        with contextlib.suppress(DumpError):
            give_up(url, token=token.known())
            token.forget()
        raise


def let_go(config: Config) -> None:
    """Take the mark away, once the directory has none any more. Where the server is away, it stays and does no harm."""
    with contextlib.suppress(DumpError):
        release(config.database_url)


def remove_copy(path: Path, token: str) -> None:
    """Remove a SQLite database elsewhere that is marked with `token`; whatever else has its name stays."""
    remove_moved_sqlite(path, token)
