"""Run a job worker until it is told to stop (Ctrl-C or SIGTERM).

`freiblatt serve` runs one by itself. With PostgreSQL, run more of them here or on other machines.
"""

import argparse

from freiblatt.cli.start import ConsoleError, set_up_django
from freiblatt.config import Config, ConfigurationError, current
from freiblatt.lib.presence import PresenceError, at_work


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what this worker does, and how much of it at once."""
    parser.add_argument("--queue", action="append", metavar="NAME", help="only this queue; may be given several times")
    parser.add_argument("--threads", type=int, default=2, help="jobs at once, beside urgent ones (default: 2)")
    parser.add_argument(
        "--parent", type=int, metavar="PID", help="stop when the process PID, which started this one, has ended"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the worker; return its status: 0 stopped, 75 start it again."""
    if not 1 <= arguments.threads <= 64:
        raise ConfigurationError(f"--threads: seen {arguments.threads}, expected 1 to 64.")
    current().make_directories()
    try:
        # From before the look at the release: what an upgrade changes meanwhile would not be seen.
        with at_work(current()):
            _refuse_other_release(current())
            set_up_django()
            from freiblatt.jobs.worker import QueueError, main

            try:
                return main(arguments.queue, arguments.threads, parent=arguments.parent)
            except QueueError as error:
                raise ConfigurationError(f"--{error}") from error
    except PresenceError as error:
        raise ConsoleError(str(error)) from error


def _refuse_other_release(config: Config) -> None:
    """Raise ConsoleError where the database is of another release. One that is away is waited for by the worker."""
    from freiblatt.pagestore import database
    from freiblatt.upkeep.actions import upgrade_note
    from freiblatt.upkeep.actions.moving import take_into_use

    try:
        database.check(config)
        upgrade_note.forget(config)
        take_into_use(config)
    except database.DatabaseUnavailableError:
        return
    except database.OtherReleaseError as error:
        raise ConsoleError(f"database: {error}. {error.advice}") from error
