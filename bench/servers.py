"""The program and nginx as real processes on the server's core."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import load


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def program(directory: Path, *, core: str, workers: int = 1, jobs: bool = False) -> Iterator[tuple[int, int]]:
    """Serve the publication in `directory`; give port and process id once it answers."""
    port = free_port()
    environment = {
        **os.environ,
        "FREIBLATT_SERVER_JOBS": "true" if jobs else "false",
        "FREIBLATT_LOG_LEVEL": "error",
        "FREIBLATT_PUBLICATION": str(directory),
    }
    command = ["taskset", "-c", core, sys.executable, "-m", "freiblatt", "serve"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    log = directory / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        load.wait_for(port, "/healthz", seconds=60)
        yield port, process.pid
    except TimeoutError as error:
        raise SystemExit(f"{error}\n{log.read_text(errors='replace')[-3000:]}") from error
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_disk_copy(directory: Path, path: str) -> None:
    """Wait until the store has written the page to the disk, which it does after the answer. Raises SystemExit."""
    file = directory / "var" / "pages" / "current" / "reader" / "127.0.0.1" / path.strip("/") / "index.html"
    begun = time.monotonic()
    while not file.exists():
        if time.monotonic() - begun > 10:
            raise SystemExit(f"{path} did not reach the disk within 10 seconds: {file}")
        time.sleep(0.05)


@contextlib.contextmanager
def nginx(root: Path, *, core: str, index: str, upstream: int | None = None) -> Iterator[tuple[int, int]]:
    """Serve the files below `root` by nginx with one worker; give port and process id. `index` is its `try_files`."""
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        configuration = load.nginx_configuration(folder, port, root, index, upstream)
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        process = subprocess.Popen(["taskset", "-c", core, binary, "-c", str(configuration), *user])
        try:
            load.wait_for(port, "/", seconds=10) if upstream is None else load.wait_for(port, "/healthz", seconds=10)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(10)
