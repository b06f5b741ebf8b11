"""A name server for tests, on a port of this machine."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


@contextmanager
def name_server(records: dict[tuple[str, str], list[str]]) -> Iterator[dns.resolver.Resolver]:
    """Give a resolver that asks a server which knows `records` by (name, kind), and nothing else in the world."""

    class Answering(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, connection = self.request
            query = dns.message.from_wire(data)
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            (question,) = query.question
            name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
            if values := records.get((name, kind)):
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
            elif not any(known == name for known, _kind in records):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            connection.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.server_address[1]
        yield resolver
        server.shutdown()
