"""The `django_tasks` backend: its database store, plus our row beside each job."""

from typing import Any

from asgiref.sync import sync_to_async
from django_tasks.utils import normalize_json
from django_tasks_db import DatabaseBackend


class JobBackend(DatabaseBackend):
    """The database store of `django_tasks_db`, with our leases.

    A job that is enqueued inside a transaction exists when the transaction commits, and not otherwise.
    """

    def _task_to_db_task(self, task: Any, args: Any, kwargs: Any) -> Any:
        # Imported late: wagtail's modules declare tasks, and so make this backend, before models are loaded.
        from freiblatt.jobs.actions import add_job

        return add_job(
            task_path=task.module_path,
            queue=task.queue_name,
            priority=task.priority,
            due=task.run_after,
            args=normalize_json(list(args)),
            kwargs=normalize_json(kwargs),
        )

    async def _atask_to_db_task(self, task: Any, args: Any, kwargs: Any) -> Any:
        return await sync_to_async(self._task_to_db_task)(task, args, kwargs)
