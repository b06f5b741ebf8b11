"""Django behind the store: a WSGI application in a fixed pool of threads with a bounded queue.

A thread is held only while Django works: bodies are read before, answers are sent after. Django is imported by a
thread of its own; until it is there, requests wait in the queue. Nothing in here imports Django at import.
"""

import asyncio
import contextvars
import io
import logging
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, NamedTuple

from freiblatt.pagestore.pages import SERVER, Headers
from freiblatt.pagestore.requests import Request
from freiblatt.pagestore.slip import Slip

logger = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
#: A streamed answer above this waits on disk until its reader has fetched it.
MEMORY_BYTES = 1024**2
CHUNK_BYTES = 64 * 1024
#: Headers that belong to a connection, not to an answer; the server writes its own.
HOP_HEADERS = frozenset({"connection", "keep-alive", "transfer-encoding", "server", "date", "x-powered-by"})


class OverloadedError(Exception):
    """All threads are busy and the queue is full."""


class Reply(NamedTuple):
    """Django's answer: its body as bytes, or as an open file."""

    status: int
    headers: Headers
    body: bytes | IO[bytes]
    #: The directory entry behind the file, where the server may send it by itself.
    path: str | None = None

    async def send(self, request: Request) -> None:
        """Send the answer to the one who asked."""
        headers = [SERVER, *(item for item in self.headers if item[0] not in HOP_HEADERS)]
        protocol = request.protocol
        if isinstance(self.body, bytes):
            if request.method == "HEAD" or not self.body:
                protocol.response_empty(self.status, headers)
            else:
                protocol.response_bytes(self.status, headers, self.body)
            return
        loop = asyncio.get_running_loop()
        try:
            if request.method == "HEAD":
                protocol.response_empty(self.status, headers)
            elif self.path is not None:
                protocol.response_file(self.status, headers, self.path)
            else:
                transport = protocol.response_stream(self.status, headers)
                while chunk := await loop.run_in_executor(None, self.body.read, CHUNK_BYTES):
                    await transport.send_bytes(chunk)
        finally:
            await loop.run_in_executor(None, self.body.close)


class _File:
    """What Django wraps a file in that it wants sent (PEP 3333, `wsgi.file_wrapper`)."""

    def __init__(self, file: IO[bytes], block_size: int = CHUNK_BYTES) -> None:
        self.file = file


class Bridge:
    """The way to Django."""

    def __init__(self, load: Callable[[], Application], *, threads: int, queue: int) -> None:
        self._load = load
        self._limit = threads + queue
        self._under_way = 0
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="django")
        self._application: Application | None = None
        self._is_loaded = threading.Event()

    @property
    def under_way(self) -> int:
        """How many requests are being answered or wait for it."""
        return self._under_way

    @property
    def is_loaded(self) -> bool:
        """Whether Django is there."""
        return self._application is not None

    def start(self) -> None:
        """Begin to load Django."""
        threading.Thread(target=self._import, name="loading", daemon=True).start()

    def _import(self) -> None:
        started = time.monotonic()
        try:
            self._application = self._load()
        except BaseException:
            # Without Django there is nothing to wait for. The supervisor says so and ends when it happens again.
            sys.stderr.write("freiblatt: Django could not be loaded.\n" + traceback.format_exc())
            sys.stderr.flush()
            os._exit(3)
        self._is_loaded.set()
        logger.info("Django loaded in %.1f s.", time.monotonic() - started)

    async def call(self, environ: dict[str, Any], body: IO[bytes], length: int, slip: Slip | None = None) -> Reply:
        """Return Django's answer. Raises OverloadedError, before anything has been done."""
        if self._under_way >= self._limit:
            raise OverloadedError
        environ["wsgi.input"] = body
        environ["wsgi.errors"] = sys.stderr
        environ["wsgi.file_wrapper"] = _File
        environ["CONTENT_LENGTH"] = str(length) if length else ""
        if slip is not None:
            environ[Slip.ENVIRON] = slip
        self._under_way += 1
        try:
            # With what this task knows: the log names the request in the thread, too.
            run = contextvars.copy_context().run
            return await asyncio.get_running_loop().run_in_executor(self._pool, run, self._run, environ)
        finally:
            self._under_way -= 1

    async def work(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return what `function` returns, called where Django works. Raises OverloadedError, and what it raises."""
        if self._under_way >= self._limit:
            raise OverloadedError
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._call_loaded, function, args)
        finally:
            self._under_way -= 1

    def _call_loaded(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        self._is_loaded.wait()
        return function(*args)

    async def get(self, environ: dict[str, Any], slip: Slip) -> Reply:
        """Return Django's answer to a request without a body."""
        return await self.call(environ, io.BytesIO(), 0, slip)

    def _run(self, environ: dict[str, Any]) -> Reply:
        self._is_loaded.wait()
        assert self._application is not None  # noqa: S101 (for the type checker; the event says so)
        started: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], None]:
            started[:] = [int(status.split(" ", 1)[0]), [(name.lower(), value.strip()) for name, value in headers]]
            return _refuse_write

        answer: Any = self._application(environ, start_response)
        if isinstance(answer, _File):
            status, headers = started
            return Reply(status, headers, answer.file, _path_of(answer.file))
        try:
            if not getattr(answer, "streaming", False):
                body: bytes | IO[bytes] = b"".join(answer)
            else:
                body = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 (lives on)
                for chunk in answer:
                    body.write(chunk)
                body.seek(0)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = started
        return Reply(status, headers, body)

    def close(self) -> None:
        """Take no more work."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _refuse_write(_chunk: bytes) -> None:
    raise NotImplementedError("Django never writes this way.")


def _path_of(file: Any) -> str | None:
    name = getattr(file, "name", None)
    return name if isinstance(name, str) and os.path.isabs(name) and os.path.isfile(name) else None
