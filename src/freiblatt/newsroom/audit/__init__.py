"""The log of what staff did: Wagtail's own entries, completed by ours, and the report that owners read.

Every room writes with `wagtail.log_actions.log` and registers its actions with Wagtail's hook `register_log_actions`.
What concerns no single thing (a backup) is written about the publication, by `log_about_publication`. A room whose
things are set rather than written (settings, menus, slots) lets them be watched: `watch` notes which field was changed,
from what to what, whichever way the change came.
"""

from freiblatt.newsroom.audit.watching import watch, watch_deletion
from freiblatt.newsroom.audit.writing import log_about_publication

__all__ = ["log_about_publication", "watch", "watch_deletion"]
