"""The page store: answers readers from finished pages and asks Django for the rest. Nothing in here imports Django.

It speaks RSGI, the server's own interface (`docs/decisions/001-page-store.md` says why). The event loop's thread alone
touches the shelf; work that takes more than a moment (compressing, the disk) is done by threads of their own.
"""

import asyncio
import json
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from freiblatt.config import Config
from freiblatt.lib.logs import request_id
from freiblatt.lib.proxies import Proxies
from freiblatt.pagestore import database, fragments
from freiblatt.pagestore.bridge import Bridge, OverloadedError, Reply
from freiblatt.pagestore.busy import BusyPages
from freiblatt.pagestore.counts import HITS, MISSES, PAGE_BYTES, PAGES, QUEUE, REFUSED, RENDERS, THROUGH, Counts
from freiblatt.pagestore.disk import DiskCopy
from freiblatt.pagestore.encodings import chosen, is_unchanged
from freiblatt.pagestore.files import Files
from freiblatt.pagestore.fragments import Fragment
from freiblatt.pagestore.headers import common_headers
from freiblatt.pagestore.keys import PASSED_ON, Address, Hosts, known_query
from freiblatt.pagestore.live import hub
from freiblatt.pagestore.pages import SERVER, Headers, Page, Piece, compose
from freiblatt.pagestore.requests import (
    BodyTooLargeError,
    BodyTooSlowError,
    LargeBodies,
    Request,
    TooManyBodiesError,
    reader_environ,
)
from freiblatt.pagestore.session_keys import SESSION_COOKIE, SessionKeys
from freiblatt.pagestore.shelf import Shelf
from freiblatt.pagestore.signed_in import SignedIn
from freiblatt.pagestore.slip import Slip
from freiblatt.pagestore.words import Words, words_of

logger = logging.getLogger(__name__)

#: Where staff upload pictures and recordings.
UPLOADS = "/admin/"
#: Addresses that were asked for and not allowed to be kept: their requests do not wait for each other.
MOST_UNKEPT = 4096
#: The share of the memory for what a stranger can make up: other statuses and query parameters.
FLEETING_SHARE = 8
#: A page goes to disk when it has stood this long: one that is commented on all the time would only be work there.
SETTLE_SECONDS = 0.5


class PageStore:
    """The application that the server runs."""

    def __init__(
        self, config: Config, *, words: Words, disk: DiskCopy, bridge: Bridge, settle_seconds: float = SETTLE_SECONDS
    ) -> None:
        self.config = config
        self._settle_seconds = settle_seconds
        self.words = words
        self.disk = disk
        self.bridge = bridge
        limit_bytes = config.store_memory_mb * 1024**2
        self.shelf = Shelf(limit_bytes)
        self.fleeting = Shelf(limit_bytes // FLEETING_SHARE)
        self.hosts = Hosts(config)
        self.proxies = Proxies(config.trusted_proxies)
        self.session_keys = SessionKeys(config.secret_key())
        self.large_bodies = LargeBodies()
        self.signed_in = SignedIn(self.session_keys, bridge)
        self.static = Files(config, config.static, is_public_upload=False)
        self.media = Files(config, config.media, is_public_upload=True)
        self._flights: dict[Address, asyncio.Task[Page | Reply]] = {}
        self._took_off: dict[Address, float] = {}
        self._unkept: set[Address] = set()
        self._craft = ThreadPoolExecutor(max_workers=1, thread_name_prefix="craft")
        # Apart from what readers wait for: a write waits for the lock that processes share, and for the disk.
        self._copying = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copying")
        self._background: set[asyncio.Future[Any]] = set()
        self._grace_seconds = config.store_grace_ms / 1000
        self._plain: Headers = [
            SERVER,
            ("content-type", "text/plain; charset=utf-8"),
            ("cache-control", "no-store"),
            *common_headers(config),
        ]
        self._busy_pages = BusyPages(config)
        self._database_is_current = False
        # For the hit below: attributes of ours cost more than locals, but the methods of these are fixed.
        self._usual_hosts = self.hosts.usual
        self._pages = self.shelf.pages
        self._values = words.values
        self.counts = Counts(config.var)
        self._counted = self.counts.values
        self.live = hub.LiveHub(config, words=words, bridge=bridge, proxies=self.proxies, counts=self.counts)
        #: Called by the server before the first request.
        self.__rsgi_init__ = self.live.begin

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request. The first lines are the whole way of a hit."""
        headers = scope.headers
        cookies = headers.get("cookie")
        if scope.method == "GET" and (cookies is None or SESSION_COOKIE not in "".join(headers.get_all("cookie"))):
            address = (self._usual_hosts.get(headers.get("host")), scope.path, scope.query_string)
            page = self._pages.get(address)  # type: ignore[call-overload] (a plain tuple equals an Address)
            if page is not None and page.checked == self._values[0] and page.until is None:
                self._pages.move_to_end(address)  # type: ignore[arg-type]
                variant = page.variants.get(chosen(headers.get("accept-encoding")))
                if variant is not None and headers.get("if-none-match") is None:
                    self._counted[HITS] += 1
                    protocol.response_bytes(page.status, variant.headers, variant.body)
                    return
        await self._answer(Request(scope, protocol))

    def _count_standing(self) -> None:
        counted = self._counted
        counted[QUEUE] = self.bridge.under_way
        counted[PAGES] = len(self.shelf.pages) + len(self.fleeting.pages)
        counted[PAGE_BYTES] = self.shelf.size + self.fleeting.size

    async def _answer(self, request: Request) -> None:
        self._count_standing()
        request_id.set(os.urandom(6).hex())
        try:
            await self._choose(request)
        except (OverloadedError, TooManyBodiesError):
            self._counted[REFUSED] += 1
            self._send_bytes(request, 503, *self._busy_pages.answer(request.path))
        except BodyTooLargeError:
            self._refuse(request, 413)
        except BodyTooSlowError:
            self._refuse(request, 408)
        except Exception:
            logger.exception("A request failed in the page store: %s %s", request.method, request.path)
            self._refuse(request, 500)
        finally:
            self._count_standing()

    async def _choose(self, request: Request) -> None:
        path = request.path
        host = self.hosts.name_of(request.authority)
        if host is None or not path.startswith("/"):
            self._refuse(request, 400)
            return
        request.host = host
        if path == "/healthz":
            await self._health(request)
        elif path.startswith("/static/"):
            self.static.answer(request, path[8:])
        elif path.startswith("/media/"):
            await self._media(request, path[7:])
        elif path.startswith(hub.PREFIX):
            await self.live.answer(request)
        elif path == "/metrics":
            await self._pass_on(request)
        elif request.is_read and self._is_for_all(request) and not self._is_staff(request):
            await self._page(request)
        else:
            await self._pass_on(request)

    async def _media(self, request: Request, name: str) -> None:
        """Answer with a public upload. What is not there was perhaps, and Django knows what to say of it."""
        found = self.media.find(name)
        if found is None and request.is_read and self.media.lacks(name):
            await self._pass_on(request)
        else:
            self.media.answer(request, name, found)

    def _is_for_all(self, request: Request) -> bool:
        """Whether the address may be a page for everybody. Steps are, if nothing in them is for one reader alone."""
        return not request.path.startswith(PASSED_ON) or request.is_plain_step

    def _is_staff(self, request: Request) -> bool:
        """Whether the request carries a session key that we gave out, valid still or not."""
        return "cookie" in request.headers and self.session_keys.are_in(request.headers.get_all("cookie"))

    async def _pass_on(self, request: Request) -> None:
        """Let Django answer, the request as it came."""
        self._counted[THROUGH] += 1
        environ = request.environ(self.proxies)
        may_be_large = request.path.startswith(UPLOADS) and request.may_be_large and await self.signed_in.by(request)
        body = await request.body(self.large_bodies if may_be_large else None)
        try:
            reply = await self.bridge.call(environ, body.file, body.length)
        finally:
            body.close()
        await reply.send(request)

    async def _page(self, request: Request) -> None:
        """Answer from the store; build the page, once for all who wait, if it is missing or outdated."""
        address = Address(request.host, request.path, known_query(request.query))
        arrived = self._values[0]
        self._counted[HITS if self._fresh(address) is not None else MISSES] += 1
        while True:
            page = self._fresh(address)
            if page is not None:
                await self._send_page(request, page)
                return
            if address in self._unkept:
                await self._finish(request, await self._render(request, address))
                return
            flight = self._flights.get(address)
            is_first = flight is None
            if flight is None:
                flight = self._take_off(request, address)
            if self._grace_seconds and await self._may_stand_in(request, address):
                return
            # Not awaited by itself: a reader who leaves must not end what others wait for.
            await asyncio.wait({flight})
            made = flight.result()
            if isinstance(made, Reply):
                # Not for everybody: everybody asks alone. Only a failure is for all, for asking again makes it worse.
                if is_first or made.status >= 500:
                    await self._finish(request, made)
                    return
                self._unkept.add(address)
                continue
            # A flight that took off before a change must not answer one who asked after it.
            if made.checked >= arrived:
                await self._send_page(request, made)
                return

    def _take_off(self, request: Request, address: Address) -> "asyncio.Task[Page | Reply]":
        flight = asyncio.get_running_loop().create_task(self._make(request, address))
        self._flights[address] = flight
        self._took_off[address] = time.monotonic()
        flight.add_done_callback(lambda _flight: self._land(address))
        return flight

    def _land(self, address: Address) -> None:
        self._flights.pop(address, None)
        self._took_off.pop(address, None)

    async def _may_stand_in(self, request: Request, address: Address) -> bool:
        old = self._kept(address)
        if old is None or time.monotonic() - self._took_off.get(address, 0.0) > self._grace_seconds:
            return False
        await self._send_page(request, old)
        return True

    async def _make(self, request: Request, address: Address) -> Page | Reply:
        """Return the page: recomposed, from disk or from Django; or Django's answer that is not to be kept."""
        old = self._kept(address)
        if old is not None and old.places:
            page = await self._recompose(old)
            if page is not None:
                return page
        page = await self._work(self.disk.read, address)
        if page is not None and not _is_over(page):
            self._shelf(page).put(page)
            return page
        return await self._render(request, address, old)

    async def _render(self, request: Request, address: Address, old: Page | None = None) -> Page | Reply:
        sequence = self._values[0]
        self._counted[RENDERS] += 1
        slip = Slip()
        reply = await self.bridge.get(self._environ(request, address), slip)
        if slip.keys is None or not isinstance(reply.body, bytes):
            if len(self._unkept) >= MOST_UNKEPT:
                self._unkept.clear()
            if reply.status < 400:
                self._unkept.add(address)
            return reply
        self._unkept.discard(address)
        parts = fragments.split(reply.body)
        wanted = {part for part in parts if isinstance(part, Fragment)}
        pieces = {}
        if old is not None and old.places and wanted:
            _parts, known = old.apart()
            pieces = {name: piece for name, piece in known.items() if name in wanted and self._is_fresh(piece)}
        checked = sequence
        if missing := wanted - pieces.keys():
            rendered = await self._fragments(address, missing)
            if rendered is None:
                return Reply(500, [("content-type", "text/plain; charset=utf-8")], b"500\n")
            pieces |= rendered
        page = await self._work(
            compose,
            address=address,
            status=reply.status,
            head=reply.headers,
            parts=parts,
            words=words_of(slip.keys),
            sequence=sequence,
            until=slip.until.timestamp() if slip.until is not None else None,
            pieces=pieces,
        )
        page.checked = checked
        self._keep(page)
        return page

    async def _recompose(self, old: Page) -> Page | None:
        """Return `old` with its outdated fragments built anew, or None where more than fragments is outdated."""
        checked = self._values[0]
        if _is_over(old) or self.words.newest(old.words) > old.sequence:
            return None
        parts, pieces = old.apart()
        outdated = {name for name, piece in pieces.items() if not self._is_fresh(piece)}
        if not outdated:
            return None
        rendered = await self._fragments(old.address, outdated)
        if rendered is None:
            return None
        page = await self._work(
            compose,
            address=old.address,
            status=old.status,
            head=old.head,
            parts=parts,
            words=old.words,
            sequence=old.sequence,
            until=old.until,
            pieces=pieces | rendered,
        )
        page.checked = checked
        self._keep(page)
        return page

    async def _fragments(self, address: Address, wanted: set[Fragment]) -> dict[Fragment, Piece] | None:
        """Return the fragments, rendered by Django in one go; None where that failed (Django logs why)."""
        sequence = self._values[0]
        self._counted[RENDERS] += 1
        slip = Slip(wanted_fragments=sorted(wanted))
        environ = reader_environ(
            path="/", query="", host=self.hosts.header_for(address.host), is_https=self.config.is_https
        )
        reply = await self.bridge.get(environ, slip)
        if reply.status != 200 or slip.rendered.keys() != wanted:
            return None
        return {name: Piece(one.html, words_of(one.keys), sequence) for name, one in slip.rendered.items()}

    def _environ(self, request: Request, address: Address) -> dict[str, Any]:
        """Return what Django sees of a request for a page for everybody: of the asker only the network address."""
        environ = reader_environ(
            path=address.path,
            query=address.query,
            host=self.hosts.header_for(address.host),
            is_https=self.config.is_https,
        )
        asker = request.environ(self.proxies)
        for name in ("REMOTE_ADDR", "REMOTE_PORT"):
            environ[name] = asker[name]
        return environ

    def _keep(self, page: Page) -> None:
        shelf = self._shelf(page)
        (self.fleeting if shelf is self.shelf else self.shelf).drop(page.address)
        shelf.put(page)
        if self._settle_seconds:
            asyncio.get_running_loop().call_later(self._settle_seconds, self._copy_to_disk, page)
        else:
            self._copy_to_disk(page)

    def _copy_to_disk(self, page: Page) -> None:
        """Write `page` to disk unless another has taken its place or it went stale; `DiskCopy.write` looks again."""
        if self._shelf(page).pages.get(page.address, page) is not page:
            return
        if any(self.words.newest(words) > since for words, since in page.claims):
            return
        writing = asyncio.get_running_loop().run_in_executor(self._copying, self.disk.write, page)
        self._background.add(writing)
        writing.add_done_callback(self._background.discard)

    def _shelf(self, page: Page) -> Shelf:
        return self.fleeting if page.status != 200 or page.address.query else self.shelf

    def _kept(self, address: Address) -> Page | None:
        return self.shelf.get(address) or self.fleeting.get(address)

    def _fresh(self, address: Address) -> Page | None:
        page = self._kept(address)
        if page is None or _is_over(page):
            return None
        sequence = self._values[0]
        if page.checked != sequence:
            if any(self.words.newest(words) > since for words, since in page.claims):
                return None
            page.checked = sequence
        return page

    def _is_fresh(self, piece: Piece) -> bool:
        return self.words.newest(piece.words) <= piece.sequence

    async def _work(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._craft, lambda: work(*args, **kwargs))

    async def _send_page(self, request: Request, page: Page) -> None:
        encoding = chosen(request.headers.get("accept-encoding"))
        if encoding == "gzip" and encoding not in page.variants:
            await self._work(page.variant, encoding)
        variant = page.variant(encoding)
        none_match = request.headers.get("if-none-match")
        if none_match is not None and page.status == 200 and is_unchanged(none_match, variant.etag):
            request.protocol.response_empty(304, variant.unchanged)
        else:
            self._send_bytes(request, page.status, variant.headers, variant.body)

    async def _finish(self, request: Request, made: Page | Reply) -> None:
        if isinstance(made, Page):
            await self._send_page(request, made)
        else:
            await made.send(request)

    def _send_bytes(self, request: Request, status: int, headers: Headers, body: bytes) -> None:
        if request.method == "HEAD" or not body:
            request.protocol.response_empty(status, headers)
        else:
            request.protocol.response_bytes(status, headers, body)

    def _refuse(self, request: Request, status: int) -> None:
        self._send_bytes(request, status, self._plain, f"{status} {HTTPStatus(status).phrase}\n".encode())

    async def _health(self, request: Request) -> None:
        """Say whether database and store work. Never kept."""
        reason = await asyncio.get_running_loop().run_in_executor(None, self._reason_of_illness)
        headers = [(name, "application/json" if name == "content-type" else value) for name, value in self._plain]
        said = {"status": "unavailable", "reason": reason} if reason else {"status": "ok"}
        self._send_bytes(request, 503 if reason else 200, headers, json.dumps(said).encode() + b"\n")

    def _reason_of_illness(self) -> str | None:
        if not os.access(self.config.var, os.W_OK) or not self.words.is_whole():
            return "store"
        try:
            if self._database_is_current:
                database.ping(self.config)
            else:
                database.check(self.config)
                self._database_is_current = True
        except database.DatabaseUnavailableError:
            return "database"
        except database.DatabaseBehindError:
            return "database_behind"
        except database.DatabaseAheadError:
            return "database_ahead"
        return None


def _is_over(page: Page) -> bool:
    return page.until is not None and time.time() >= page.until
