"""The `django_tasks` backend."""

from django_tasks_db import DatabaseBackend


class JobBackend(DatabaseBackend):
    """The database store of `django_tasks_db`, with our leases."""
