"""The machine: configuration, who may read what, room on the disks, the clock."""

import ctypes
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from freiblatt.config import FILE_NAME, SECRET_NAME, Config, current
from freiblatt.lib.findings import Finding, Level

#: Below the first nothing can be uploaded soon, below the second the database is in danger.
LITTLE_BYTES, VERY_LITTLE_BYTES = 2 * 1024**3, 300 * 1024**2
LITTLE_SHARE = 0.05
#: Clocks that differ by more than this put letters and due times in the wrong order.
CLOCK_SECONDS = 5.0
#: State that `adjtimex` (Linux) returns for a clock that nobody sets.
TIME_ERROR = 5

READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def configuration() -> Iterator[Finding]:
    """Look at what freiblatt.toml says about the outside world."""
    config = current()
    yield Finding("configuration", "ok", _("%(file)s is complete.") % {"file": config.directory / FILE_NAME})
    host = config.url.partition("://")[2]
    if not config.is_https and not host.startswith(("127.", "localhost", "[::1]")):
        yield Finding(
            "url",
            "problem",
            _("Readers come to %(url)s without encryption.") % {"url": config.url},
            _("Put a proxy with a certificate in front (docs/operator/running.md) and write https:// in url."),
        )
    if config.is_https and not config.trusted_proxies:
        yield Finding(
            "trusted_proxies",
            "warning",
            _("url begins with https://, but no proxy is named whose word counts."),
            _("Name the proxy that ends https in trusted_proxies (docs/operator/configuration.md)."),
        )


def permissions() -> Iterator[Finding]:
    """Look at who may read secrets, and whether we may write where we have to."""
    config = current()
    private = [config.directory / SECRET_NAME, config.directory / FILE_NAME, config.sqlite_path]
    open_ones = [path for path in private if path is not None and path.exists() and _mode(path) & READABLE_BY_OTHERS]
    if open_ones:
        names = " ".join(str(path) for path in open_ones)
        yield Finding(
            "permissions_secrets",
            "problem",
            _("Other users of this machine may read or write: %(names)s.") % {"names": names},
            _("Give: chmod 600 %(names)s") % {"names": names},
        )
    if config.originals.is_dir() and _mode(config.originals) & stat.S_IRWXO:
        yield Finding(
            "permissions_originals",
            "problem",
            _("Every user of this machine may look into %(directory)s, where uploaded originals lie.")
            % {"directory": config.originals},
            _("Give: chmod o-rwx %(directory)s") % {"directory": config.originals},
        )
    for directory in (config.directory, config.media, config.originals, config.var):
        if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
            yield Finding(
                "permissions_writable",
                "problem",
                _("This user (number %(user)d) may not write in %(directory)s.")
                % {"user": os.getuid(), "directory": directory},
                _("Give: chown -R to the user that runs the program, or run the doctor as that user."),
            )
    if os.getuid() == 0:
        yield Finding(
            "permissions_user",
            "warning",
            _("The doctor runs as root; if the program does too, one mistake in it reaches the whole machine."),
            _("Run the program as a user of its own (docs/operator/install.md), and the doctor as that user."),
        )
    if not open_ones:
        yield Finding("permissions", "ok", _("Secrets are readable by their user alone."))


def disk() -> Iterator[Finding]:
    """Look at the room on every disk that is written to."""
    config = current()
    seen: set[int] = set()
    for directory in (config.directory, config.media, config.originals, config.backups, config.sqlite_path):
        place = _existing(directory)
        if place is None or place.stat().st_dev in seen:
            continue
        seen.add(place.stat().st_dev)
        facts = os.statvfs(place)
        free, share = shutil.disk_usage(place).free, facts.f_bavail / max(facts.f_blocks, 1)
        told = {"directory": place, "free": f"{free / 1e9:.1f}", "share": f"{share:.0%}"}
        level: Level = "ok"
        if free < VERY_LITTLE_BYTES:
            level = "problem"
        elif free < LITTLE_BYTES or share < LITTLE_SHARE:
            level = "warning"
        yield Finding(
            "disk_space",
            level,
            _("%(free)s GB (%(share)s) are free on the disk of %(directory)s.") % told,
            "" if level == "ok" else _("Make room or get a larger disk. What lies in var/pages may be deleted."),
        )
        if facts.f_files and facts.f_favail < 10_000:
            yield Finding(
                "disk_files",
                "problem",
                _("Only %(count)d more files fit on the disk of %(directory)s.")
                % {"count": facts.f_favail, "directory": place},
                _("Remove files there, or move the publication to a file system with more inodes."),
            )


def clock() -> Iterator[Finding]:
    """Compare the machine's clock with whatever can be asked without a network."""
    config = current()
    found = [
        *_differences(_("the disk of %(directory)s") % {"directory": config.var}, _file_clock(config)),
        *(_differences(_("the database"), _database_clock()) if connection.vendor == "postgresql" else ()),
    ]
    yield from found
    is_set = _is_clock_set()
    if is_set is False:
        yield Finding(
            "time_source",
            "warning",
            _("Nothing sets this machine’s clock; it will drift."),
            _("Give: timedatectl set-ntp true (or install chrony)."),
        )
    elif not found:
        yield Finding("time", "ok", _("The clock is right as far as can be told from here."))


def _differences(what: str, seconds: float) -> Iterator[Finding]:
    if abs(seconds) > CLOCK_SECONDS:
        yield Finding(
            "time_differs",
            "warning",
            _("The clock of %(what)s differs from this machine’s by %(seconds).0f seconds.")
            % {"what": what, "seconds": seconds},
            _("Let the same time service set both clocks."),
        )


def _file_clock(config: Config) -> float:
    with tempfile.NamedTemporaryFile(dir=config.var) as file:
        return os.stat(file.name).st_mtime - time.time()


def _database_clock() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return float(cursor.fetchone()[0]) - time.time()


def _is_clock_set() -> bool | None:
    """Return whether somebody sets the clock, or None where the system does not tell."""
    try:
        # `modes` 0 asks and changes nothing; the structure has some 200 bytes.
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(1024))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != TIME_ERROR


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _existing(path: Path | None) -> Path | None:
    """Return `path` or the next directory above it that exists."""
    while path is not None and not path.exists():
        if path == path.parent:
            return None
        path = path.parent
    return path
