"""What operators did, in the log that owners read. Django runs."""

import logging
from typing import Any

from django.db import DatabaseError, transaction

from freiblatt.newsroom.audit import log_about_publication

logger = logging.getLogger(__name__)


def note(action: str, **data: Any) -> bool:
    """Return whether the log has it now; what was done is done, also where the database takes no line about it."""
    try:
        with transaction.atomic():
            log_about_publication(f"upkeep.{action}", **data)
    except DatabaseError as error:
        logger.warning("The log of what staff did has no line about it: %s: %s", action, " ".join(str(error).split()))
        return False
    return True
