"""The settings of real server processes in tests: everything as it is, but for the addresses."""

from freiblatt.settings import *  # noqa: F403

ROOT_URLCONF = "tests.pagestore.process_urls"
