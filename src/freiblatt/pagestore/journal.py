"""The journal of marked keys, read without Django: after a crash it says what somebody meant to mark stale."""

import logging
import threading

from freiblatt.config import Config
from freiblatt.pagestore import marking
from freiblatt.pagestore.database import DatabaseUnavailableError, connected

logger = logging.getLogger(__name__)

TABLE = "pagestore_stalemark"
#: A row this old at the second look belongs to nobody who lives: its writer takes milliseconds from commit to removal.
SWEEP_SECONDS = 1.0


def rows(config: Config) -> dict[int, list[str]]:
    """Return the keys of each row of the journal; {} where the table does not exist yet.

    Raises DatabaseUnavailableError.
    """
    with connected(config) as connection:
        cursor = connection.cursor()
        try:
            cursor.execute(f"SELECT id, keys FROM {TABLE} ORDER BY id")  # noqa: S608 (a constant)
        except Exception as error:
            if TABLE in str(error):
                return {}
            raise
        return {number: keys.split("\n") for number, keys in cursor.fetchall()}


def forget(config: Config, numbers: list[int]) -> None:
    """Remove rows that have been carried out."""
    mark = "?" if config.sqlite_path is not None else "%s"
    with connected(config) as connection:
        cursor = connection.cursor()
        cursor.executemany(f"DELETE FROM {TABLE} WHERE id = {mark}", [(number,) for number in numbers])  # noqa: S608


def replay(config: Config) -> dict[int, list[str]]:
    """Carry out, on this machine, every row that is there, before the first answer; return the rows for the sweep.

    Where the database cannot be asked, finished pages are served nevertheless: readers are better off with them than
    with nothing, and the sweep carries the rows out as soon as the database is back. Other machines are told by the
    sweep too: a start waits for nobody.
    """
    try:
        found = rows(config)
    except DatabaseUnavailableError as error:
        logger.warning("The journal of the page store cannot be read yet: %s", error)
        return {}
    if found:
        marking.carry_out_here({key for keys in found.values() for key in keys})
        logger.info("Carried out %d marks that a stopped process had left.", len(found))
    return found


class Sweep(threading.Thread):
    """Carries out the rows that a killed process left behind, tells other machines of them, and removes them."""

    def __init__(self, config: Config, replayed: dict[int, list[str]]) -> None:
        """`replayed`: the rows that this process has carried out already; others have still to be told of them."""
        super().__init__(name="journal", daemon=True)
        self.config = config
        self.seen = set(replayed)
        self.done_here = set(replayed)
        self.stopped = threading.Event()

    def run(self) -> None:
        while True:
            try:
                self._look()
            except DatabaseUnavailableError as error:
                logger.warning("The journal of the page store cannot be read: %s", error)
            except marking.OthersNotReachedError as error:
                logger.warning("Other machines do not hear of changes: %s", error)
            except OSError as error:
                # A full disk, a lock that cannot be opened: it may be well again, and nobody else tries.
                logger.error("Changes in the journal of the page store could not be carried out: %s", error)
            if self.stopped.wait(SWEEP_SECONDS):
                return

    def _look(self) -> None:
        found = rows(self.config)
        left = {number: keys for number, keys in found.items() if number in self.seen}
        # Before anything can fail: while others cannot be reached, rows that come later count here all the same.
        self.seen = set(found)
        here = {key for number, keys in left.items() if number not in self.done_here for key in keys}
        if here:
            marking.carry_out_here(here)
        self.done_here = set(left)
        if left:
            marking.tell_others({key for keys in left.values() for key in keys})
            forget(self.config, list(left))
