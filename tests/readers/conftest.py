"""A purpose that only tests have."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _purpose() -> Iterator[None]:
    from freiblatt.readers import purposes

    purposes.register(
        purposes.Purpose(name="story_answers", label="Antworten", describe=lambda key: {"7": "Der Hafen"}.get(key, ""))
    )
    yield
    del purposes._purposes["story_answers"]
