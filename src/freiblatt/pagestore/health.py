"""What the doctor says of the store."""

import datetime
import os
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from freiblatt.config import current
from freiblatt.lib.findings import Finding
from freiblatt.pagestore import disk, journal, valkey
from freiblatt.pagestore.models import StaleMark

#: A server carries a mark out within two seconds; older ones, or so many, mean that none runs or that it cannot.
LONG_MARKED = datetime.timedelta(minutes=1)
MANY_MARKS = 1000


def store() -> Iterator[Finding]:
    """Look at the finished pages on disk, the journal, and whether other machines can be told."""
    config = current()
    if not os.access(config.var, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "store_directory",
            "problem",
            _("%(directory)s cannot be written, so no page can be kept.") % {"directory": config.var},
            _("Give it to the user that runs the program: chown -R"),
        )
        return
    size = disk.size_of(disk.root_of(config))
    yield Finding("store", "ok", _("Finished pages take %(size).1f MB on disk.") % {"size": size / 1e6})
    left = len(journal.rows(config))
    if left > MANY_MARKS or (left and StaleMark.objects.filter(marked_on__lt=timezone.now() - LONG_MARKED).exists()):
        yield Finding(
            "store_journal",
            "warning",
            _("%(count)d changes have not reached the kept pages.") % {"count": left},
            _("Start the program; if it runs, look at its log for “journal”."),
        )
    if config.valkey_url:
        try:
            valkey.ping(config)
        except valkey.OthersNotReachedError as error:
            yield Finding(
                "store_valkey",
                "problem",
                _("Other machines do not hear of changes: %(reason)s") % {"reason": error},
                _("Start Valkey, or correct valkey_url."),
            )
        else:
            yield Finding("store_valkey", "ok", _("Valkey answers."))
