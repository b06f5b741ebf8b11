"""The first file of a backup: what it is and which release made it. Nothing in here imports Django."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any

from freiblatt import __version__
from freiblatt.pagestore.database import unknown_migrations
from freiblatt.upkeep.archive import ArchiveError
from freiblatt.upkeep.dumps import POSTGRES_MEMBER, SQLITE_MEMBER

#: Raise when an older program could not restore what this one writes.
FORMAT = 1
MEMBERS = {"sqlite": SQLITE_MEMBER, "postgresql": POSTGRES_MEMBER}


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    release: str
    made_at: datetime
    name: str
    """The publication's name in its configuration."""
    url: str
    database: str
    """`sqlite` or `postgresql`."""
    migrations: list[tuple[str, str]]
    environment: list[str] = field(default_factory=list)
    """Names of variables that were set beside the configuration, and whose values are not in the backup."""
    versions: dict[str, str] = field(default_factory=lambda: versions())
    format: int = FORMAT

    @property
    def database_member(self) -> str:
        return MEMBERS[self.database]

    def written(self) -> bytes:
        """Return it as JSON."""
        return (
            json.dumps(
                {**asdict(self), "program": "freiblatt", "made_at": self.made_at.isoformat()},
                ensure_ascii=False,
                indent=1,
            )
            + "\n"
        ).encode()


def versions() -> dict[str, str]:
    """Return the versions that this program runs with."""
    found = {"python": python_version()}
    for name in ("django", "wagtail"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def read_manifest(content: bytes) -> Manifest:
    """Return the manifest written as JSON. Raises ArchiveError where it is none, or one of a newer release."""
    try:
        told = json.loads(content)
        is_ours = told["program"] == "freiblatt"
        number = int(told["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError("It is no backup of Freiblatt's: its manifest cannot be read.") from error
    if not is_ours:
        raise ArchiveError("It is no backup of Freiblatt's.")
    if number > FORMAT:
        raise ArchiveError(_newer(told.get("release")))
    try:
        manifest = _checked(told)
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"Its manifest cannot be read: {type(error).__name__} {error}.") from error
    if unknown := unknown_migrations(manifest.migrations):
        app, name = min(unknown)
        raise ArchiveError(f"{_newer(manifest.release)} (Its database has {app}.{name}, which this one does not know.)")
    return manifest


def _checked(told: dict[str, Any]) -> Manifest:
    made_at = datetime.fromisoformat(told["made_at"])
    if made_at.tzinfo is None or told["database"] not in MEMBERS:
        raise ValueError("a value that makes no sense")
    return Manifest(
        release=str(told["release"]),
        made_at=made_at,
        name=str(told["name"]),
        url=str(told["url"]),
        database=told["database"],
        migrations=[(str(app), str(name)) for app, name in told["migrations"]],
        environment=[str(name) for name in told["environment"]],
        versions={str(what): str(one) for what, one in told["versions"].items()},
        format=int(told["format"]),
    )


def _newer(release: object) -> str:
    return (
        f"It was made by a newer Freiblatt ({str(release)[:40]}) than this one ({__version__}). "
        "Install that release or a later one and restore again."
    )
