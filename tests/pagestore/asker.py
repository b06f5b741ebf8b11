"""Asks a page store in this process as the server would (RSGI), and keeps what it answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from freiblatt.config import Config
from freiblatt.pagestore import marking
from freiblatt.pagestore.bridge import Bridge
from freiblatt.pagestore.disk import DiskCopy
from freiblatt.pagestore.store import PageStore
from freiblatt.settings import CONFIG


class AskedHeaders:
    """Headers of a request, as the server offers them."""

    def __init__(self, items: list[tuple[str, str]]) -> None:
        self._items = items

    def get(self, name: str, default: Any = None) -> Any:
        return next((value for key, value in self._items if key == name), default)

    def get_all(self, name: str) -> list[str]:
        return [value for key, value in self._items if key == name]

    def items(self) -> list[tuple[str, str]]:
        return self._items

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._items)


@dataclass
class Scope:
    method: str
    path: str
    query_string: str
    headers: AskedHeaders
    scheme: str = "http"
    client: str = "192.0.2.7:40000"
    authority: str | None = None


@dataclass
class Answer:
    """What came back; also the server's side of the conversation."""

    sent: list[bytes]
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookies: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.body.decode()

    parts: Callable[[], AsyncIterator[bytes]] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.parts is not None:
            async for chunk in self.parts():
                yield chunk
            return
        for chunk in self.sent:
            yield chunk

    def _begin(self, status: int, headers: list[tuple[str, str]]) -> None:
        assert self.status == 0, "answered twice"
        self.status = status
        self.headers = dict(headers)
        self.cookies = [value for name, value in headers if name == "set-cookie"]
        assert all(name == name.lower() for name, _ in headers)

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self._begin(status, headers)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self._begin(status, headers)
        self.body = body

    def response_str(self, status: int, headers: list[tuple[str, str]], body: str) -> None:
        self.response_bytes(status, headers, body.encode())

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None:
        self.response_bytes(status, headers, Path(file).read_bytes())

    def response_file_range(self, status: int, headers: list[tuple[str, str]], file: str, start: int, end: int) -> None:
        self.response_bytes(status, headers, Path(file).read_bytes()[start:end])

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> "Answer":
        self._begin(status, headers)
        return self

    async def send_bytes(self, data: bytes) -> None:
        self.body += data


class Asker:
    """A page store with an event loop of its own."""

    def __init__(self, store: PageStore) -> None:
        self.store = store
        self.loop = asyncio.new_event_loop()

    async def asking(
        self, path: str, *, method: str = "GET", body: list[bytes] | None = None, parts: Any = None, headers: Any = (),
        client: str = "192.0.2.7:40000", **named: str,
    ) -> Answer:  # fmt: skip
        """Return the answer to a request; `named` are headers with underscores for hyphens; `parts` gives a body."""
        path, _, query = path.partition("?")
        items = [(name.replace("_", "-"), value) for name, value in named.items()] + list(headers)
        if not any(name == "host" for name, _ in items):
            items.insert(0, ("host", "testserver"))
        if body is not None:
            items.append(("content-length", str(sum(map(len, body)))))
        elif parts is not None:
            items.append(("transfer-encoding", "chunked"))
        answer = Answer(body or [], parts=parts)
        await self.store.__rsgi__(Scope(method, path, query, AskedHeaders(items), client=client), answer)
        assert answer.status, "not answered"
        return answer

    def run(self, work: Any) -> Any:
        # In a thread of its own: the browser of a journey that ran before keeps a loop running in this one.
        with ThreadPoolExecutor(max_workers=1) as aside:
            return aside.submit(self.loop.run_until_complete, work).result()

    def ask(self, path: str, **options: Any) -> Answer:
        return self.run(self.asking(path, **options))

    def settle(self) -> None:
        """Wait until everything that goes on in the background is done."""
        while self.store._background:
            self.run(asyncio.wait(set(self.store._background)))

    def close(self) -> None:
        self.settle()
        self.store.bridge.close()
        self.store.counts.leave()
        self.store._craft.shutdown()
        self.store._copying.shutdown()
        self.loop.close()


@contextlib.contextmanager
def asker(
    *,
    load: Callable[[], Any] | None = None,
    threads: int = 4,
    queue: int = 64,
    mark: str = "test",
    are_signed_in: Callable[[list[str]], bool] = bool,
    **changes: Any,
) -> Iterator[Asker]:
    """Yield an asker of a new store on this run's publication; `changes` are fields of its configuration.

    A session's key is all there is of a session, unless `are_signed_in` asks the database.
    """
    config: Config = CONFIG.model_copy(update=changes)
    config.var.mkdir(parents=True, exist_ok=True)
    disk = DiskCopy(config, mark, marking.words())
    disk.open()
    if load is None:
        from django.core.wsgi import get_wsgi_application as load
    bridge = Bridge(load, threads=threads, queue=queue)
    bridge.start()
    store = PageStore(config, words=marking.words(), disk=disk, bridge=bridge, settle_seconds=0.0)
    store.signed_in.ask = are_signed_in
    made = Asker(store)
    try:
        yield made
    finally:
        made.close()
