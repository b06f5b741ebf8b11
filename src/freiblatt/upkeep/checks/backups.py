"""Backups: whether there are any, how old the newest is, and whether it survives this disk."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freiblatt.config import Config, current
from freiblatt.lib.findings import Finding
from freiblatt.upkeep import keeping, records, sealing
from freiblatt.upkeep.actions.backing_up import names_elsewhere
from freiblatt.upkeep.actions.nightly import OLDEST

#: Without a schedule, a backup made by hand is expected this often.
BY_HAND = timedelta(days=8)


def backups() -> Iterator[Finding]:
    """Look at backups."""
    config, now = current(), datetime.now(UTC)
    record = records.read(config)
    # What says that it is of the future tells nothing of its age, and silences nothing.
    made_at = None if record.made_at and keeping.is_ahead(record.made_at) else record.made_at
    if config.backup_age_recipient:
        try:
            sealing.recipient(config.backup_age_recipient)
        except sealing.KeyFileError as error:
            yield Finding(
                "backup_key",
                "problem",
                _("Backups cannot be encrypted: backup_age_recipient: %(reason)s") % {"reason": error},
                _("Write the public key that age-keygen printed."),
            )
    if elsewhere := names_elsewhere(config):
        yield Finding(
            "backup_elsewhere",
            "warning",
            _("No backup holds %(files)s: the configuration names it, and it lies elsewhere or is gone.")
            % {"files": ", ".join(elsewhere)},
            _("Keep a copy of it where you keep the backups, or lay it into the publication’s directory."),
        )
    if record.failed_at and (made_at is None or record.failed_at > made_at):
        yield Finding(
            "backup_failed",
            "problem",
            _("The last backup (%(moment)s) failed: %(reason)s")
            % {"moment": _moment(record.failed_at), "reason": record.reason},
            _("Mend what it names, then give: freiblatt backup FILE"),
        )
    if config.backups is None:
        yield from _by_hand(made_at, now)
    else:
        yield from _nightly(config, now)


def _by_hand(made_at: datetime | None, now: datetime) -> Iterator[Finding]:
    says = _("No backups are made by themselves.")
    if made_at is not None and now - made_at < BY_HAND:
        says = _("No backups are made by themselves; the last one by hand is of %(moment)s.") % {
            "moment": _moment(made_at)
        }
    yield Finding(
        "backup_schedule", "warning", says, _("Set backup_directory in freiblatt.toml (docs/operator/backup.md).")
    )


def _nightly(config: Config, now: datetime) -> Iterator[Finding]:
    directory = config.backups
    if directory is None:
        return
    is_inside = directory.is_relative_to(config.directory)
    if not directory.is_dir() or not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "backup_directory",
            "warning" if is_inside and not directory.exists() else "problem",
            _("%(directory)s is no directory that this user may write.") % {"directory": directory},
            _("Mount its disk, or give: mkdir -m 700 %(directory)s") % {"directory": directory},
        )
        return
    if undated := keeping.undated(config):
        yield Finding(
            "backup_clock",
            "problem",
            ngettext(
                "%(count)d backup is dated in the future (%(name)s): the clock was wrong when it was made, or is now.",
                "%(count)d backups are dated in the future (%(name)s …): the clock was wrong when they were made, or "
                "is now.",
                len(undated),
            )
            % {"count": len(undated), "name": undated[0].path.name},
            _("Set the clock right, then move them to another directory. They are neither counted nor removed."),
        )
    found = keeping.stored(config)
    if not found:
        yield Finding(
            "backup_age",
            "warning",
            _("There is no backup in %(directory)s yet.") % {"directory": directory},
            _("Wait for the first night (%(at)s) with the job worker running, or give: freiblatt backup FILE")
            % {"at": config.backup_at},
        )
    elif now - found[0].made_at > OLDEST:
        yield Finding(
            "backup_age",
            "problem",
            _("The newest backup is of %(moment)s.") % {"moment": _moment(found[0].made_at)},
            _("See whether the job worker runs and what it says in the log; then give: freiblatt backup FILE"),
        )
    else:
        yield Finding(
            "backup_age",
            "ok",
            _("The newest of %(count)d backups is of %(moment)s; it was read back when it was made.")
            % {"count": len(found), "moment": _moment(found[0].made_at)},
        )
    if directory.stat().st_dev == config.directory.stat().st_dev:
        yield Finding(
            "backup_disk",
            "warning",
            _("Backups lie on the same disk as the publication: who loses one loses both."),
            _("Let backup_directory lie on another disk or another machine’s, or copy it there every day."),
        )


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
