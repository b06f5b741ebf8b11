"""Catalogues of translations: compile them, and say what a language lacks.

`python -m tools.catalogues compile` writes each `.mo` that is older than its `.po`, without gettext.
`python -m tools.catalogues check` compares with the strings in the source and fails when one is untranslated or fuzzy.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "freiblatt"
#: Languages besides the source's English in which every sentence has to exist.
COMPLETE = ("de",)
SHOWN = 40
#: Header lines that change with every run, or say what the history knows: with them any two branches would conflict.
FLEETING = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "X-Generator")


def compile_all(locale: Path = PACKAGE / "locale") -> list[Path]:
    """Write the `.mo` file beside every `.po` that is newer; return the written ones."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.is_file() or target.stat().st_mtime <= source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            written.append(target)
    return written


def faults(catalogue: Path) -> list[str]:
    """Return a sentence for each entry of the `.po` file that a reader would see in English or in doubt."""
    found = []
    for entry in polib.pofile(str(catalogue)):
        if entry.obsolete:
            continue
        if entry.fuzzy:
            found.append(f"fuzzy: {entry.msgid!r}")
        elif not entry.translated():
            found.append(f"untranslated: {entry.msgid!r}")
    return found


def collect(package: Path, language: str) -> Path:
    """Bring the catalogue of `language` below `package` up to date with its source; return the `.po` file."""
    (package / "locale").mkdir(exist_ok=True)
    # No line numbers: they would change in every commit. No obsolete entries: the history keeps them.
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", language, "--add-location", "file", "--no-obsolete"],
        cwd=package,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    catalogue = package / "locale" / language / "LC_MESSAGES" / "django.po"
    lines = catalogue.read_text(encoding="utf-8").splitlines(keepends=True)
    fleeting = tuple(f'"{name}:' for name in FLEETING)
    catalogue.write_text("".join(line for line in lines if not line.startswith(fleeting)), encoding="utf-8")
    return catalogue


def check() -> int:
    """Print what is missing in the complete languages, measured on a copy of the source; return the exit status."""
    status = 0
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / PACKAGE.name
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
        for language in COMPLETE:
            found = faults(collect(copy, language))
            for fault in found[:SHOWN]:
                print(f"{language}: {fault}")
            print(f"{language}: {len(found)} sentences are missing or in doubt." if found else f"{language}: complete.")
            status = status or int(bool(found))
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", choices=("compile", "collect", "check"))
    word = parser.parse_args().word
    if word == "check":
        return check()
    if word == "collect":
        for language in COMPLETE:
            catalogue = collect(PACKAGE, language)
            print(f"{catalogue}: {len(faults(catalogue))} sentences to translate.")
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
