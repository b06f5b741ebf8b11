"""The house holds: who may look at whom, which files a room may have, what reader pages may contain.

`import-linter` holds the order of the rooms (`pyproject.toml`); it sees neither relations by name nor templates, and
does not know doors. `docs/developer/house.md` explains the rules.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "freiblatt"
TESTS = ROOT / "tests"

#: Through these a room may be entered from another room.
DOORS = {"models", "actions", "signals"}
#: Registries that others fill, and what the console starts.
REGISTRIES = {
    "articles.body",
    "articles.consequences",
    "articles.drawing",
    "articles.front",
    "articles.gone",
    "articles.languages",
    "articles.parts",
    "articles.teasers",
    "importers.page",
    "jobs.policies",
    "jobs.rhythms",
    "jobs.schedules",
    "jobs.worker",
    "letters.doctor",
    "letters.sender",
    "newsroom.audit",
    "newsroom.doors",
    "newsroom.roles",
    "pagestore.counts",
    "pagestore.database",
    "pagestore.files",
    "pagestore.fragments",
    "pagestore.headers",
    "pagestore.live",
    "pagestore.policy",
    "pagestore.serve",
    "pagestore.static",
    "readers.purposes",
    "readers.sections",
}
#: One reading. At about 400 lines a file becomes a package of the same name.
LONGEST_FILE = 450
#: Names of drawers in which everything ends up, and the one that django-tasks suggests.
DRAWERS = {"utils", "util", "helpers", "common", "misc", "tasks"}


def ranks() -> dict[str, int]:
    """Return each room's height: a room may look at rooms of a smaller number. Strangers share one."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {name.strip(" ()"): len(layers) - place for place, layer in enumerate(layers) for name in layer.split("|")}


RANKS = ranks()
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/apps.py"))


def may_look(room: str, other: str) -> bool:
    """Return whether the rank of `room` lets it know of `other`."""
    return room == other or RANKS[other] < RANKS[room]


def python_files(folder: Path) -> list[Path]:
    """Return the written Python files: no migrations, which are made."""
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def templates() -> list[tuple[str, Path]]:
    """Return every template with its room."""
    return [(room, path) for room in ROOMS for path in sorted((PACKAGE / room / "templates").rglob("*.*"))]


def reader_templates() -> list[Path]:
    """Return the templates of readers' pages: all but those of the desk, which lies in Wagtail's admin."""
    return [
        path
        for _room, path in templates()
        if path.suffix == ".html" and not is_of_the_desk(path) and not is_a_letter(path)
    ]


def is_of_the_desk(path: Path) -> bool:
    return "admin" in path.parts or "wagtailadmin" in path.parts


def is_a_letter(path: Path) -> bool:
    """Whether a template is a letter's: no page, and without styles of its own it would have none."""
    return path.match("letters/templates/letters/base.html") or 'extends "letters/base.html"' in path.read_text()


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_room_has_a_place_in_the_order() -> None:
    assert [room for room in ROOMS if room not in RANKS] == []


def test_every_room_says_what_it_is_for() -> None:
    silent = [room for room in ROOMS if not ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text()))]
    assert silent == []


def test_rooms_are_entered_by_their_doors() -> None:
    graph = grimp.build_graph("freiblatt", cache_dir=None)
    trespasses = []
    for importer in sorted(graph.modules):
        room = importer.split(".")[1:2]
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            _freiblatt, *inside = imported.split(".")
            if room and room[0] not in (*ROOMS, "cli"):
                continue  # settings, urls, asgi: they put the house together
            if not inside or inside[0] not in ROOMS or inside[0] in (*room, "lib"):
                continue
            if len(inside) < 2 or (inside[1] not in DOORS and ".".join(inside[:2]) not in REGISTRIES):
                trespasses.append(f"{importer} imports {imported}")
    assert trespasses == []


def test_relations_point_down() -> None:
    upward = []
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models(include_auto_created=True):
            for field in model._meta.get_fields():
                target = getattr(field, "related_model", None)
                is_ours = field.concrete and target and target._meta.app_label in ROOMS
                if is_ours and not may_look(room, target._meta.app_label):
                    upward.append(f"{model.__name__}.{field.name} points to {target._meta.label}")
    assert upward == []


def libraries() -> dict[str, str]:
    """Return the room of each of our template tag libraries."""
    return {path.stem: room for room in ROOMS for path in (PACKAGE / room / "templatetags").glob("[a-z]*.py")}


def names_in(path: Path) -> Iterator[str]:
    """Yield the rooms whose tags or templates the template `path` uses."""
    text = path.read_text(encoding="utf-8")
    known = libraries()
    for tag in re.findall(r"{%-?\s*load\s+([^%]*?)\s*%}", text):
        names = tag.split(" from ")[-1].split()
        yield from (known[name] for name in names if name in known)
    for kind, template in re.findall(r"""{%\s*(include|extends)\s+["']([^"']+)["']""", text):
        room = template.split("/")[0]
        if room in ROOMS and not (kind == "extends" and template == "theme/base.html"):
            yield room


def test_templates_use_own_or_lower_rooms() -> None:
    upward = [
        f"{shown(path)} uses {used}"
        for room, path in templates()
        if room != "theme" and path.suffix in (".html", ".txt", ".xml")
        for used in names_in(path)
        if not may_look(room, used)
    ]
    assert upward == []


def test_no_drawers() -> None:
    drawers = [
        shown(path)
        for folder in (PACKAGE, TESTS)
        for path in [*python_files(folder), *(path for path in folder.rglob("*") if path.is_dir())]
        if path.stem in DRAWERS
    ]
    assert drawers == []


@pytest.mark.parametrize("folder", [PACKAGE, TESTS], ids=["source", "tests"])
def test_files_can_be_read_at_once(folder: Path) -> None:
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(folder)}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_verb_and_everything_in_lib_says_what_one_gets() -> None:
    silent = []
    for path in python_files(PACKAGE):
        inside = path.relative_to(PACKAGE).parts
        if inside[0] != "lib" and inside[-1] != "actions.py" and "actions" not in inside[:-1]:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if is_public and not ast.get_docstring(node) and inside[-1] != "apps.py":
                silent.append(f"{shown(path)}: {node.name}")
    assert silent == []


INLINE = {
    "style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    # Data blocks such as JSON-LD are never run, and the policy does not forbid them.
    "script element with code": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/)[^>]*>", re.IGNORECASE),
}


def test_reader_pages_keep_the_strict_policy() -> None:
    inline = [
        f"{shown(path)}: {name}"
        for path in reader_templates()
        for name, pattern in INLINE.items()
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert inline == []


def test_reader_pages_load_nothing_from_elsewhere() -> None:
    loads = re.compile(r"""(<(?:script|img|iframe|source|video|audio)[^>]*\ssrc=|<link[^>]*\shref=)["']?(https?:)?//""")
    styles = re.compile(r"""(url\(|@import)\s*["']?(https?:)?//""")
    modules = re.compile(r"""(\bfrom|\bimport|fetch\()\s*["'](https?:)?//""")
    found = [shown(path) for path in reader_templates() if loads.search(path.read_text(encoding="utf-8"))]
    for ending, pattern in (("css", styles), ("js", modules)):
        for path in sorted(PACKAGE.glob(f"*/static/**/*.{ending}")):
            if pattern.search(path.read_text(encoding="utf-8")):
                found.append(shown(path))
    assert found == []


def test_static_files_that_are_named_exist() -> None:
    named = re.compile(r"""(?:\{%\s*static\s+|\bstatic\()["']([^"'{]+)["']""")
    files = [path for _room, path in templates()] + python_files(PACKAGE)
    missing = [
        f"{shown(path)} names {name}"
        for path in files
        if path.suffix in (".html", ".txt", ".xml", ".py")
        for name in named.findall(path.read_text(encoding="utf-8"))
        if finders.find(name) is None
    ]
    assert missing == []


def test_migrations_are_complete(db: None) -> None:
    call_command("makemigrations", *ROOMS, check_changes=True, dry_run=True, verbosity=0)


def test_migrations_are_one_line_of_named_steps() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    faults = []
    for room in ROOMS:
        leaves = loader.graph.leaf_nodes(room)
        if len(leaves) > 1:
            faults.append(f"{room} ends in {[name for _room, name in leaves]}")
        numbers = []
        for (app, name), migration in sorted(loader.disk_migrations.items()):
            if app != room:
                continue
            numbers.append(name[:4])
            parents = [parent for parent in migration.dependencies if parent[0] == room]
            if len(parents) > 1 or re.search(r"_(auto|merge)(_|$)|\d{8}", name):
                faults.append(f"{room}: {name} merges, or says nothing")
        if numbers != [f"{number:04}" for number in range(1, len(numbers) + 1)]:
            faults.append(f"{room}: numbers {numbers}")
    assert faults == []


def test_tests_are_neither_put_off_nor_mocked() -> None:
    patterns = re.compile(r"mark\.(skip|xfail)\b|pytest\.xfail\(|unittest\.mock|mocker")
    found = [
        shown(path)
        for path in python_files(TESTS)
        if path != Path(__file__) and patterns.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
