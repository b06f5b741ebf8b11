"""The backup of every night: made, kept by rule, and told when it is not there."""

import logging
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, transaction
from django.utils import translation
from django_tasks import task

from freiblatt.config import Config, current
from freiblatt.jobs.policies import policy
from freiblatt.letters.actions import LetterError, post_letter
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from freiblatt.upkeep import keeping, log, records
from freiblatt.upkeep.actions.backing_up import BackupError, back_up, make_ready
from freiblatt.upkeep.sentences import SentenceError

logger = logging.getLogger(__name__)

#: A night and what a backup may take. Older than this, one is missing.
OLDEST = timedelta(hours=36)
#: Name of the due times.
SCHEDULE = "nightly backup"


@policy(attempts=3, first_wait_seconds=900, growth=2, limit_seconds=12 * 3600)
@task(queue_name="bulk")
def back_up_nightly() -> dict[str, object]:
    """Make a backup in `backup_directory` and remove those that `backup_keep` does not keep.

    Nothing is removed unless the new one is there and was read back. Where it fails, owners are told, the log has it,
    and the job is tried again. Returns what was made and how many were removed; nothing where no directory is
    configured.
    """
    config = current()
    if config.backups is None:
        return {}
    made_at = datetime.now(UTC)
    try:
        make_ready(config, config.backups)
        made = back_up(
            config=config,
            target=config.backups / keeping.file_name(config, made_at),
            recipient=config.backup_age_recipient,
        )
    except (BackupError, OSError) as error:
        reason = str(error)
        records.note_failure(config, failed_at=made_at, reason=reason)
        logger.error("The nightly backup failed: %s", reason)
        log.note("backup_failed", reason=reason)
        tell_owners(kind="upkeep_backup_failed", day=made_at, reason=error)
        raise
    for name in made.elsewhere:
        logger.warning("Not in the backup, because it lies elsewhere: %s", name)
    removed = _remove_superfluous(config)
    logger.info("Backup %s: %d files, %d bytes; %d older ones removed.", made.path, made.n_files, made.size, removed)
    return {"file": made.path.name, "bytes": made.size, "removed": removed}


def _remove_superfluous(config: Config) -> int:
    """Return how many backups were removed that the rule does not keep. One that cannot be removed is left and told."""
    removed = 0
    for one in keeping.superfluous(config):
        try:
            one.path.unlink(missing_ok=True)
            removed += 1
        except OSError as error:
            logger.warning("%s could not be removed: %s", one.path, error)
    return removed


@task(queue_name="default")
def watch_backups() -> str:
    """Tell owners once a day when the newest nightly backup is older than a day and a half; return its age in words."""
    config = current()
    if config.backups is None:
        return "none wanted"
    now = datetime.now(UTC)
    newest = newest_backup(config)
    if newest is not None and now - newest < OLDEST:
        return "young enough"
    if newest is None and now - _wanted_since(config) < OLDEST:
        return "the first is still to come"
    logger.error("The newest backup is of %s.", newest.isoformat() if newest else "never")
    tell_owners(kind="upkeep_backup_missing", day=now, newest=newest)
    return "too old"


def newest_backup(config: Config) -> datetime | None:
    """Return when the newest nightly backup that lies in its directory was made, or None."""
    try:
        found = keeping.stored(config)
    except OSError:
        return None
    return found[0].made_at if found else None


def tell_owners(*, kind: str, day: datetime, **context: object) -> int:
    """Return to how many owners a letter was written; one a day of each kind.

    Where none can be written, the log has it: mail about a broken disk may be broken by the disk.
    """
    count = 0
    owners = StaffMember.objects.filter(is_active=True, groups__name=Role.OWNER) | StaffMember.objects.filter(
        is_active=True, is_superuser=True
    )
    try:
        with transaction.atomic():
            for owner in owners.distinct():
                language = _language_of(owner)
                post_letter(
                    to=owner.email,
                    template=f"upkeep/letters/{kind.removeprefix('upkeep_')}",
                    context={**_told(context, language), "publication_url": current().url},
                    language=language,
                    kind=kind,
                    dedupe_key=f"{kind}:{day.date().isoformat()}:{owner.pk}",
                    is_urgent=True,
                )
                count += 1
    except (DatabaseError, LetterError):
        logger.exception("No letter about it could be written.")
    return count


def _told(context: dict[str, object], language: str) -> dict[str, object]:
    """Return the context with its errors as sentences in this language."""
    with translation.override(language):
        return {name: value.told() if isinstance(value, SentenceError) else value for name, value in context.items()}


def _wanted_since(config: Config) -> datetime:
    """Return since when backups have been configured: as far as can be seen, since the file was changed."""
    return datetime.fromtimestamp((config.directory / "freiblatt.toml").stat().st_mtime, UTC)


def _language_of(owner: StaffMember) -> str:
    profile = getattr(owner, "wagtail_userprofile", None)
    return profile.get_preferred_language() if profile else current().language
