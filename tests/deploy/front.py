"""Debian's nginx or Caddy with the shipped configuration, in front of a real program: started, asked over https."""

import contextlib
import http.client
import os
import pwd
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.cast import PASSWORD
from tests.commands import command
from tests.conftest import ROOT, kept_database
from tests.processes import WAIT_SECONDS, Served, environment_of, free_port, wait_until

SHIPPED = ROOT / "deploy" / "nginx.conf"
SHIPPED_CADDYFILE = ROOT / "deploy" / "Caddyfile"
HOST = "blatt.example"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CADDY = shutil.which("caddy")
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")

#: What stands round a site on Debian, but for the places where nginx writes.
ROUND = """\
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
{modules}
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log {folder}/access.log;
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Answer(NamedTuple):
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_from_a_file(self) -> bool:
        """Whether nginx took a finished page from the store's files: the program's own answers carry an ETag."""
        return self.status == 200 and "etag" not in self.headers


def answer_of(connection: http.client.HTTPConnection, method: str, target: str, body: Any, headers: Any) -> Answer:
    """Return the answer on `connection`, which is closed then; the target goes out as it is written here."""
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        if body is not None:
            headers = [*headers, ("Content-Length", str(len(body)))]
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        pairs = [(name.lower(), value) for name, value in answer.getheaders()]
        found = dict(pairs)
        repeated = [name for name, _ in pairs if name != "set-cookie" and [one for one, _ in pairs].count(name) > 1]
        assert not repeated, repeated
        if cookies := [value for name, value in pairs if name == "set-cookie"]:
            found["set-cookie"] = "\n".join(cookies)
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()


class Front:
    """A served publication and the proxy in front of it."""

    def __init__(self, program: Served, newsroom: subprocess.Popen[bytes], made: dict[str, str], folder: Path) -> None:
        self.program = program
        self.newsroom = newsroom
        self.made = made
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()

    def ask(
        self, target: str, *, method: str = "GET", body: bytes | None = None, host: str = HOST, **headers: str
    ) -> Answer:
        """Ask the proxy over https, on a fresh connection; `accept_encoding=` becomes Accept-Encoding."""
        trust = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        raw = socket.create_connection(("127.0.0.1", self.port), WAIT_SECONDS)
        connection = http.client.HTTPConnection(HOST)
        connection.sock = trust.wrap_socket(raw, server_hostname=HOST)
        return answer_of(connection, method, target, body, _written({"host": host, **headers}))

    @contextlib.contextmanager
    def following(self, channel: str) -> Iterator[Iterator[bytes]]:
        """Follow a channel through the proxy; give the lines that come, headers included, as they come."""
        trust = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        raw = socket.create_connection(("127.0.0.1", self.port), WAIT_SECONDS)
        with trust.wrap_socket(raw, server_hostname=HOST) as secure, secure.makefile("rb") as lines:
            secure.sendall(f"GET /-/live/{channel} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            yield lines

    def ask_plain(self, target: str, *, host: str = HOST) -> Answer:
        """Ask the proxy without https."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=WAIT_SECONDS)
        return answer_of(connection, "GET", target, None, [("Host", host)])

    def ask_program(self, target: str, *, method: str = "GET", host: str = HOST, **headers: str) -> Answer:
        """Ask the program itself, as the proxy would pass the question on."""
        connection = http.client.HTTPConnection("127.0.0.1", self.program.port, timeout=WAIT_SECONDS)
        forwarded = {"host": host, "x_forwarded_proto": "https", "x_forwarded_for": "127.0.0.1"}
        return answer_of(connection, method, target, None, _written(forwarded | headers))

    def file_of(self, path: str) -> Path:
        """Return where the finished page of `path` lies."""
        return self.program.directory / "var/pages/current/reader" / HOST / path.strip("/") / "index.html"

    def finish(self, path: str) -> None:
        """Return when the page of `path` has reached the disk, a little after it was asked for."""
        assert self.ask(path).status == 200

        def is_there() -> bool:
            return all(self.file_of(path).with_name(f"index.html{end}").exists() for end in ("", ".br", ".gz"))

        wait_until(is_there, f"the file of {path}")

    @contextlib.contextmanager
    def program_stopped(self) -> Iterator[None]:
        """Hold the program still: what is answered meanwhile, the proxy answers alone."""
        server = psutil.Process(self.program.processes[-1].pid)
        stopped = [server, *server.children(recursive=True)]
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in stopped:
                process.resume()

    def do(self, verb: str, **arguments: str) -> dict[str, Any]:
        """Let the newsroom do something (`newsroom.py`); return what it says."""
        return _said(self.newsroom, self.program, verb, **arguments)


def _written(headers: dict[str, str]) -> list[tuple[str, str]]:
    return [(name.replace("_", "-"), value) for name, value in headers.items()]


def _said(newsroom: subprocess.Popen[bytes], program: Served, verb: str, **arguments: str) -> dict[str, Any]:
    answer = command(newsroom, verb, **arguments)
    assert answer is not None, program.log()
    return answer


#: Writes what a proxy is told into the folder; returns the command that starts it, and what it is to be told besides.
Proxy = Callable[[Front], tuple[list[str], dict[str, str]]]


class FrontedProgram(Served):
    """A program that knows itself by its public name."""

    def get(self, path: str, **options: Any) -> tuple[int, str]:
        return super().get(path, Host=HOST, **options)


@contextlib.contextmanager
def staged(proxy: Proxy) -> Iterator[Front]:
    """Make a publication, serve it, and put the proxy in front of it."""
    place = Path(tempfile.mkdtemp(prefix="freiblatt-front-"))
    place.chmod(0o755)
    directory, folder, port = place / "blatt", place / "proxy", free_port()
    directory.mkdir()
    folder.mkdir()
    (directory / "freiblatt.toml").write_text(
        f'name = "Testblatt"\nurl = "https://{HOST}"\ntrusted_proxies = ["127.0.0.1"]\n'
        f"server_port = {port}\nserver_jobs = false\nsecond_factor = []\n"
    )
    (directory / "secret.key").write_text(secrets.token_urlsafe(64), encoding="ascii")
    try:
        with kept_database(directory) as (_, url):
            program = FrontedProgram(directory, environment_of(directory, database_url=url), port)
            try:
                with _fronted(program, folder, proxy) as one:
                    yield one
            finally:
                program.end()
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def _fronted(program: Served, folder: Path, proxy: Proxy) -> Iterator[Front]:
    """Serve and fill the publication of `program`, and put the proxy, whose files lie in `folder`, in front of it.

    As root, the proxy runs as another user, who has nothing but the program's group: the program starts it as `nobody`.
    """
    nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    # As deploy/freiblatt.service has it: own group, and the group may read.
    as_service: dict[str, Any] = {"umask": 0o027, **({"group": nobody.pw_gid} if nobody else {})}
    if nobody:
        for path in (program.directory, folder):
            os.chown(path, -1, nobody.pw_gid)
    program.directory.chmod(0o750)
    folder.chmod(0o770)
    assert program.start("freiblatt", "prepare", **as_service).wait(WAIT_SECONDS) == 0, program.log()
    newsroom = program.start("tests.deploy.newsroom", stdin=subprocess.PIPE, stdout=subprocess.PIPE, **as_service)
    made = _said(newsroom, program, "fill")
    program.start("freiblatt", "serve", **as_service)
    wait_until(program.answers, "the program")
    front = Front(program, newsroom, made, folder)
    write_certificate(folder, nobody.pw_gid if nobody else None)
    with running(front, proxy):
        yield front


@contextlib.contextmanager
def running(front: Front, proxy: Proxy) -> Iterator[None]:
    """Run the proxy until the context ends; what it says lies in the folder as `log`."""
    words, variables = proxy(front)
    nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    as_nobody: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if nobody else {}
    with (front.folder / "log").open("ab") as log:
        process = subprocess.Popen(
            words, stdout=log, stderr=log, cwd=front.folder, env={**os.environ, **variables}, **as_nobody
        )
    try:
        wait_until(lambda: _answers(front) or process.poll() is not None, words[0])
        assert process.poll() is None, "".join(path.read_text() for path in front.folder.glob("*log"))
        yield
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)


def _answers(front: Front) -> bool:
    try:
        return front.ask("/healthz").status in (200, 502)  # the second where no program is meant to be behind it
    except OSError:
        return False


def nginx(front: Front) -> tuple[list[str], dict[str, str]]:
    """Be nginx with the shipped configuration inside of Debian's."""
    modules = sorted(Path("/etc/nginx/modules-enabled").glob("*.conf"))
    (front.folder / "nginx.conf").write_text(
        ROUND.format(folder=front.folder, modules="\n".join(f"include {path};" for path in modules))
    )
    (front.folder / "site.conf").write_text(site(front))
    return [str(NGINX), "-e", str(front.folder / "error.log"), "-c", str(front.folder / "nginx.conf")], {}


def caddy(front: Front) -> tuple[list[str], dict[str, str]]:
    """Be Caddy with the shipped Caddyfile, but for ports, the certificate, and the port that commands it."""
    folder, text = front.folder, SHIPPED_CADDYFILE.read_text(encoding="utf-8")
    places = {
        "\tlog default {": f"\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port {front.plain_port}\n"
        f"\thttps_port {front.port}\n\tlog default {{",
        f":{HOST}}} {{": f":{HOST}}} {{\n\ttls {folder}/fullchain.pem {folder}/privkey.pem",
        "127.0.0.1:8000": f"127.0.0.1:{front.program.port}",
    }
    for shipped, ours in places.items():
        assert text.count(shipped) == 1, shipped
        text = text.replace(shipped, ours)
    (folder / "Caddyfile").write_text(text)
    at_home = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    return [str(CADDY), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"], at_home


def site(front: Front) -> str:
    """Return the shipped configuration with other ports, places and certificate; nothing else of it is changed."""
    text = SHIPPED.read_text(encoding="utf-8")
    places = {
        "listen 80;": f"listen 127.0.0.1:{front.plain_port};",
        "listen [::]:80;": f"listen 127.0.0.2:{front.plain_port};",
        "listen 443 ssl": f"listen 127.0.0.1:{front.port} ssl",
        "listen [::]:443 ssl": f"listen 127.0.0.2:{front.port} ssl",
        f"/etc/letsencrypt/live/{HOST}/": f"{front.folder}/",
        "/srv/freiblatt/blatt": str(front.program.directory),
        "/var/log/nginx/": f"{front.folder}/",
        "http://127.0.0.1:8000": f"http://127.0.0.1:{front.program.port}",
    }
    for shipped, ours in places.items():
        assert shipped in text, shipped
        text = text.replace(shipped, ours)
    return text


def write_certificate(folder: Path, group: int | None) -> None:
    """Write a certificate of our host and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "privkey.pem").write_bytes(private)
    for path in folder.glob("*.pem"):
        path.chmod(0o640)
        if group is not None:
            os.chown(path, -1, group)


def assert_followed_at_once(front: Front) -> None:
    """Prove that what readers follow live passes the proxy as it comes."""
    channel = front.do("discuss")["channel"]
    with front.following(channel) as lines:
        assert b"event: state\n" in lines
        front.do("discuss")
        assert b"event: comment\n" in lines
    assert front.ask("/-/live/thread:999999").status == 404


def assert_sign_in_passes(front: Front) -> None:
    """Prove that staff can sign in through the proxy, and that nobody makes up where he asks from."""
    forged = {"x_forwarded_for": "203.0.113.9", "x_forwarded_proto": "http", "x_real_ip": "203.0.113.9"}
    forged |= {"forwarded": "for=203.0.113.9", "x_forwarded_host": "evil.example"}
    statuses = {}
    for password in ("wrong", PASSWORD):
        form = front.ask("/admin/login/", **forged)
        cookies = "; ".join(line.partition(";")[0] for line in form.headers["set-cookie"].split("\n"))
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', form.body)
        assert token
        fields = {"username": "owner@example.org", "password": password, "csrfmiddlewaretoken": token[1].decode()}
        answer = front.ask(
            "/admin/login/", method="POST", body=urlencode(fields).encode(), cookie=cookies,
            content_type="application/x-www-form-urlencoded", origin=f"https://{HOST}", **forged,
        )  # fmt: skip
        statuses[password] = answer.status
        if password == "wrong":
            assert front.do("failed_log_ins") == {"addresses": ["127.0.0.1"]}
    assert statuses == {"wrong": 200, PASSWORD: 302}
    assert "freiblatt_session=" in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]
