"""The editor's side: the page about backups, and how the log of what staff did names what operators did."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry, LogFormatter

from freiblatt.upkeep import desk_backups  # noqa: F401 (registers its hooks)

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Deed(LogFormatter):
    """An entry whose sentence is filled from what was noted."""

    label: str | Promise = ""
    message: str | Promise = ""
    fields: tuple[str, ...] = ()

    def format_message(self, log_entry: Any) -> str:
        """Return the sentence; a field that an older entry has not is a dash."""
        found = {name: log_entry.data.get(name) or "–" for name in self.fields}
        return str(self.message) % {name: DATABASES.get(str(value), value) for name, value in found.items()}


class BackedUp(Deed):
    label = _("Back up")
    message = _("Backup %(file)s made")
    fields = ("file",)


class BackupFailed(Deed):
    label = _("Backup failed")
    message = _("The nightly backup failed: %(reason)s")
    fields = ("reason",)


class Restored(Deed):
    label = _("Restore")
    message = _("Restored from the backup of %(made_at)s (UTC)")
    fields = ("made_at",)


class Upgraded(Deed):
    label = _("Upgrade")
    message = _("Upgraded from release %(before)s to %(after)s")
    fields = ("before", "after")


class Moved(Deed):
    label = _("Move the database")
    message = _("Database moved from %(before)s to %(after)s")
    fields = ("before", "after")


@hooks.register("register_log_actions")
def name_log_actions(actions: LogActionRegistry) -> None:
    """Let the log name what operators did."""
    for action, entry in (
        ("upkeep.backup", BackedUp),
        ("upkeep.backup_failed", BackupFailed),
        ("upkeep.restore", Restored),
        ("upkeep.upgrade", Upgraded),
        ("upkeep.move", Moved),
    ):
        actions.register_action(action)(entry)
