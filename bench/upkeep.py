"""Backup and restore of a small and a large publication: how long for how much, and whether it grows evenly."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measures import Row, at_most, told
from bench.publication import Site


def backup_and_restore(small: Site, large: Site) -> list[Row]:
    """Seconds and megabytes a second of both, for each publication, and what an article costs in the large one."""
    rows: list[Row] = []
    per_thousand: dict[str, list[float]] = {}
    for site in (small, large):
        with tempfile.TemporaryDirectory(dir=site.directory.parent) as name:
            place = Path(name)
            for what, (seconds, megabytes) in {
                "backup": _backup(site, place / "backup.tar"),
                "restore": _restore(place / "backup.tar", place / "restored"),
            }.items():
                per_thousand.setdefault(what, []).append(seconds / site.articles * 1000)
                size = f"{site.articles:,} articles"
                rows += [
                    told(f"{what} of {size}", seconds, "s"),
                    told(f"{what} of {size}: for 1,000 articles", per_thousand[what][-1], "s"),
                    told(f"{what} of {size}: database and files", megabytes / seconds, "MB/s"),
                ]
    for what, (before, after) in per_thousand.items():
        rows.append(
            at_most(f"{what}, an article among {large.articles:,} against {small.articles:,}", after / before, "", 1.5)
        )
    return rows


def _backup(site: Site, target: Path) -> tuple[float, float]:
    """Return seconds and the megabytes that were read. The program's own start is not counted."""
    said = _freiblatt("backup", str(target), "--json", "--publication", str(site.directory))
    return json.loads(said)["seconds"], _megabytes(site.directory)


def _restore(archive: Path, directory: Path) -> tuple[float, float]:
    """Return seconds and the megabytes that were written, from the command to a publication that can be served."""
    begun = time.perf_counter()
    _freiblatt("restore", str(archive), str(directory))
    seconds = time.perf_counter() - begun
    megabytes = _megabytes(directory)
    shutil.rmtree(directory)
    return seconds, megabytes


def _megabytes(directory: Path) -> float:
    """Return the size of a publication without what can be made again."""
    return (
        sum(
            os.lstat(os.path.join(at, name)).st_size
            for at, folders, names in os.walk(directory)
            for name in names
            if not Path(at).is_relative_to(directory / "var")
        )
        / 1e6
    )


def _freiblatt(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "freiblatt", *words], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout
