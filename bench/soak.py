"""Kills real servers at random while pages change, and looks for an outdated page after each start.

`python -m bench.soak [--kills 50] [--workers 2] [--seed N]`, from the repository; exits with 1 if one is ever found.
On SQLite; on PostgreSQL where FREIBLATT_DATABASE_URL names an empty database (`python -m tests.postgres -- …`).
"""

import argparse
import http.client
import json
import os
import random
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
NAMES = "abc"
START_SECONDS = 120.0
ASKS_PER_NAME = 6


def main() -> int:
    """Run the soak; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    outdated = asked = 0
    with tempfile.TemporaryDirectory(prefix="freiblatt-soak-") as name:
        soak = Soak(Path(name), chosen.workers)
        try:
            for number in range(1, chosen.kills + 1):
                server, writer = soak.serve(), soak.start("tests.pagestore.process_writer")
                until = time.monotonic() + chance.uniform(0.5, 4)
                while time.monotonic() < until:
                    soak.shown(chance.choice(NAMES))
                for process in chance.sample([server, writer], 2):
                    soak.kill(process)
                server = soak.serve()
                for name_of_value in NAMES:
                    true = soak.true(name_of_value)
                    seen = [soak.shown(name_of_value) for _ in range(ASKS_PER_NAME)]
                    asked += len(seen)
                    outdated += sum(value != true for value in seen)
                soak.kill(server)
                print(f"{number} of {chosen.kills} kills, {asked} pages asked, {outdated} outdated", flush=True)
        finally:
            for process in soak.processes:
                soak.kill(process)
    print(json.dumps({"seed": chosen.seed, "kills": chosen.kills, "asked": asked, "outdated": outdated}))
    return 1 if outdated else 0


class Soak:
    """A publication that is served, changed and killed."""

    def __init__(self, directory: Path, workers: int) -> None:
        self.directory = directory
        self.workers = workers
        self.processes: list[subprocess.Popen[bytes]] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (directory / "freiblatt.toml").write_text(
            f'name = "Soak"\nurl = "http://127.0.0.1:{self.port}"\nserver_port = {self.port}\nserver_jobs = false\n'
        )
        (directory / "secret.key").write_text(secrets.token_urlsafe(64))
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("FREIBLATT_")}
        self.environment |= {
            "FREIBLATT_PUBLICATION": str(directory),
            "DJANGO_SETTINGS_MODULE": "tests.pagestore.process_settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }
        self.database_url = os.environ.get("FREIBLATT_DATABASE_URL", "")
        if self.database_url:
            self.environment["FREIBLATT_DATABASE_URL"] = self.database_url
        prepare = [sys.executable, "-m", "freiblatt", "prepare"]
        subprocess.run(prepare, env=self.environment, cwd=directory, check=True, stdout=subprocess.DEVNULL)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a process of ours in a group of its own."""
        with (self.directory / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=self.directory, env=self.environment, stdout=log, stderr=log, start_new_session=True,
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
        raise SystemExit(f"the server did not start:\n{(self.directory / 'log').read_text()[-2000:]}")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the process and all that it started, at once."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def get(self, path: str) -> tuple[int, str]:
        """Ask on a fresh connection."""
        asker = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            asker.request("GET", path)
            answer = asker.getresponse()
            return answer.status, answer.read().decode()
        finally:
            asker.close()

    def shown(self, name: str) -> str:
        """Return the value that a reader sees."""
        status, text = self.get(f"/value/{name}/")
        if status != 200:
            raise SystemExit(f"/value/{name}/ answered {status}")
        return text.partition("=")[2].partition(";")[0]

    def true(self, name: str) -> str:
        """Return the value in the database."""
        if self.database_url:
            database, mark = psycopg.connect(self.database_url), "%s"
        else:
            database, mark = sqlite3.connect(self.directory / "freiblatt.sqlite3"), "?"
        try:
            question = f"SELECT session_data FROM django_session WHERE session_key = {mark}"
            row = database.execute(question, [name]).fetchone()
        finally:
            database.close()
        return row[0] if row else ""


if __name__ == "__main__":
    sys.exit(main())
