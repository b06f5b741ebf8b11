"""Readers who do not fetch what they are sent. The server takes whatever it is given, so the kernel is asked. Linux.

Elsewhere nothing is known of them, and what is sent waits in memory until the network gives their connections up.
"""

import contextlib
import os
import socket
from ipaddress import IPv6Address, ip_address
from pathlib import Path

#: Addresses of the two kinds, in the kernel's words (proc(5)): local, remote, state, queues, …, inode.
TABLES = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))
ESTABLISHED = "01"
DESCRIPTORS = Path("/proc/self/fd")


def unfetched(port: int) -> dict[str, int]:
    """Return connections to our `port` whose other end has not taken everything: peers with their sockets' inodes."""
    found = {}
    ending = f":{port:04X}"
    for table in TABLES:
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split(None, 10)
            if fields[1].endswith(ending) and fields[3] == ESTABLISHED and not fields[4].startswith("00000000:"):
                found[_peer(fields[2])] = int(fields[9])
    return found


def peer_of(client: str) -> str:
    """Return the server's name of a connection's other end, "[::1]:40000", as `unfetched` writes it."""
    address, _colon, port = client.rpartition(":")
    return f"{_plain(address.strip('[]'))}:{port}"


def hang_up(peers: dict[str, int]) -> int:
    """Close the connections of `peers` (with their inodes) whatever still waits to be sent; return how many it were."""
    inodes = {f"socket:[{inode}]": peer for peer, inode in peers.items()}
    n_closed = 0
    for entry in os.listdir(DESCRIPTORS):
        with contextlib.suppress(OSError):
            peer = inodes.get(os.readlink(DESCRIPTORS / entry))
            if peer is None:
                continue
            # Of our own, so that the server's can be closed by nobody but the server.
            with socket.socket(fileno=os.dup(int(entry))) as connection:
                address, port = connection.getpeername()[:2]
                if f"{_plain(address)}:{port}" == peer:
                    connection.shutdown(socket.SHUT_RDWR)
                    n_closed += 1
    return n_closed


def _peer(field: str) -> str:
    """Return address and port of a field of the table: words of the machine's own byte order, then the port."""
    words, _colon, port = field.partition(":")
    packed = b"".join(bytes.fromhex(words[start : start + 8])[::-1] for start in range(0, len(words), 8))
    return f"{_plain(str(ip_address(packed)))}:{int(port, 16)}"


def _plain(address: str) -> str:
    found = ip_address(address.partition("%")[0])
    return str(found.ipv4_mapped or found) if isinstance(found, IPv6Address) else str(found)
