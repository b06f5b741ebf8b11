"""One row of a table, by a statement that is written by hand.

For what is done under a lock, or before every answer: to put together a statement that names forty columns takes Django
several times as long as any database takes to answer it.
"""

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import Model
from django.db.transaction import TransactionManagementError

Found = TypeVar("Found", bound=Model)


def row(kind: type[Found], condition: str, values: Sequence[object], *, is_locked: bool = False) -> Found | None:
    """Return the row of `kind` for which `condition` holds (SQL with %s for each of `values`), whole; None for none.

    `is_locked`: nobody else changes it until the transaction ends. Raises TransactionManagementError where none has
    begun. Of several rows it is any.
    """
    if is_locked and not connection.in_atomic_block:
        raise TransactionManagementError("A row is locked inside a transaction only.")
    statement = f"SELECT * FROM {connection.ops.quote_name(kind._meta.db_table)} WHERE {condition}"  # noqa: S608 (ours)
    if is_locked and connection.features.has_select_for_update:
        statement += f" {connection.ops.for_update_sql()}"
    return next(iter(kind._base_manager.raw(statement, values)), None)
