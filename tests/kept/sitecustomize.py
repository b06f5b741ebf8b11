"""Let processes that tests start fill an empty database from the kept one, instead of taking every step anew.

Python imports a module of this name at its start, where this folder stands on PYTHONPATH. All of Wagtail's steps from
its first release to ours are half a minute of work; what comes out is the same every time, and `tests/conftest.py`
keeps it under a hash of all migrations. A database that is not empty, one of another main language, and one that stops
at an older state take their steps as ever. `tests/cli/test_init.py` and the wheel are tried without this.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

EXECUTOR = "django.db.migrations.executor"
#: Names the kept database, without the ending that tells which kind it is.
VARIABLE = "KEPT_DATABASE"
#: Ends the name of PostgreSQL's as its steps made it, before the program said what else belongs in there.
STEPS = ".steps.dump"


class _Finder(importlib.abc.MetaPathFinder):
    """Changes the module that applies migrations as soon as somebody needs it; nobody else pays."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != EXECUTOR:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                _change(module.MigrationExecutor)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _change(executor_class: Any) -> None:
    step_by_step = executor_class._migrate_all_forwards

    def forwards(executor: Any, state: Any, plan: list, full_plan: list, fake: bool, fake_initial: bool) -> Any:
        is_new = not fake and len(plan) == len(full_plan) and _is_empty(executor.connection)
        if is_new and _fill(executor.connection):
            return executor.loader.project_state()
        reached = step_by_step(executor, state, plan, full_plan, fake=fake, fake_initial=fake_initial)
        if is_new and executor.connection.vendor == "postgresql":
            _keep_steps(executor.connection)
        return reached

    executor_class._migrate_all_forwards = forwards


def _is_empty(connection: Any) -> bool:
    """Return whether nobody has taken a step in this database, which may take all of them now."""
    from django.conf import settings

    if settings.LANGUAGE_CODE != "de" or connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    # A table of our own may stand there, which says whose database it will be.
    own = {table for table in tables if table.startswith("freiblatt_")} if connection.vendor == "postgresql" else set()
    return tables - own <= {"django_migrations"}


def _fill(connection: Any) -> bool:
    """Return whether the empty database now holds what all migrations make of it."""
    kept = os.environ[VARIABLE]
    if connection.vendor == "sqlite":
        return _fill_sqlite(connection, Path(f"{kept}.sqlite3"))
    # Where the tests run on SQLite, the first process that needed PostgreSQL kept what its own steps made.
    return any(_fill_postgres(connection, Path(one)) for one in (f"{kept}.dump", f"{kept}{STEPS}"))


def _fill_sqlite(connection: Any, kept: Path) -> bool:
    import sqlite3

    if not kept.is_file():
        return False
    source = sqlite3.connect(f"file:{kept}?mode=ro", uri=True)
    try:
        source.backup(connection.connection)
    finally:
        source.close()
    return True


def _fill_postgres(connection: Any, kept: Path) -> bool:
    if not kept.is_file() or not (program := _program("pg_restore")):
        return False
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS django_migrations")
    _run(connection, program, "--no-owner", "--exit-on-error", "--single-transaction", str(kept))
    return True


def _keep_steps(connection: Any) -> None:
    """Write down what the steps made, for the next process that needs PostgreSQL."""
    kept = Path(f"{os.environ[VARIABLE]}{STEPS}")
    if not kept.parent.is_dir() or not (program := _program("pg_dump")):
        return
    partial = kept.with_suffix(f".{os.getpid()}")
    _run(connection, program, "-Fc", "--exclude-table=freiblatt_*", "-f", str(partial))
    partial.replace(kept)


def _run(connection: Any, program: Path, *words: str) -> None:
    """Let a program of PostgreSQL's work with the database of this connection."""
    facts = connection.connection.info
    # Not `dsn`: it may name options that came after the program.
    where = f"host={facts.host} port={facts.port} user={facts.user} dbname={facts.dbname}"
    subprocess.run([program, "-d", where, *words], env={**os.environ, "PGPASSWORD": facts.password}, check=True)


def _program(name: str) -> Path | None:
    """Return where this program of PostgreSQL's is."""
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from tests.postgres import PostgresError, programs

    try:
        return programs() / name
    except PostgresError:
        return None


if VARIABLE in os.environ:
    sys.meta_path.insert(0, _Finder())
