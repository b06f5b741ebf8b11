"""The application of a server process: the page store over Django. Imports no Django; that happens in a thread."""

import contextlib
import ctypes
import gc
import os
import signal
import sys

from freiblatt import config
from freiblatt.pagestore import journal, marking
from freiblatt.pagestore.bridge import Application, Bridge
from freiblatt.pagestore.disk import DiskCopy, Housekeeping
from freiblatt.pagestore.store import PageStore
from freiblatt.pagestore.valkey import Listener

#: How long a busy thread of Django may hold up the one that answers readers.
SWITCH_SECONDS = 0.0005
PR_SET_PDEATHSIG = 1


def load_django() -> Application:
    """Return Django's WSGI application; importing it takes seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freiblatt.settings")
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    # Some hundred thousand objects that live as long as the process: the collector need not look at them again.
    gc.collect()
    gc.freeze()
    return application


def application(mark: str, supervisor: int) -> PageStore:
    """Return the page store of this process, its threads started; `mark` is the fingerprint of the pages on disk.

    Called once, in the server's worker, which ends with the process `supervisor` that started it.
    """
    end_with(supervisor)
    sys.setswitchinterval(SWITCH_SECONDS)
    facts = config.current_or_exit()
    words = marking.words()
    disk = DiskCopy(facts, mark, words)
    disk.open()
    # Before the first answer: what a killed process meant to mark counts no longer.
    replayed = journal.replay(facts)
    bridge = Bridge(load_django, threads=facts.server_threads, queue=facts.server_queue)
    bridge.start()
    journal.Sweep(facts, replayed).start()
    Housekeeping(disk).start()
    if facts.valkey_url:
        Listener(facts, words.epoch, marking.carry_out_here).start()
    return PageStore(facts, words=words, disk=disk, bridge=bridge)


def end_with(supervisor: int) -> None:
    """End this process when the supervisor that started it is killed, so that no orphan holds the port.

    Linux tells us of a later death; an earlier one shows in whose child we are.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        os.kill(os.getpid(), signal.SIGKILL)
