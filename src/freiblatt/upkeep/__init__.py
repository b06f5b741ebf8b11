"""The safety net of one installation: backup and restore, moving between databases, upgrade, the doctor's checks.

A *backup* is one file with everything that cannot be made again; its *manifest* says what it is, its *sums* prove that
it is whole; *reading back* is what is done to every backup before it gets its name. The room looks at all others from
above and adds nothing to readers' pages. Modules here import Django inside functions where a publication may not exist
yet.
"""
