"""What the desk has decided for all threads, as every request needs it."""

import copy

from freiblatt.discussion.models import DiscussionSettings
from freiblatt.discussion.parts import SETTINGS_KEY
from freiblatt.pagestore.actions import remembered


def current_settings() -> DiscussionSettings:
    """Return the settings of the discussion; asked for anew after the desk has changed them, or in a transaction.

    To change them, load them: what is returned here may be as old as the page that a reader sees.
    """
    return copy.copy(remembered("discussion settings", keys=[SETTINGS_KEY], make=DiscussionSettings.load))
