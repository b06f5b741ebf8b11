"""A reader of server-sent events over a plain socket."""

import json
import socket
import threading
from typing import Any, NamedTuple

from tests.processes import wait_until


class Event(NamedTuple):
    """One event as it came."""

    number: str
    kind: str
    data: Any


class Follower:
    """Follows a channel in a thread of its own until the stream ends."""

    def __init__(self, port: int, channel: str, *, after: str = "") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        known = f"Last-Event-ID: {after}\r\n" if after else ""
        request = f"GET /-/live/{channel} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n{known}\r\n"
        self.socket.sendall(request.encode())
        self.status = 0
        self.raw = b""
        self.has_ended = threading.Event()
        #: Whether the server ended the answer as HTTP does, and did not only go away.
        self.is_whole = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        wait_until(lambda: self.status and (self.status != 200 or b"retry: " in self.raw), "the stream")

    def _read(self) -> None:
        try:
            with self.socket.makefile("rb") as file:
                self.status = int(file.readline().split()[1])
                while file.readline().strip():
                    pass
                while self.status == 200 and (size := file.readline().strip()):
                    if size == b"0":
                        self.is_whole = True
                        break
                    self.raw += file.read(int(size, 16))
                    file.readline()
        except (OSError, IndexError):
            pass
        finally:
            self.has_ended.set()

    @property
    def events(self) -> list[Event]:
        """What came so far."""
        found = []
        for block in self.raw.decode().split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if "event" in fields:
                found.append(Event(fields.get("id", ""), fields["event"], json.loads(fields["data"])))
        return found

    @property
    def refs(self) -> list[str]:
        """Which parts were told of, in their order."""
        return [event.data["ref"] for event in self.events if event.kind == "change"]

    def leave(self) -> None:
        """Hang up."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
