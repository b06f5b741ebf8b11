"""Many readers who follow one channel, in one process: `python -m bench.followers PORT CHANNEL NUMBER`.

It prints a line of JSON when all are there. Then it takes numbers of events, one a line, and answers when all readers
had so many: at what moments the first and the last of them had, by the monotonic clock that all processes share.
"""

import json
import resource
import select
import socket
import sys
import time

#: So many knock at a time: a backlog is for people, who do not come in the same millisecond.
KNOCKING = 200


class Followers:
    """The readers, on one epoll."""

    def __init__(self, port: int, channel: str, number: int) -> None:
        self.port = port
        self.request = f"GET /-/live/{channel} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        self.number = number
        self.poll = select.epoll()
        self.open: dict[int, socket.socket] = {}
        #: Of each reader how many events came, and the end of the last piece.
        self.events: dict[int, int] = {}
        self.tails: dict[int, bytes] = {}
        self.n_there = 0

    def come(self) -> float:
        """Connect all; return how many seconds it took until each had its first words."""
        begun = time.monotonic()
        while self.n_there < self.number:
            while len(self.open) < self.number and len(self.open) - self.n_there < KNOCKING:
                one = socket.create_connection(("127.0.0.1", self.port))
                one.sendall(self.request)
                one.setblocking(False)
                self.open[one.fileno()] = one
                self.tails[one.fileno()] = b""
                self.poll.register(one, select.EPOLLIN)
            self.hear()
        return time.monotonic() - begun

    def wait_for(self, count: int) -> dict[str, float]:
        """Return when the first and the last reader had `count` events."""
        first = last = 0.0
        done = sum(events >= count for events in self.events.values())
        while done < self.number:
            for number in self.hear():
                if self.events[number] == count:
                    last = time.monotonic()
                    first = first or last
                    done += 1
        return {"first": first, "last": last}

    def hear(self) -> list[int]:
        """Read what came; return of whom another event is among it, once for each event."""
        heard = []
        for number, _kind in self.poll.poll(1.0):
            text = self.open[number].recv(65536)
            if not text:
                raise SystemExit("The server ended a stream.")
            if number not in self.events:
                if not text.startswith(b"HTTP/1.1 200"):
                    raise SystemExit(text[:200].decode(errors="replace"))
                self.events[number] = 0
                self.n_there += 1
            whole = self.tails[number] + text
            for _ in range(whole.count(b"event: comment\n") - self.tails[number].count(b"event: comment\n")):
                self.events[number] += 1
                heard.append(number)
            # Shorter than the words that are looked for, so that nothing is counted twice.
            self.tails[number] = whole[-14:]
        return heard


def main() -> None:
    """Do what the command line and the standard input ask for."""
    port, channel, number = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    followers = Followers(port, channel, number)
    print(json.dumps({"seconds": followers.come()}), flush=True)
    waiting = select.poll()
    waiting.register(sys.stdin, select.POLLIN)
    while True:
        # Read on while nobody asks: who does not fetch is dropped.
        followers.hear()
        if waiting.poll(0):
            line = sys.stdin.readline()
            if not line:
                return
            print(json.dumps(followers.wait_for(int(line))), flush=True)


if __name__ == "__main__":
    main()
