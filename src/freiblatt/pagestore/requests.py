"""A request as the server hands it over (RSGI), in the words of the store. Nothing in here imports Django."""

import asyncio
import tempfile
from ipaddress import ip_address
from typing import IO, Any

from freiblatt.lib.proxies import IS_LOCAL, Proxies
from freiblatt.pagestore.keys import known_query

#: What a request may weigh: forms with text. Staff upload pictures and recordings, in the admin alone.
SMALL_BYTES = 4 * 1024**2
LARGE_BYTES = 2 * 1024**3
#: Bodies above the first limit that one process takes at a time.
MOST_LARGE_BODIES = 4
#: A body above this waits on disk, not in memory.
MEMORY_BYTES = 512 * 1024
#: A length with more digits is no length.
MOST_DIGITS = 18
#: The longest pause between two parts of a body.
PAUSE_SECONDS = 30.0

#: Headers by which proxies speak. Of trusted ones two are heeded, here; none of them ever reaches Django.
PROXY_HEADERS = ("forwarded", "x-forwarded-", "x-real-ip")
#: Headers of a proxy that says nothing of whom it asks for.
OTHER_PROXY_HEADERS = frozenset({"via", "x-client-ip", "true-client-ip", "cf-connecting-ip"})


class BodyTooLargeError(Exception):
    """The body is larger than this asker may send."""


class TooManyBodiesError(Exception):
    """As many large bodies as we take at a time are under way."""


class BodyTooSlowError(Exception):
    """The body did not come within the time."""


class LargeBodies:
    """Counts the large bodies of one process: they lie on disk until Django has answered."""

    def __init__(self) -> None:
        self.under_way = 0

    def come(self) -> None:
        """Count one more. Raises TooManyBodiesError."""
        if self.under_way >= MOST_LARGE_BODIES:
            raise TooManyBodiesError
        self.under_way += 1

    def go(self) -> None:
        """Count one less."""
        self.under_way -= 1


class Body:
    """What came with a request; to be closed."""

    def __init__(self, large_bodies: LargeBodies | None) -> None:
        """Take a body: small where `large_bodies` is None, counted there as soon as it is not."""
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 (lives on)
        self.length = 0
        self._large_bodies = large_bodies
        self._is_large = False

    def expect(self, length: int) -> None:
        """Be ready for `length` bytes in all. Raises BodyTooLargeError or TooManyBodiesError."""
        if length <= SMALL_BYTES:
            return
        if self._large_bodies is None or length > LARGE_BYTES:
            raise BodyTooLargeError
        if not self._is_large:
            self._large_bodies.come()
            self._is_large = True

    def add(self, chunk: bytes) -> None:
        """Append `chunk`. Raises BodyTooLargeError or TooManyBodiesError."""
        self.expect(self.length + len(chunk))
        self.file.write(chunk)
        self.length += len(chunk)

    def close(self) -> None:
        """Throw the body away."""
        self.file.close()
        if self._is_large and self._large_bodies is not None:
            self._is_large = False
            self._large_bodies.go()


class Request:
    """One request."""

    __slots__ = ("authority", "headers", "host", "method", "path", "protocol", "query", "scope")

    def __init__(self, scope: Any, protocol: Any) -> None:
        self.scope = scope
        self.protocol = protocol
        self.headers = scope.headers
        self.method: str = scope.method
        self.path: str = scope.path
        self.query: str = scope.query_string
        #: As sent; HTTP/2 has it in the authority.
        self.authority: str | None = self.headers.get("host") or scope.authority
        self.host = ""

    @property
    def is_read(self) -> bool:
        """Whether it only reads: GET or HEAD."""
        return self.method in ("GET", "HEAD")

    @property
    def is_plain_step(self) -> bool:
        """Whether it asks for a step between pages as anybody would: no cookie, no parameters of its own.

        Nor a range, nor the head alone: only Django knows which steps have ranges, and what a look at their head means.
        """
        asks_plainly = self.method == "GET" and "cookie" not in self.headers and "range" not in self.headers
        return self.path.startswith("/-/") and asks_plainly and self.query == known_query(self.query)

    @property
    def may_be_large(self) -> bool:
        """Whether more than a small body is announced, or may come unannounced."""
        if "transfer-encoding" in self.headers:
            return True
        announced = self.headers.get("content-length", "0" if self.is_read else "")
        return not announced.isdecimal() or len(announced) > MOST_DIGITS or int(announced) > SMALL_BYTES

    async def body(self, large_bodies: LargeBodies | None) -> Body:
        """Return the body, read completely before a thread is taken; where `large_bodies` is None, a small one.

        Raises BodyTooLargeError, TooManyBodiesError or BodyTooSlowError.
        """
        headers = self.headers
        body = Body(large_bodies)
        if "transfer-encoding" not in headers and headers.get("content-length", "0") == "0" and self.is_read:
            return body
        try:
            announced = headers.get("content-length", "")
            if announced.isdecimal():
                # Python refuses to read a number of some thousand digits; nobody means one.
                body.expect(int(announced) if len(announced) <= MOST_DIGITS else LARGE_BYTES + 1)
            chunks = self.protocol.__aiter__()
            while True:
                try:
                    chunk = await asyncio.wait_for(_next(chunks), PAUSE_SECONDS)
                except StopAsyncIteration:
                    break
                body.add(chunk)
        except TimeoutError as error:
            body.close()
            raise BodyTooSlowError from error
        except BaseException:
            body.close()
            raise
        body.file.seek(0)
        return body

    def client(self, proxies: Proxies) -> str:
        """Return the address of whoever asks: the connection's, or the one that trusted proxies name."""
        address: str = self.scope.client.rpartition(":")[0].strip("[]")
        if proxies.are_trusted(address):
            address = proxies.client(address, ",".join(self.headers.get_all("x-forwarded-for")))
        return address

    def environ(self, proxies: Proxies) -> dict[str, Any]:
        """Return the WSGI environment, without the body; address and scheme are those that trusted proxies name."""
        connection, _, port = self.scope.client.rpartition(":")
        address, scheme = self.client(proxies), self.scope.scheme
        if proxies.are_trusted(connection.strip("[]")):
            named = ",".join(self.headers.get_all("x-forwarded-proto")).rpartition(",")[2].strip().lower()
            scheme = named if named in ("http", "https") else scheme
        environ = _environ(self.method, self.path, self.query, self.authority or "", scheme)
        environ |= {"REMOTE_ADDR": address, "REMOTE_PORT": port}
        for name, value in self.headers.items():
            # An underscore would become the same variable as a hyphen, and so forge a header that is checked.
            if "_" in name or name.startswith(PROXY_HEADERS):
                continue
            variable = "HTTP_" + name.upper().replace("-", "_")
            if variable in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
                variable = variable[5:]
            if variable in environ and variable != "HTTP_HOST":
                value = environ[variable] + ("; " if variable == "HTTP_COOKIE" else ",") + value
            environ[variable] = value
        environ[IS_LOCAL] = self._is_local(connection.strip("[]"))
        return environ

    def _is_local(self, connection: str) -> bool:
        """Whether the connection comes from this machine, and from no proxy on it, trusted or forgotten."""
        try:
            is_loopback = ip_address(connection).is_loopback
        except ValueError:
            return False
        return is_loopback and not any(
            name in OTHER_PROXY_HEADERS or name.replace("_", "-").startswith(PROXY_HEADERS)
            for name, _value in self.headers.items()
        )


def _environ(method: str, path: str, query: str, host: str, scheme: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": query.encode("utf-8", "replace").decode("latin-1"),
        "SERVER_NAME": host.rpartition(":")[0] or host or "localhost",
        "SERVER_PORT": "443" if scheme == "https" else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def reader_environ(*, path: str, query: str, host: str, is_https: bool) -> dict[str, Any]:
    """Return the WSGI environment of a page for everybody: nothing of the one who asks for it goes in."""
    environ = _environ("GET", path, query, host, "https" if is_https else "http")
    return environ | {"REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": "0"}


async def _next(chunks: Any) -> bytes:
    return await chunks.__anext__()
