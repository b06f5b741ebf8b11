"""An upgrade in three steps that can be given again: a backup, the database, a look at the result."""

import contextlib
import os
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from freiblatt import __version__
from freiblatt.config import SET_ASIDE_PREFIX, Config
from freiblatt.pagestore import database
from freiblatt.upkeep import schema
from freiblatt.upkeep.actions import upgrade_note
from freiblatt.upkeep.actions.alone import quite_alone, said_as
from freiblatt.upkeep.actions.backing_up import BackupError, back_up, make_ready
from freiblatt.upkeep.actions.upgrade_note import Note

Say = Callable[[str], object]

#: Which release the publication was last brought to.
RELEASE_NAME = "release"
#: Where the backup goes when nothing else is said.
DIRECTORY_NAME = "backups"


class UpgradeError(Exception):
    """The upgrade did not begin or did not end; the message says what to do."""


@dataclass(frozen=True)
class Plan:
    """What an upgrade goes back to."""

    backup: Path | None
    """None where there was nothing to change in the database."""
    release: str
    """The release before, or nothing where it is not known."""


@contextlib.contextmanager
def upgrading(*, config: Config, target: Path | None = None, say: Say = lambda line: None) -> Iterator[Plan]:
    """Keep the program from starting, back the publication up, and give the plan; the caller changes the database.

    An interrupted upgrade to this release that is given again keeps its first backup, the one of before, unless the
    publication was served since. `target` names another file for the backup. Raises UpgradeError, also for what fails
    inside.
    """
    config.make_directories()
    plan = Plan(None, recorded_release(config))
    try:
        with said_as(UpgradeError), quite_alone(config):
            is_behind = _is_behind(config)
            if noted := upgrade_note.read(config):
                plan = Plan(noted.backup, noted.release)
            elif is_behind or target is not None:
                plan = _begin(config, target, plan.release, say)
            yield plan
            upgrade_note.forget(config)
    except BackupError as error:
        raise UpgradeError(f"No backup could be made, so nothing was changed. {error}") from error


def way_back(config: Config, plan: Plan) -> list[str]:
    """Return the commands that bring the publication back to where it was, line by line."""
    if plan.backup is None:
        return []
    wanted = f"freiblatt=={plan.release}" if plan.release not in ("", __version__) else "the release you had before"
    aside, backup = _set_aside(config, plan.backup, is_mount=_is_mount_point(config.directory))
    restore = f"freiblatt restore {shlex.quote(str(backup))} {shlex.quote(str(config.directory))}"
    if plan.backup.suffix == ".age":
        restore += " --identity KEYFILE"
    notes = []
    if config.sqlite_path is None:
        restore += " --database-url -"
        notes = [
            "     and, when it asks, postgresql://USER:PASSWORD@HOST:PORT/NEW with an empty database: createdb NEW.",
            "     The present one cannot be used again.",
        ]
    steps = ["stop the program", f"install {wanted}, with its own constraints.txt", *aside, restore]
    lines = [f"  {number}. {step}" for number, step in enumerate(steps, start=1)]
    return ["The way back, if you need it:", *lines, *notes, f"  {len(steps) + 1}. start the program"]


def _set_aside(config: Config, backup: Path, *, is_mount: bool) -> tuple[list[str], Path]:
    """Return the commands that move the upgraded publication out of the way, and where the backup lies afterwards.

    A mount point, such as a container's volume, stays where it is; what is in it goes into a folder of a name that a
    restore leaves alone. A database outside of the directory has to go as well.
    """
    directory = config.directory
    if is_mount:
        aside = directory / f"{SET_ASIDE_PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        commands = [
            f"mkdir {shlex.quote(str(aside))}",
            f"find {shlex.quote(str(directory))} -mindepth 1 -maxdepth 1 "
            f"! -name '{SET_ASIDE_PREFIX}*' ! -name lost+found -exec mv -t {shlex.quote(str(aside))} {{}} +",
        ]
    else:
        aside = Path(f"{directory}.upgraded")
        commands = [f"mv {shlex.quote(str(directory))} {shlex.quote(str(aside))}"]
    database_file = config.sqlite_path
    if database_file is not None and not database_file.is_relative_to(directory):
        place = database_file.parent / f"upgraded-{database_file.name}"
        commands.append(
            f"mkdir {shlex.quote(str(place))} && mv {shlex.quote(str(database_file))}* {shlex.quote(str(place))}"
        )
    return commands, aside / backup.relative_to(directory) if backup.is_relative_to(directory) else backup


def _is_mount_point(directory: Path) -> bool:
    """Return whether the directory cannot be moved, since a file system is mounted there."""
    if os.path.ismount(directory):
        return True
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    # Also those of a directory on the same device (proc(5); a space is written as \040).
    return str(directory).replace(" ", "\\040") in [line.split()[4] for line in mounts]


def migrate() -> None:
    """Bring the database of this process's publication to this release. Django runs."""
    schema.migrate_here()


def recorded_release(config: Config) -> str:
    """Return which release the publication was last brought to, or nothing."""
    try:
        return (config.var / RELEASE_NAME).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def record_release(config: Config) -> None:
    """Remember that the publication is at this release."""
    with contextlib.suppress(OSError):
        (config.var / RELEASE_NAME).write_text(f"{__version__}\n", "utf-8")


def note_upgrade(plan: Plan) -> None:
    """Write into the log that owners read that the publication was brought to this release. Django runs."""
    from freiblatt.upkeep import log

    if plan.backup is not None or plan.release not in ("", __version__):
        log.note("upgrade", before=plan.release, after=__version__, backup=plan.backup.name if plan.backup else "")


def faults() -> list[str]:
    """Return what is wrong with the publication now, as far as can be seen without serving it. Django runs."""
    from django.core import checks
    from django.core.management.base import SystemCheckError
    from django.utils import translation

    from freiblatt.lib import findings
    from freiblatt.upkeep.checks import ESSENTIAL

    found = []
    try:
        found += [str(error.msg) for error in checks.run_checks() if error.level >= checks.ERROR]
    except SystemCheckError as error:
        found.append(str(error))
    with translation.override("en"):  # as the console speaks
        found += [f"{one.says} {one.do}" for one in findings.gather(ESSENTIAL) if one.level == "problem"]
    if fault := _fault_of_front_page():
        found.append(fault)
    return found


def remarks() -> list[str]:
    """Return what is wrong with the installation besides, which no upgrade made and none mends. Django runs."""
    from django.utils import translation

    from freiblatt.lib import findings
    from freiblatt.upkeep.checks import REMARKED

    with translation.override("en"):
        return [f"{one.says} {one.do}" for one in findings.gather(REMARKED) if one.level == "problem"]


def _fault_of_front_page() -> str:
    """Return what is wrong with the front page as Django builds it, or nothing."""
    from django.conf import settings
    from django.test import Client

    host = settings.WAGTAILADMIN_BASE_URL.partition("://")[2]
    is_https = settings.WAGTAILADMIN_BASE_URL.startswith("https://")
    try:
        answer = Client(HTTP_HOST=host).get("/", secure=is_https)
    except Exception as error:  # whatever a page can raise is what we look for
        return f"The front page cannot be built: {type(error).__name__}: {' '.join(str(error).split())}"
    if answer.status_code != 200:
        return f"The front page answers with status {answer.status_code}."
    return ""


def _is_behind(config: Config) -> bool:
    """Return whether migrations of this release are missing. Raises DatabaseAheadError where others are there."""
    try:
        database.check(config)
    except database.DatabaseBehindError:
        return True
    return False


def _begin(config: Config, target: Path | None, release: str, say: Say) -> Plan:
    moment = datetime.now(UTC)
    if target is None:
        directory = config.backups or config.directory / DIRECTORY_NAME
        make_ready(config, directory)
        ending = ".tar.age" if config.backup_age_recipient else ".tar"
        target = directory / f"before-{__version__}-{moment:%Y%m%dT%H%M%SZ}{ending}"
    say(f"Backing up to {target} …")
    made = back_up(config=config, target=target, recipient=config.backup_age_recipient)
    upgrade_note.write(config, Note(made.path, release))
    return Plan(made.path, release)
