"""A real PostgreSQL for the length of one command: `python -m tests.postgres [--port N] -- COMMAND…`.

Starts the server of the operating system's package in a temporary directory on a loopback port, sets
FREIBLATT_DATABASE_URL for COMMAND, stops it whatever happens, and ends with COMMAND's status.
"""

import argparse
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Nothing here has to survive a crash, and much is written.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=128MB", "max_connections=60"]
START_SECONDS = 60
UNPRIVILEGED = ("postgres", "nobody")


class PostgresError(Exception):
    """No server could be started; the message says what to do."""


def programs() -> Path:
    """Return the folder with `initdb` and `postgres`: on PATH, from `pg_config`, or Debian's newest."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if config := shutil.which("pg_config"):
        folder = Path(subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
        if (folder / "initdb").exists():
            return folder
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not folders:
        raise PostgresError("initdb: not found. Install PostgreSQL's server, on Debian: apt-get install postgresql.")
    return max(folders, key=lambda folder: int(folder.parent.name))


def server_user() -> pwd.struct_passwd | None:
    """Return whom the server must run as: PostgreSQL refuses root. None: as whoever we are."""
    if os.getuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresError(f"user: none of {', '.join(UNPRIVILEGED)} exists, and PostgreSQL refuses to run as root.")


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A server in a temporary directory, which can be stopped and started again."""

    def __init__(self, *, port: int | None = None) -> None:
        self.bin_folder, user, self.port = programs(), server_user(), port or free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="freiblatt-postgres-"))
        self.as_user: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        self.environment = {
            "PATH": f"{self.bin_folder}:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.directory),
        }
        self.process: subprocess.Popen[bytes] | None = None
        if user:
            os.chown(self.directory, user.pw_uid, user.pw_gid)

    @property
    def address(self) -> str:
        return f"postgresql://freiblatt@127.0.0.1:{self.port}/freiblatt"

    def call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.bin_folder / program), *arguments],
            cwd=self.directory, env=self.environment, capture_output=True, text=True, check=False, **self.as_user,
        )  # fmt: skip

    def make(self) -> None:
        """Make the server's files, start it, and make its database. Raises PostgresError."""
        made = self.call(
            *("initdb", "--pgdata", str(self.directory / "data"), "--username", "freiblatt", "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        if made.returncode:
            raise PostgresError(f"initdb: {made.stderr.strip()}")
        self.start()
        created = self.call("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "freiblatt", "freiblatt")
        if created.returncode:
            raise PostgresError(f"createdb: {created.stderr.strip()}")

    def start(self) -> None:
        """Return when the server answers. Raises PostgresError."""
        settings = [
            *FAST,
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.directory}",
        ]
        command = [str(self.bin_folder / "postgres"), "-D", str(self.directory / "data")]
        for setting in settings:
            command += ["-c", setting]
        log = self.directory / "log"
        with log.open("ab") as output:
            # A session of its own: an interrupt at the keyboard reaches COMMAND, and the server ends after it.
            self.process = subprocess.Popen(
                command, cwd=self.directory, env=self.environment, stdout=output, stderr=output,
                start_new_session=True, **self.as_user,
            )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while self.call("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)).returncode:
            if self.process.poll() is not None or time.monotonic() > until:
                raise PostgresError(f"postgres: did not start on port {self.port}.\n{log.read_text(errors='replace')}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server and every session."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # fast shutdown: ends sessions
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def remove(self) -> None:
        """Stop the server and remove what is left of it."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


@contextlib.contextmanager
def running(*, port: int | None = None) -> Iterator[str]:
    """Give the address (postgresql://…) of an empty database of a server that lives as long as the context."""
    server = Server(port=port)
    try:
        server.make()
        yield server.address
    finally:
        server.remove()


def main(arguments: list[str]) -> int:
    """Run the command line and return the command's status; 2 if no server could be started."""
    parser = argparse.ArgumentParser(prog="python -m tests.postgres", description=__doc__)
    parser.add_argument("--port", type=int, help="Loopback port of the server. Default: a free one.")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    chosen = parser.parse_args(arguments)
    # A stop request must pass through the cleaning up.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    try:
        with running(port=chosen.port) as address:
            environment = {**os.environ, "FREIBLATT_DATABASE_URL": address}
            with subprocess.Popen(chosen.command, env=environment) as process:
                try:
                    return process.wait()
                except BaseException:
                    process.terminate()
                    raise
    except PostgresError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
