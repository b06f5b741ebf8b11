"""Kills a real server, a job worker and a busy newsroom at random; looks for outdated pages and for what was lost.

`python -m bench.soak [--kills 50] [--workers 2] [--seed N]`, from the repository; exits with 1 if one is ever found.
On SQLite; on PostgreSQL where FREIBLATT_DATABASE_URL names an empty database (`python -m tests.postgres -- …`).

The publication is a real one, changed by the product's own actions. After each restart every file that a web server
would send and every page that the store answers is compared, byte by byte, with what Django renders afresh.
What the newsroom was told is done has to be there: comments, headlines, jobs, each of which has to run in the end.
"""

import argparse
import gzip
import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import brotli

from freiblatt.pagestore.session_keys import SESSION_COOKIE, SessionKeys

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120.0
#: Each of the server's processes shall answer for each page.
ASKS_PER_PAGE = 3
FIXED = ("/", "/feed.atom", "/feed.json", "/sitemap.xml", "/nichts-davon/")
OPENED = {".html": bytes, ".br": brotli.decompress, ".gz": gzip.decompress}


def main() -> int:
    """Run the soak; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="freiblatt-soak-") as name,
        Soak(Path(name), workers=chosen.workers, database_url=os.environ.get("FREIBLATT_DATABASE_URL", "")) as soak,
    ):
        for number in soak.kills(chosen.kills, seed=chosen.seed):
            print(f"{number} of {chosen.kills} kills, {soak.counts()}", flush=True)
        soak.finish_jobs()
        for one in soak.outdated:
            print(f"outdated: {one}")
        for one in soak.lost:
            print(f"lost: {one}")
        print(json.dumps({"seed": chosen.seed, "kills": chosen.kills, **soak.counts()}))
    return 1 if soak.outdated or soak.lost else 0


class Soak:
    """A publication that is served, changed and killed."""

    def __init__(self, directory: Path, *, workers: int, database_url: str = "") -> None:
        """Found it in `directory`, which has to be empty but for a SQLite file with an empty, migrated database."""
        self.directory = directory
        self.workers = workers
        self.processes: list[subprocess.Popen[bytes]] = []
        self.files = self.answers = 0
        self.outdated: list[str] = []
        self.confirmed = 0
        self.lost: list[str] = []
        self.ledger = directory / "ledger"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (directory / "freiblatt.toml").write_text(
            f'name = "Soak"\nurl = "http://127.0.0.1:{self.port}"\nserver_port = {self.port}\nserver_jobs = false\n'
        )
        (directory / "secret.key").write_text(secrets.token_urlsafe(64))
        # Leads round the store: a session that does not exist sees what every reader sees.
        self.cookie = f"{SESSION_COOKIE}={SessionKeys((directory / 'secret.key').read_text()).new()}"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("FREIBLATT_")}
        self.environment |= {
            "FREIBLATT_PUBLICATION": str(directory),
            "DJANGO_SETTINGS_MODULE": "freiblatt.settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }
        if database_url:
            self.environment["FREIBLATT_DATABASE_URL"] = database_url
        self.finish("freiblatt", "prepare")
        self.finish("tests.pagestore.process_desk", "fill")

    def __enter__(self) -> "Soak":
        return self

    def __exit__(self, *_failure: object) -> None:
        for process in self.processes:
            self.kill(process)

    def counts(self) -> dict[str, int]:
        """Return how many files and answers were compared, and how many were outdated."""
        return {
            "files": self.files,
            "answers": self.answers,
            "outdated": len(self.outdated),
            "confirmed": self.confirmed,
            "lost": len(self.lost),
        }

    def kills(self, count: int, *, seed: int) -> Iterator[int]:
        """Kill server and newsroom `count` times while readers read; yield the number after each comparison."""
        chance = random.Random(seed)
        server = self.serve()
        paths = self.paths()
        for number in range(1, count + 1):
            desk = self.start(
                "tests.pagestore.process_desk", "change", str(seed + number), str(self.ledger), stdout=subprocess.PIPE
            )
            worker = self.work()
            assert desk.stdout is not None
            if desk.stdout.readline() != b"changed\n":
                raise SystemExit(f"the newsroom did not work:\n{self.log()}")
            until = time.monotonic() + chance.uniform(0.3, 3)
            while time.monotonic() < until:
                self.get(chance.choice(paths))
            for process in chance.sample([server, desk, worker], 3):
                self.kill(process)
            server = self.serve()
            self.look()
            self.compare()
            yield number

    def look(self) -> int:
        """Look for what was confirmed and is lost, and at the database itself; return how many errands wait."""
        seen = subprocess.run(
            [sys.executable, "-m", "tests.pagestore.process_desk", "look", str(self.ledger)],
            cwd=self.directory, env=self.environment, stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        found = json.loads(seen.stdout)
        self.confirmed = found["confirmed"]
        self.lost += found["lost"]
        if found["integrity"] != "ok":
            self.lost.append(f"integrity_check: {found['integrity']}")
        return int(found["waiting"])

    def work(self) -> subprocess.Popen[bytes]:
        """Start a job worker whose jobs are soon taken for abandoned when it is killed."""
        return self.start("tests.jobs.child", "--lease-seconds", "3")

    def finish_jobs(self) -> None:
        """Let a worker do what killed ones left; what is left after two minutes counts as lost."""
        worker = self.work()
        until = time.monotonic() + START_SECONDS
        while (waiting := self.look()) and time.monotonic() < until:
            time.sleep(0.5)
        self.kill(worker)
        if waiting:
            self.lost.append(f"{waiting} jobs that do not run")

    def compare(self) -> None:
        """Compare what is kept with what is true; nobody changes anything meanwhile."""
        paths = self.paths()
        true = {path: self.get(path, cookie=self.cookie)[1] for path in paths}
        reader = self.directory / "var/pages/current/reader/127.0.0.1"
        # Once as the killed processes left them, once after every page was asked for.
        for is_second in (False, True):
            until = time.monotonic() + START_SECONDS
            while is_second and not (reader / "index.html.gz").exists() and time.monotonic() < until:
                # Pages reach the disk a little after they were answered.
                time.sleep(0.05)
            for file in sorted(reader.rglob("index.html*")):
                folder = file.parent.relative_to(reader).as_posix()
                path = "/" if folder == "." else f"/{folder}/"
                if path not in true:
                    true[path] = self.get(path, cookie=self.cookie)[1]
                self.files += 1
                if OPENED[file.suffix](file.read_bytes()) != true[path]:
                    self.outdated.append(f"{file}")
            for path in paths:
                for _ in range(ASKS_PER_PAGE):
                    self.answers += 1
                    if self.get(path)[1] != true[path]:
                        self.outdated.append(path)

    def paths(self) -> list[str]:
        """Return the addresses of all pages that readers are told of."""
        found, to_read = set(FIXED), ["/sitemap.xml"]
        while to_read:
            status, text = self.get(to_read[0], cookie=self.cookie)
            if status != 200:
                raise SystemExit(f"{to_read[0]} answered {status}:\n{self.log()}")
            named = {urlsplit(part.partition("</loc>")[0]).path for part in text.decode().split("<loc>")[1:]}
            # An index names sitemaps, and those name pages.
            to_read = to_read[1:] + sorted(path for path in named - found if path.endswith(".xml"))
            found |= named
        return sorted(found)

    def finish(self, *command: str) -> None:
        """Run a process of ours to its end."""
        if self.start(*command).wait() != 0:
            raise SystemExit(f"{command} failed:\n{self.log()}")

    def start(self, *command: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
        """Start a process of ours in a group of its own."""
        with (self.directory / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=self.directory, env=self.environment,
                stdout=log if stdout is None else stdout, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def serve(self) -> subprocess.Popen[bytes]:
        """Start the server; return it when it answers."""
        server = self.start("freiblatt", "serve", "--workers", str(self.workers))
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and server.poll() is None:
            try:
                if self.get("/healthz")[0] == 200:
                    return server
            except OSError:
                pass
            time.sleep(0.02)
        raise SystemExit(f"the server did not start:\n{self.log()}")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the process and all that it started, at once."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def get(self, path: str, *, cookie: str = "") -> tuple[int, bytes]:
        """Ask on a fresh connection; return status and body."""
        asker = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            asker.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            answer = asker.getresponse()
            return answer.status, answer.read()
        finally:
            asker.close()

    def log(self) -> str:
        """Return the end of what the processes said."""
        return (self.directory / "log").read_text(encoding="utf-8", errors="replace")[-3000:]


if __name__ == "__main__":
    sys.exit(main())
