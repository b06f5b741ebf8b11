"""What the doctor looks at that belongs to no other room: the machine, the database, backups, the web, libraries.

Each module has functions that return findings; `register` gives them their names. Rooms register their own checks.
"""

from freiblatt.lib import findings
from freiblatt.upkeep.checks import backups, database, dependencies, machine, media, web

#: What an upgrade looks at when it is done: what has to be well after it, and what it only tells.
ESSENTIAL, REMARKED = ("database",), ("configuration", "permissions", "disk")


def register() -> None:
    """Register our checks with the doctor."""
    findings.register("configuration", machine.configuration)
    findings.register("permissions", machine.permissions)
    findings.register("disk", machine.disk)
    findings.register("time", machine.clock)
    findings.register("database", database.database)
    findings.register("backups", backups.backups)
    findings.register("media", media.media)
    findings.register("server", web.server)
    findings.register("tls", web.tls, asks_outside=True)
    findings.register("dependencies", dependencies.dependencies, asks_outside=True)
