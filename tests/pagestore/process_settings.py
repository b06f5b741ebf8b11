"""The settings of real server processes in tests: everything as it is, but for the addresses."""

import os
from collections.abc import Sequence

from freiblatt.pagestore.live import Subject, register
from freiblatt.settings import *  # noqa: F403

ROOT_URLCONF = "tests.pagestore.process_urls"


def _look(names: Sequence[str]) -> dict[str, Subject]:
    from tests.pagestore.process_urls import look

    return look(names)


register("value", _look)

if "HASTY" in os.environ:
    from freiblatt.pagestore.live import hub

    hub.HEARTBEAT_SECONDS = 0.2
    hub.SLOW_SECONDS = 0.0
