"""What the documentation says is there, and what is there is in the documentation."""

import argparse
import importlib
import json
import re
from pathlib import Path

import pytest

from freiblatt.cli.console import WORDS
from freiblatt.config import Config

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
KEYS = [key for key in Config.model_fields if key != "directory"]
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])


def section(page: Path, heading: str) -> str:
    """Return the text below `heading` up to the next heading of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"{page.name} has no heading {heading}"
    return found[1]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_explained_with_its_default(key: str) -> None:
    default = Config.model_fields[key].default
    shown = json.dumps(list(default) if isinstance(default, tuple) else default)
    text = section(DOCS / "operator" / "configuration.md", f"`{key}`")
    assert f"Default: `{shown}`" in text


def test_no_key_is_explained_that_is_none() -> None:
    page = (DOCS / "operator" / "configuration.md").read_text()
    assert re.findall(r"^### `(.*)`$", page, re.MULTILINE) == KEYS


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_explained_with_its_options(word: tuple[str, ...]) -> None:
    page = DOCS / "operator" / "console.md"
    heading = next(
        line.removeprefix("## ")
        for line in page.read_text().splitlines()
        if re.match(rf"## `freiblatt {' '.join(word)}[ `]", line)
    )
    parser = argparse.ArgumentParser(add_help=False)
    importlib.import_module(WORDS[word]).add_arguments(parser)
    options = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    text = heading + section(page, heading)
    assert [option for option in options if option not in text] == []


def test_every_target_of_make_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text()
    offered = set(re.findall(r'echo "make (\w+)', makefile))
    explained = set(re.findall(r"^\| `make (\w+)`", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))
    assert explained == offered
    for target in offered:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_readme_begins_with_the_two_commands() -> None:
    block = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block
    assert [line.split("#")[0].strip() for line in block[1].splitlines()] == ["make demo", "make test"]


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text()
    pages = [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md") if page != DOCS / "README.md"]
    assert [page for page in sorted(pages) if f"]({page})" not in index] == []


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text())
    missing = [
        link
        for link in links
        if not link.startswith(("http://", "https://", "mailto:")) and not (document.parent / link).exists()
    ]
    assert missing == []


#: Files of a publication and not of this repository, and names that a page speaks of because nothing here has them.
ELSEWHERE = {"freiblatt.toml", "site.css", "site/site.css", "utils.py", "tasks.py"}


def own_paths() -> set[str]:
    """Return every file of the repository under each way to name it: from the root, or from any folder above it."""
    folders = ("src", "tests", "docs", "bench", "tools", "deploy")
    files = [path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path.relative_to(ROOT) for path in ROOT.iterdir() if path.is_file()]
    return {"/".join(file.parts[start:]) for file in files for start in range(len(file.parts))}


def test_every_file_named_in_the_documentation_exists() -> None:
    known = own_paths()
    wrong = []
    for page in DOCS.rglob("*.md"):
        prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        named = re.findall(r"`([\w./-]+\.(?:py|html|css|js|md|toml|conf|service))`", prose)
        # What begins with a slash is an address or a place on the machine; `var` is made by a publication.
        wrong += [
            f"{page.relative_to(ROOT)}: {name}"
            for name in named
            if not name.startswith(("/", "var/")) and name not in known | ELSEWHERE
        ]
    assert wrong == []
