"""Static files as readers get them: one sheet made of many, under a name that changes with its content."""

import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.test import override_settings

import freiblatt
from freiblatt.pagestore import busy
from freiblatt.theme.storage import HashedStaticStorage, flatten, rebase

Prepare = Callable[..., HashedStaticStorage]
SHEETS = sorted(Path(freiblatt.__file__).parent.rglob("static/**/*.css"))


@pytest.fixture
def prepare(tmp_path: Path) -> Prepare:
    """Collect the given files (name to text) and post-process them as `collectstatic` does."""

    def run(**files: str) -> HashedStaticStorage:
        source = tmp_path / "source"
        target = HashedStaticStorage(location=tmp_path / "static", base_url="/static/")
        paths = {}
        for name, text in files.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("latin-1" if "latin-1" in text else "utf-8"))
            paths[name] = (FileSystemStorage(location=source), name)
            with path.open("rb") as file:
                target.save(name, file)
        for _name, _hashed, problem in target.post_process(paths):
            if isinstance(problem, Exception):
                raise problem
        return target

    return run


def test_sheet_holds_what_it_imports_and_addresses_stay_right(prepare: Prepare) -> None:
    storage = prepare(
        **{
            "theme/theme.css": '@layer base, rooms;\n@import url("css/base.css") layer(base);\n'
            '@import url("../articles/blocks.css") layer(rooms);',
            "theme/css/base.css": '/* a comment */ @font-face { src: url("../fonts/a.woff2") }',
            "theme/fonts/a.woff2": "not really",
            "articles/blocks.css": ".block { color: red }",
        }
    )
    text = storage.open(storage.stored_name("theme/theme.css")).read().decode()
    assert "@import" not in text
    assert "comment" not in text
    assert f'url("fonts/{Path(storage.stored_name("theme/fonts/a.woff2")).name}")' in text
    assert "@layer rooms {\n.block { color: red }\n}" in text
    assert text.startswith("@layer base, rooms;")


def test_publication_adds_its_sheet_as_the_last_layer(prepare: Prepare) -> None:
    storage = prepare(
        **{
            "theme/theme.css": '@layer base, site; @import url("base.css") layer(base);',
            "theme/base.css": "body { color: black }",
            "site/site.css": "body { background: url(paper.png) }",
            "site/paper.png": "not really",
        }
    )
    text = storage.open(storage.stored_name("theme/theme.css")).read().decode()
    paper = Path(storage.stored_name("site/paper.png")).name
    assert text.endswith(f'@layer site {{\nbody {{ background: url("../site/{paper}") }}\n}}\n')


def test_name_changes_when_an_imported_file_changes(prepare: Prepare) -> None:
    sheet = {"theme/theme.css": '@import url("base.css") layer(base);'}
    first = prepare(**sheet, **{"theme/base.css": "a {}"}).stored_name("theme/theme.css")
    second = prepare(**sheet, **{"theme/base.css": "b {}"}).stored_name("theme/theme.css")
    assert first != second


def test_publication_learns_which_file_its_sheet_is_missing(prepare: Prepare) -> None:
    with pytest.raises(
        ImproperlyConfigured, match=r"theme/static/site\.css: seen url\(img/lost\.png\).*static/img/lost"
    ):
        prepare(**{"theme/theme.css": "a {}", "site/site.css": "body { background: url(img/lost.png) }"})


def test_publication_may_name_what_is_no_file_of_ours(prepare: Prepare) -> None:
    prepare(
        **{
            "theme/theme.css": "a {}",
            "site/site.css": "/* url(lost.png) */ a { cursor: url(data:image/png;base64,AA==) } b { fill: url(#id) }",
        }
    )


def test_publication_learns_that_its_sheet_is_not_utf8(prepare: Prepare) -> None:
    with pytest.raises(ImproperlyConfigured, match="not UTF-8"):
        prepare(**{"theme/theme.css": "a {}", "site/site.css": "/* latin-1: ü */"})


def test_room_learns_which_sheet_is_missing() -> None:
    def read(name: str) -> str:
        if name == "theme/theme.css":
            return '@import url("../articles/lost.css") layer(rooms);'
        raise ImproperlyConfigured(name)

    with pytest.raises(ImproperlyConfigured, match=r"^articles/lost\.css$"):
        flatten("theme/theme.css", read)


def test_modules_import_each_other_by_hashed_names(prepare: Prepare) -> None:
    storage = prepare(**{"theme/js/a.js": 'const b = () => import("./b.js");', "theme/js/b.js": "export const c = 1;"})
    text = storage.open(storage.stored_name("theme/js/a.js")).read().decode()
    assert f'import("./{Path(storage.stored_name("theme/js/b.js")).name}")' in text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("../fonts/a.woff2", 'url("fonts/a.woff2")'),
        ("/static/a.png", "url(/static/a.png)"),
        ("data:image/png;base64,AA", "url(data:image/png;base64,AA)"),
        ("#clip", "url(#clip)"),
    ],
)
def test_addresses_are_turned_only_where_they_are_relative(address: str, expected: str) -> None:
    assert rebase(f"url({address})", "theme/css/base.css", "theme/theme.css") == expected


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> HashedStaticStorage:
    """Collect our own static files and those of a publication with a sheet of its own."""
    own = tmp_path_factory.mktemp("theme") / "static"
    own.mkdir()
    (own / "site.css").write_text(".mast-name { font-variant: small-caps; background: url(leaf.svg) }")
    (own / "leaf.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    backend = {"BACKEND": "freiblatt.theme.storage.HashedStaticStorage"}
    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        STATICFILES_DIRS=[("site", own)],
        STORAGES={"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, "staticfiles": backend},
    ):
        ours = ["theme", "articles", "discussion", "site"]
        others = ["wagtail*", "admin", "rest_framework", "taggit", "modelcluster", "django_*"]
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=others)
        storage = HashedStaticStorage()
        assert all(storage.exists(folder) for folder in ours)
        storage.location  # noqa: B018 (read while the settings hold)
        return storage


def text_of(storage: HashedStaticStorage, name: str) -> str:
    """Return a collected file as readers get it."""
    with storage.open(storage.stored_name(name)) as file:
        return file.read().decode()


def test_our_own_sheet_is_whole_and_small(collected: HashedStaticStorage) -> None:
    sheet = text_of(collected, "theme/theme.css")
    assert "@import" not in sheet
    for belongs in (".story {", ".block-quotation {", ".comment {", "@media print", "Freiblatt Serif"):
        assert belongs in sheet
    assert sheet.index(".story {") < sheet.index(".block-quotation {") < sheet.index(".mast-name { font-variant")
    assert sheet.count("{") == sheet.count("}")
    assert len(brotli.compress(sheet.encode())) < 10_000


def test_publications_sheet_names_its_files_hashed(collected: HashedStaticStorage) -> None:
    leaf = Path(collected.stored_name("site/leaf.svg")).name
    assert f'url("../site/{leaf}")' in text_of(collected, "theme/theme.css")


def test_reading_costs_at_most_one_typeface_and_two_kilobytes_of_script(collected: HashedStaticStorage) -> None:
    with collected.open(collected.stored_name("theme/fonts/freiblatt-serif-latin.woff2")) as file:
        assert len(file.read()) < 60_000
    sizes = {
        name: len(brotli.compress(text_of(collected, f"theme/js/{name}.js").encode()))
        for name in ("start", "times", "embed", "live", "discuss", "passages")
    }
    assert sizes["start"] + sizes["times"] < 2_000
    assert sum(sizes.values()) < 6_000
    folder = Path(collected.path("theme/js"))
    assert {path.name.split(".")[0] for path in folder.iterdir()} == set(sizes)


def test_modules_of_ours_are_imported_by_hashed_names(collected: HashedStaticStorage) -> None:
    start = text_of(collected, "theme/js/start.js")
    for name in ("times", "embed", "live", "discuss", "passages"):
        assert f'import("./{Path(collected.stored_name(f"theme/js/{name}.js")).name}")' in start


def test_page_for_whom_there_is_no_room_names_the_hashed_sheet(collected: HashedStaticStorage, tmp_path: Path) -> None:
    busy.write(tmp_path, collected.url)
    assert f'href="{collected.url("theme/theme.css")}"' in (tmp_path / ".busy.de.html").read_text("utf-8")
    assert Path(collected.path(collected.stored_name("theme/theme.css"))).is_file()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_what_a_style_sheet_opens_it_closes(sheet: Path) -> None:
    # Browsers drop everything behind a bracket that is left open: all rooms that come later in the page's one sheet.
    text = re.sub(r"/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'", "", sheet.read_text(), flags=re.DOTALL)
    waiting: list[tuple[str, int]] = []
    for line, row in enumerate(text.splitlines(), 1):
        for sign in row:
            if sign in "([{":
                waiting.append((sign, line))
            elif sign in ")]}":
                opened, since = waiting.pop() if waiting else ("nothing", 0)
                assert opened + sign in ("()", "[]", "{}"), f"line {line}: {sign} ends {opened} of line {since}"
    assert waiting == []
