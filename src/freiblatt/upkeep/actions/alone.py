"""Being alone with a publication: no server, no job worker, on PostgreSQL no other machine."""

import contextlib
import time
from collections.abc import Iterator

from freiblatt.config import Config
from freiblatt.lib.presence import WAIT_SECONDS, PresenceError, nobody_at_work
from freiblatt.pagestore import database
from freiblatt.pagestore.serve import ServeError, alone


class NotAloneError(Exception):
    """Somebody else works on the publication; the message says who and what to do."""


@contextlib.contextmanager
def quite_alone(config: Config) -> Iterator[None]:
    """Keep servers and workers of this directory from starting.

    Raises NotAloneError where one runs, here or on another machine, DatabaseUnavailableError.
    """
    try:
        with alone(config), nobody_at_work(config):
            _refuse_others(config)
            yield
    except (ServeError, PresenceError) as error:
        raise NotAloneError(str(error)) from error


def _refuse_others(config: Config) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while others := database.other_programs(config):
        if time.monotonic() > end:
            raise NotAloneError(
                f"database_url: other programs of Freiblatt's are connected to this database: {'; '.join(others)}. "
                "Stop servers and workers on all machines first."
            )
        time.sleep(0.2)


@contextlib.contextmanager
def said_as(kind: type[Exception]) -> Iterator[None]:
    """Raise what keeps a work on the whole publication from beginning as `kind`, in words for the operator."""
    try:
        yield
    except NotAloneError as error:
        raise kind(
            f"{error} Nothing was changed. Readers get no answer from then on until this is done and the program is "
            "started again."
        ) from error
    except database.OtherReleaseError as error:
        raise kind(f"database: {error}. {error.advice} Nothing was changed.") from error
    except database.DatabaseUnavailableError as error:
        raise kind(f"database_url: {error} Nothing was changed.") from error
