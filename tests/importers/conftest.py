"""Sample pages, and the real one where it is at hand."""

import os
from pathlib import Path

import pytest

PAGES = Path(__file__).parent / "pages"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def german() -> str:
    """A German page with everything that stands around an article."""
    return (PAGES / "german.txt").read_text(encoding="utf-8")


@pytest.fixture
def english() -> str:
    """An English page with WordPress's own comments."""
    return (PAGES / "english.txt").read_text(encoding="utf-8")


@pytest.fixture
def seed() -> Path:
    """The file of a real page. It is not ours to keep; where it is absent the test is skipped."""
    path = Path(os.environ.get("SEED_PAGE") or ROOT.parent / "shared" / "seed" / "page.txt")
    if not path.is_file():
        pytest.skip("The real page is not here; SEED_PAGE may name it.")
    return path
