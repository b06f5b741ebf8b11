"""Running the server: Granian's supervisor, its workers, and one job worker beside them.

The supervisor imports no Django: it only starts, watches and ends other processes.
"""

import contextlib
import fcntl
import functools
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels

from freiblatt.config import Config
from freiblatt.lib import logs
from freiblatt.pagestore import database, fingerprint, static

logger = logging.getLogger(__name__)

LOCK_NAME = "serve.lock"
#: A supervisor that was killed takes its processes with it; that takes a moment.
LOCK_WAIT_SECONDS = 5.0
#: Connections that one process holds at a time, besides the open streams of readers who follow something live.
BACKPRESSURE = 10_000
BACKLOG = 2048
#: After this a process with open streams is ended by force.
KILL_SECONDS = 10
#: A job worker that ends is started again after this, doubled up to the second value while it goes on ending soon.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
#: One that lived this long is considered well.
WELL_SECONDS = 60.0
#: The job worker's wish to be started again at once.
STATUS_AGAIN = 75
JOBS_STOP_SECONDS = 20.0


class ServeError(Exception):
    """The publication cannot be served; the message says why and what to do."""


def serve(config: Config, *, begun: Callable[[], object] = lambda: None) -> int:
    """Serve the current publication until told to stop (SIGINT or SIGTERM); return 0, or 1 where a process failed.

    `begun` is called when nothing speaks against it any more, before anybody is answered. Raises ServeError when
    another server runs on the directory or the database is missing or behind.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logs.formatter(config.log_format))
    logging.basicConfig(level=config.log_level.upper(), handlers=[handler])
    with alone(config):
        _refuse_database(config)
        begun()
        if not static.is_current(config):
            logger.info("Collecting static files.")
            subprocess.run([sys.executable, "-m", "freiblatt.pagestore.static"], check=True)
        jobs = JobWorker(config) if config.server_jobs else None
        server = Granian(
            "freiblatt.pagestore.application:application",
            address=config.server_host.strip("[]"),
            port=config.server_port,
            interface=Interfaces.RSGI,
            workers=config.server_workers,
            runtime_mode=RuntimeModes.st,
            http=HTTPModes.auto,
            http1_settings=HTTP1Settings(),
            http2_settings=HTTP2Settings(max_concurrent_streams=128, max_headers_size=64 * 1024),
            websockets=False,
            backlog=BACKLOG,
            backpressure=BACKPRESSURE + config.live_streams,
            respawn_failed_workers=True,
            workers_kill_timeout=KILL_SECONDS,
            log_level=LogLevels.info if config.log_level == "debug" else LogLevels.warning,
            log_dictconfig={
                **logs.configuration(config.log_format),
                "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
            },
        )
        server.on_startup(lambda: _say_address(config))
        if jobs is not None:
            server.on_startup(jobs.start)
        try:
            server.serve(target_loader=functools.partial(_load, fingerprint.of(config), os.getpid()))
        except SystemExit as ended:
            return int(ended.code or 0) if not isinstance(ended.code, str) else 1
        finally:
            if jobs is not None:
                jobs.stop()
    return 0


def refuse_second_server(config: Config) -> None:
    """Raise ServeError where another server runs on the publication's directory; name its process."""
    with alone(config):
        pass


def _load(mark: str, supervisor: int, _target: str) -> Any:
    """Return the application. The fingerprint is the supervisor's, so that all workers of one start agree."""
    from freiblatt.pagestore.application import application

    return application(mark, supervisor)


def _say_address(config: Config) -> None:
    host = f"[{config.server_host}]" if ":" in config.server_host else config.server_host
    sys.stdout.write(f"Freiblatt serves {config.name} at http://{host}:{config.server_port}/\n")
    sys.stdout.flush()


@contextlib.contextmanager
def alone(config: Config) -> Iterator[None]:
    """Hold the directory: two servers would fight for its job worker and throw each other's pages away."""
    path = config.var / LOCK_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        end = time.monotonic() + LOCK_WAIT_SECONDS
        while not _try_lock(file):
            file.seek(0)
            holder = file.read().strip() or "unknown"
            if time.monotonic() > end or _lives(holder):
                raise ServeError(
                    f"{config.directory}: another `freiblatt serve` runs here (process {holder}). Stop it first."
                )
            time.sleep(0.1)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(holder: str) -> bool:
    try:
        os.kill(int(holder), 0)
    except ValueError:
        return False
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _refuse_database(config: Config) -> None:
    try:
        database.check(config)
    except database.OtherReleaseError as error:
        raise ServeError(f"database: {error}. {error.advice}") from error
    except database.DatabaseUnavailableError as error:
        raise ServeError(f"database_url: {error} Expected the publication's database.") from error


class JobWorker:
    """The job worker as a child process that is started again when it ends."""

    def __init__(self, config: Config) -> None:
        self.command = [
            *(sys.executable, "-m", "freiblatt", "worker", "--publication", str(config.directory)),
            *("--parent", str(os.getpid())),
        ]
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="jobs")

    def start(self) -> None:
        """Start it and go on watching."""
        self._thread.start()

    def stop(self) -> None:
        """Tell it to stop, wait, end it by force where it does not."""
        self._stopped.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(JOBS_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                logger.warning("The job worker did not stop in %.0f s and is killed.", JOBS_STOP_SECONDS)
                process.kill()
                process.wait()
        if self._thread.ident is not None:
            self._thread.join()

    def _watch(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while not self._stopped.is_set():
            started = time.monotonic()
            self._process = subprocess.Popen(self.command)  # noqa: S603 (our own program)
            if self._stopped.is_set():
                self._process.terminate()
            status = self._process.wait()
            if self._stopped.is_set():
                return
            if status == STATUS_AGAIN:
                pause_seconds = FIRST_PAUSE_SECONDS
                continue
            if time.monotonic() - started > WELL_SECONDS:
                pause_seconds = FIRST_PAUSE_SECONDS
            logger.error("The job worker ended with status %d; it is started again in %.0f s.", status, pause_seconds)
            self._stopped.wait(pause_seconds)
            pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)
