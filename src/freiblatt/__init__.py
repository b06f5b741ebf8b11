"""Freiblatt: self-hosted publishing for small, reader-funded investigative newsrooms.

Each folder in here is a room with the same file names inside; `docs/developer/house.md` is the plan.
"""

__version__ = "0.1.0"
