"""`python -m bench [--quick] [--only NAME ...] [--json FILE] [--directory DIR]`: measure, print a table, write JSON.

The whole run makes 100,000 articles and 1,000,000 comments and takes about a quarter of an hour; `--quick` makes a
tenth of that. Needs Linux, two cores, wrk and nginx (with its brotli module, where installed).
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import freiblatt
from bench import discussion, live, measures, upkeep
from bench.publication import Site


def main() -> int:
    """Measure what was asked for; return 0, whatever the figures say: machines differ, and people judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the articles, shorter runs")
    parser.add_argument(
        "--only", nargs="*", default=[], help="nginx stale comment writing posting slices live growth backup start"
    )
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--directory", type=Path, help="make the publications here and keep them for the next run")
    options = parser.parse_args()
    missing = [tool for tool in ("wrk", "taskset") if not shutil.which(tool)]
    if missing or not (shutil.which("nginx") or Path("/usr/sbin/nginx").exists()):
        print(f"Missing: {', '.join(missing) or 'nginx'}. On Debian: apt-get install wrk nginx-light", file=sys.stderr)
        return 2
    # Its own publications only, whatever the shell says.
    for name in [name for name in os.environ if name.startswith("FREIBLATT_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="freiblatt-bench-") as temporary:
        base = options.directory or Path(temporary)
        base.mkdir(parents=True, exist_ok=True)
        base.chmod(0o755)
        factor, seconds = (10, 3) if options.quick else (1, 8)
        print("Making the publications …", flush=True)
        small = Site(base / "small", articles=1000, comments=10_000, busy=10_000)
        names = set(options.only)
        large = (
            Site(base / "large", articles=100_000 // factor, comments=1_000_000 // factor, busy=10_000)
            if not names or names & {"growth", "backup"}
            else small
        )
        few_stored, many_stored = (
            Site(base / name, articles=max(10, count // 10), comments=count, busy=40)
            if not names or "posting" in names
            else small
            for name, count in (("hundred", 20), ("hundred-thousand", 100_000 // factor))
        )
        wanted = {
            "nginx": lambda: measures.against_nginx(small, seconds=seconds),
            "stale": lambda: measures.stale_answers(small),
            "comment": lambda: measures.cost_of_a_comment(small),
            "writing": lambda: measures.readers_while_writing(small, seconds=seconds),
            "posting": lambda: discussion.posting(few_stored, many_stored),
            "slices": lambda: discussion.slices(small),
            "live": lambda: live.live_readers(small, seconds=seconds),
            "growth": lambda: measures.growth(small, large),
            "backup": lambda: upkeep.backup_and_restore(small, large),
            "start": lambda: measures.start_and_memory(small, seconds=seconds),
        }
        found = measures.run_all((name, measure) for name, measure in wanted.items() if not names or name in names)
    result = {
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "versions": {
            "freiblatt": freiblatt.__version__,
            **{name: version(name) for name in ("django", "wagtail", "granian")},
        },
        "measures": {name: [row.as_dict() for row in rows] for name, rows in found.items()},
    }
    print("\n" + json.dumps(result, ensure_ascii=False))
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
