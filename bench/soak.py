"""Kills a real server, a job worker and a busy newsroom at random, and takes away what they stand on; looks for harm.

`python -m bench.soak [--kills 50] [--faults 20] [--workers 2] [--seed N]`, from the repository; exits with 1 if
there is ever any. On SQLite; with `--postgresql` on a server of its own, which is then stopped and started too.

The publication is a real one, changed by the product's own actions. After each restart and each fault every file that
a web server would send and every page that the store answers is compared, byte by byte, with what Django renders
afresh. What the newsroom was told is done has to be there: comments, headlines, letters, jobs, each of which has to run
in the end. A fault is a full disk, a database or a mail server that is away, a clock that is set; server and job worker
go through it without anybody's help.
"""

import argparse
import contextlib
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
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import brotli

from freiblatt.pagestore.session_keys import SESSION_COOKIE, SessionKeys
from tests import postgres
from tests.faults import Clock, UnavailableError, fill, small_disk
from tests.letters.office import Office

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120.0
#: Nobody sends a letter again while whoever began may still be at it, five minutes.
FINISH_SECONDS = 420.0
#: Each of the server's processes shall answer for each page.
ASKS_PER_PAGE = 3
FIXED = ("/", "/feed.atom", "/feed.json", "/sitemap.xml", "/nichts-davon/")
OPENED = {".html": bytes, ".br": brotli.decompress, ".gz": gzip.decompress}
#: What a newsroom that is killed at random needs many times over, and a disk that is soon full.
DISK_MB = 400
#: By how much somebody sets the clock.
HOURS = (-5, 5)


def main() -> int:
    """Run the soak; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--postgresql", action="store_true")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="freiblatt-soak-")))
        database = postgres.Server() if chosen.postgresql else None
        if database:
            stack.callback(database.remove)
            database.make()
        directory, has_disk = place / "disk", True
        try:
            stack.enter_context(small_disk(directory, DISK_MB))
        except UnavailableError as error:
            has_disk = False
            print(f"No round with a full disk: {error}")
        soak = stack.enter_context(
            Soak(
                directory,
                workers=chosen.workers,
                database_url=database.address if database else os.environ.get("FREIBLATT_DATABASE_URL", ""),
                database=database,
                has_disk=has_disk,
                is_faulty=chosen.faults > 0,
            )
        )
        for number in soak.kills(chosen.kills, seed=chosen.seed):
            print(f"{number} of {chosen.kills} kills, {soak.counts()}", flush=True)
        for number, name in soak.faults(chosen.faults, seed=chosen.seed):
            print(f"{number} of {chosen.faults} faults ({name}), {soak.counts()}", flush=True)
        soak.finish_jobs()
        for one in soak.outdated:
            print(f"outdated: {one}")
        for one in soak.lost:
            print(f"lost: {one}")
        print(json.dumps({"seed": chosen.seed, "kills": chosen.kills, "faults": chosen.faults, **soak.counts()}))
    return 1 if soak.outdated or soak.lost else 0


class Soak:
    """A publication that is served, changed and killed."""

    def __init__(
        self,
        directory: Path,
        *,
        workers: int,
        database_url: str = "",
        database: postgres.Server | None = None,
        has_disk: bool = False,
        is_faulty: bool = False,
    ) -> None:
        """Found it in `directory`, which has to be empty but for a SQLite file with an empty, migrated database.

        `database`: the server to stop and start; `has_disk`: the directory is a disk of its own that may be filled;
        `is_faulty`: make ready for `faults`.
        """
        self.directory = directory
        self.workers = workers
        self._database = database
        self._has_disk = has_disk
        self._is_faulty = is_faulty
        self._is_sqlite = not database_url.startswith("postgres")
        self.processes: list[subprocess.Popen[bytes]] = []
        self.files = self.answers = 0
        self.outdated: list[str] = []
        self.confirmed = self.sent = 0
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
        self.office = Office()
        self.clock: Clock | None = None
        #: Beside the others: for server and job worker, whose clock is set while the newsroom's own goes on.
        self.clocked: dict[str, str] = {}
        if is_faulty:
            self.mail_port = self.office.open()
            self.environment["FREIBLATT_MAIL_URL"] = f"smtp://127.0.0.1:{self.mail_port}?tls=none"
            self.environment["FREIBLATT_MAIL_FROM"] = "redaktion@example.org"
            with contextlib.suppress(UnavailableError):
                self.clock = Clock(self.clocked, directory / "clock")
        self.finish("freiblatt", "prepare")
        self.finish("tests.pagestore.process_desk", "fill")

    def __enter__(self) -> "Soak":
        return self

    def __exit__(self, *_failure: object) -> None:
        for process in self.processes:
            self.kill(process)
        self.office.close()

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

    def faults(self, count: int, *, seed: int) -> Iterator[tuple[int, str]]:
        """Take away what server, worker and newsroom stand on, `count` times; yield number and name after each look.

        Nobody restarts server or worker. The newsroom may stop with an error; what it was told is done stays done.
        """
        chance = random.Random(seed)
        kinds: dict[str, Callable[[random.Random], contextlib.AbstractContextManager[None]]] = {"mail away": self._mail}
        if self._has_disk and self._is_sqlite:
            kinds["disk full"] = self._full_disk
        if self._database:
            kinds["database away"] = self._database_away
        if self.clock:
            kinds["clock set"] = self._clock_set
        for process in self.processes:
            self.kill(process)
        server, worker, paths = self.serve(), self.work(), self.paths()
        for number in range(1, count + 1):
            name = list(kinds)[(number - 1) % len(kinds)]  # each in its turn
            desk = self.start(
                "tests.pagestore.process_desk", "change", f"{seed + number}1", str(self.ledger), stdout=subprocess.PIPE
            )
            assert desk.stdout is not None
            if desk.stdout.readline() != b"changed\n":
                raise SystemExit(f"the newsroom did not work:\n{self.log()}")
            with kinds[name](chance):
                until = time.monotonic() + chance.uniform(1, 5)
                while time.monotonic() < until:
                    # Whatever it answers: finished pages, or that it cannot just now.
                    with contextlib.suppress(OSError):
                        self.get(chance.choice(paths))
            self.kill(desk)
            self._wait_for(server)
            self.lost += [
                f"{name}: the {what} ended"
                for what, one in (("server", server), ("worker", worker))
                if one.poll() is not None
            ]
            self.look()
            self.compare()
            yield number, name
        self.kill(worker)

    @contextlib.contextmanager
    def _full_disk(self, chance: random.Random) -> Iterator[None]:
        filler = self.directory / "filler"
        fill(filler)
        try:
            yield
        finally:
            filler.unlink()

    @contextlib.contextmanager
    def _database_away(self, chance: random.Random) -> Iterator[None]:
        assert self._database is not None
        self._database.stop()
        try:
            yield
        finally:
            self._database.start()

    @contextlib.contextmanager
    def _clock_set(self, chance: random.Random) -> Iterator[None]:
        assert self.clock is not None
        self.clock.set(chance.choice(HOURS))
        try:
            yield
        finally:
            self.clock.set(0)

    @contextlib.contextmanager
    def _mail(self, chance: random.Random) -> Iterator[None]:
        self.office.close()
        try:
            yield
        finally:
            self.office.open(self.mail_port)

    def look(self) -> list[str]:
        """Look for what was confirmed and is lost, and at the database itself; return what waits to be done."""
        seen = subprocess.run(
            [sys.executable, "-m", "tests.pagestore.process_desk", "look", str(self.ledger)],
            cwd=self.directory, env=self.environment, stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        found = json.loads(seen.stdout)
        self.confirmed, self.sent = found["confirmed"], found["sent"]
        self.lost += found["lost"]
        if found["integrity"] != "ok":
            self.lost.append(f"integrity_check: {found['integrity']}")
        return found["waiting"]

    def work(self) -> subprocess.Popen[bytes]:
        """Start a job worker whose jobs are soon taken for abandoned when it is killed."""
        return self.start("tests.jobs.child", "--lease-seconds", "3", variables=self.clocked)

    def finish_jobs(self) -> None:
        """Let a worker do what killed ones left; what is left in the end counts as lost."""
        worker = self.work()
        self.finish("tests.pagestore.process_desk", "knock")
        until = time.monotonic() + FINISH_SECONDS
        while (waiting := self.look()) and time.monotonic() < until:
            time.sleep(0.5)
        self.kill(worker)
        self.lost += [f"{one} waits for ever" for one in waiting]
        taken = len({letter["Message-ID"] for letter in self.office.taken})
        if self._is_faulty and taken < self.sent:
            self.lost.append(f"{self.sent} letters were sent and {taken} came")

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

    def start(
        self, *command: str, stdout: int | None = None, variables: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a process of ours in a group of its own; `variables`: further ones of its environment."""
        with (self.directory / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=self.directory, env=self.environment | (variables or {}),
                stdout=log if stdout is None else stdout, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def serve(self) -> subprocess.Popen[bytes]:
        """Start the server; return it when it answers."""
        server = self.start("freiblatt", "serve", "--workers", str(self.workers), variables=self.clocked)
        self._wait_for(server)
        return server

    def _wait_for(self, server: subprocess.Popen[bytes]) -> None:
        """Return when the server says that all is well."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and server.poll() is None:
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise SystemExit(f"the server does not answer:\n{self.log()}")

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
