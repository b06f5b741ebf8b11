"""The tables of a database, made by a process of its own: `python -m freiblatt.upkeep.schema migrate|finish`.

The calling process may have Django running on another database, or not at all. The child works on the database that
`FREIBLATT_DATABASE_URL` names. `migrate STATE` stops at the migrations that the JSON file STATE lists.
"""

import contextlib
import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from freiblatt.config import DIRECTORY_VARIABLE, PREFIX, Config
from freiblatt.upkeep.dumps import DumpError


def migrate(config: Config, url: str, *, state: Path | None = None) -> None:
    """Make the tables of this release, or those of the migrations listed in `state`, in another database.

    Raises DumpError with what the child said.
    """
    _run(config, url, "migrate", *([str(state)] if state else []))


def finish_move(config: Config, url: str, *, before: str, after: str) -> None:
    """Make the search index of another database anew, and note in its log where it came from.

    `before` and `after` are kinds of databases. Raises DumpError with what the child said.
    """
    _run(config, url, "finish", before, after)


def _run(config: Config, url: str, *words: str) -> None:
    environment = {
        **os.environ,
        DIRECTORY_VARIABLE: str(config.directory),
        f"{PREFIX}DATABASE_URL": url,
        f"{PREFIX}LOG_LEVEL": "error",
        "DJANGO_SETTINGS_MODULE": "freiblatt.settings",
    }
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", "freiblatt.upkeep.schema", *words],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise DumpError(f"The tables could not be made: {' '.join(done.stderr.strip().splitlines()[-2:])}")


def leaves(applied: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the last of the applied migrations of each app, which bring all the others with them."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection, ignore_no_migrations=True)
    known = {node for node in applied if node in loader.graph.nodes}
    parents = {
        parent.key for node in known for parent in loader.graph.node_map[node].parents if parent.key[0] == node[0]
    }
    return sorted(known - parents)


def migrate_here() -> None:
    """Bring the database of this process's publication to this release, with Django running."""
    from django.core.management import call_command

    with _rare_collections():
        call_command("migrate", verbosity=0, interactive=False)


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for unreachable objects a tenth as often.

    Migrations build the models of every step, ten thousand classes that point at one another, and looking through them
    again and again is a third of the time; a hundred megabytes more memory for half a minute is cheaper.
    """
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _migrate(state: Path | None) -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    if state is None:
        migrate_here()
        return
    applied = [(app, name) for app, name in json.loads(state.read_text("utf-8"))]
    with _rare_collections():
        MigrationExecutor(connection).migrate(leaves(applied))


def _finish(before: str, after: str) -> None:
    from django.core.management import call_command

    from freiblatt.upkeep import log

    call_command("update_index", verbosity=0)
    log.note("move", before=before, after=after)


def main(arguments: list[str]) -> None:
    """Do what the words say."""
    import django

    django.setup()
    if arguments[0] == "finish":
        _finish(*arguments[1:])
    else:
        _migrate(Path(arguments[1]) if arguments[1:] else None)


if __name__ == "__main__":
    main(sys.argv[1:])
