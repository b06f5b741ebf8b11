"""Asking the kernel which readers do not fetch what they are sent."""

import select
import socket
import sys
from collections.abc import Iterator

import pytest

from freiblatt.pagestore.live import slow
from tests.processes import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="The kernel of Linux is asked.")


class Listener:
    """A server of our own process with its clients."""

    def __init__(self, family: socket.AddressFamily, host: str) -> None:
        self.socket = socket.socket(family)
        self.socket.bind((host, 0))
        self.socket.listen()
        self.port: int = self.socket.getsockname()[1]
        self.open: list[socket.socket] = [self.socket]

    def connect(self, host: str) -> tuple[socket.socket, socket.socket, str]:
        """Return both ends of a connection, and its name as the server tells it."""
        client = socket.create_connection((host, self.port))
        served, address = self.socket.accept()
        served.setblocking(False)
        self.open += [client, served]
        name = f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"
        return client, served, slow.peer_of(name)


@pytest.fixture(
    params=[
        (socket.AF_INET, "127.0.0.1", "127.0.0.1"),
        (socket.AF_INET6, "::1", "::1"),
        (socket.AF_INET6, "::", "127.0.0.1"),
    ]
)
def listener(request: pytest.FixtureRequest) -> Iterator[tuple[Listener, str]]:
    family, host, asked = request.param
    try:
        made = Listener(family, host)
    except OSError:
        pytest.skip("This machine has no IPv6.")
    yield made, asked
    for one in made.open:
        one.close()


def fill(served: socket.socket) -> None:
    while select.select([], [served], [], 0.2)[1]:
        served.send(b"x" * 65536)


def test_only_connections_with_something_left_are_named_and_closed(listener: tuple[Listener, str]) -> None:
    made, host = listener
    _stuck, stuck_served, stuck_name = made.connect(host)
    quick, quick_served, quick_name = made.connect(host)
    quick_served.send(b"x")
    assert quick.recv(1) == b"x"
    fill(stuck_served)
    wait_until(lambda: set(slow.unfetched(made.port)) == {stuck_name}, "an idle connection")
    found = slow.unfetched(made.port)
    assert slow.unfetched(made.port + 1) == {}
    # A socket that meanwhile belongs to somebody else is left alone.
    assert slow.hang_up({quick_name: found[stuck_name]}) == 0
    assert slow.hang_up(found) == 1
    assert select.select([stuck_served], [], [], 30)[0]
    assert stuck_served.recv(1) == b""
    quick_served.send(b"y")
    assert quick.recv(1) == b"y"
