"""A page store over a tiny publication."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

# Imported inside the fixtures: this file is read before Django is set up.
if TYPE_CHECKING:
    from tests.pagestore.asker import Asker
    from tests.pagestore.world import World


@pytest.fixture(autouse=True)
def publication(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This run's publication is the current one, whatever other tests asked for before."""
    from freiblatt.config import DIRECTORY_VARIABLE, current
    from freiblatt.settings import CONFIG

    for variable in ("URL", "SERVER_HOST", "SERVER_PORT"):
        monkeypatch.delenv(f"FREIBLATT_{variable}", raising=False)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(CONFIG.directory))
    current.cache_clear()
    yield
    current.cache_clear()


@pytest.fixture
def world(publication: None) -> Iterator["World"]:
    """What the tiny publication says; no page of it is on disk yet."""
    from django.conf import settings
    from django.test import override_settings

    from freiblatt.config import current
    from freiblatt.pagestore import fragments
    from freiblatt.pagestore.disk import root_of
    from tests.pagestore import world as module

    module.world.begin()
    shutil.rmtree(root_of(current()), ignore_errors=True)
    fragments.register("test_world", module.talk)
    # Nobody works in this world, whose views know no database: a session's key is all there is of a session.
    strange = {
        "freiblatt.newsroom.middleware.StaffMiddleware",
        "freiblatt.lib.strangers.StrangersLimitMiddleware",
    }
    middleware = [name for name in settings.MIDDLEWARE if name not in strange]
    with override_settings(ROOT_URLCONF="tests.pagestore.world", MIDDLEWARE=middleware):
        yield module.world
    module.world.gate.set()
    del fragments._renders["test_world"]


@pytest.fixture
def store(world: "World") -> Iterator["Asker"]:
    """An asker of the store."""
    from tests.pagestore.asker import asker

    with asker() as made:
        yield made
