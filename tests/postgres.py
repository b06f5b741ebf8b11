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


@contextlib.contextmanager
def running(*, port: int | None = None) -> Iterator[str]:
    """Give the address (postgresql://…) of an empty database of a server that lives as long as the context."""
    bin_folder, user, port = programs(), server_user(), port or free_port()
    directory = Path(tempfile.mkdtemp(prefix="freiblatt-postgres-"))
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    environment = {"PATH": f"{bin_folder}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(directory)}
    if user:
        os.chown(directory, user.pw_uid, user.pw_gid)

    def call(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=directory, env=environment, capture_output=True, text=True, check=False, **as_user
        )

    data = directory / "data"
    server: subprocess.Popen[bytes] | None = None
    try:
        made = call(
            *(str(bin_folder / "initdb"), "--pgdata", str(data), "--username", "freiblatt", "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        if made.returncode:
            raise PostgresError(f"initdb: {made.stderr.strip()}")
        settings = [*FAST, f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={directory}"]
        command = [str(bin_folder / "postgres"), "-D", str(data)]
        for setting in settings:
            command += ["-c", setting]
        log = directory / "log"
        with log.open("wb") as output:
            # A session of its own: an interrupt at the keyboard reaches COMMAND, and the server ends after it.
            server = subprocess.Popen(
                command, cwd=directory, env=environment, stdout=output, stderr=output, start_new_session=True, **as_user
            )
        until = time.monotonic() + START_SECONDS
        while call(str(bin_folder / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)).returncode:
            if server.poll() is not None or time.monotonic() > until:
                raise PostgresError(f"postgres: did not start on port {port}.\n{log.read_text(errors='replace')}")
            time.sleep(0.1)
        created = call(
            *(str(bin_folder / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "freiblatt", "freiblatt")
        )
        if created.returncode:
            raise PostgresError(f"createdb: {created.stderr.strip()}")
        yield f"postgresql://freiblatt@127.0.0.1:{port}/freiblatt"
    finally:
        if server and server.poll() is None:
            server.send_signal(signal.SIGINT)  # fast shutdown: ends sessions
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(directory, ignore_errors=True)


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
