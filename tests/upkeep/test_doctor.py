"""The doctor sees what is wrong, says what to do, and tells programs by status and JSON."""

import json
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from freiblatt import config
from freiblatt.cli.console import run
from freiblatt.config import Config
from freiblatt.jobs.actions import prune_results
from freiblatt.jobs.health import jobs
from freiblatt.jobs.models import Job, JobState, ScheduledRun
from freiblatt.lib import findings
from freiblatt.lib.findings import Finding
from freiblatt.pagestore import headers
from freiblatt.pagestore.health import store
from freiblatt.upkeep import keeping, records
from freiblatt.upkeep.checks import backups, database, dependencies, machine, media, web

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def here(publication: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Make the publication the current one; give what changes its environment for one test."""
    publication.make_directories()
    publication.originals.chmod(0o700)
    for name in ("secret.key", "freiblatt.toml"):
        (publication.directory / name).chmod(0o600)
    if publication.sqlite_path:
        publication.sqlite_path.chmod(0o600)
    monkeypatch.setenv("FREIBLATT_PUBLICATION", str(publication.directory))
    config.current.cache_clear()
    yield monkeypatch
    config.current.cache_clear()


def set_key(here: pytest.MonkeyPatch, **values: object) -> None:
    for key, value in values.items():
        here.setenv(f"FREIBLATT_{key.upper()}", value if isinstance(value, str) else json.dumps(value))
    config.current.cache_clear()


def by_name(found: Iterator[Finding] | list[Finding]) -> dict[str, Finding]:
    return {one.name: one for one in found}


def levels(found: Iterator[Finding] | list[Finding]) -> dict[str, str]:
    return {one.name: one.level for one in found}


# The machine


def test_readable_secrets_are_a_problem_with_the_command_that_closes_them(
    here: pytest.MonkeyPatch, publication: Config
) -> None:
    assert by_name(machine.permissions())["permissions"].level == "ok"
    (publication.directory / "secret.key").chmod(0o640)
    publication.originals.chmod(0o755)

    found = by_name(machine.permissions())

    assert found["permissions_secrets"].level == "problem"
    assert found["permissions_secrets"].do == f"Give: chmod 600 {publication.directory / 'secret.key'}"
    assert found["permissions_originals"].level == "problem"
    assert "permissions" not in found


def test_readers_without_encryption_are_a_problem(here: pytest.MonkeyPatch) -> None:
    assert levels(machine.configuration()) == {"configuration": "ok"}
    set_key(here, url="http://blatt.example")
    assert levels(machine.configuration())["url"] == "problem"
    set_key(here, url="https://blatt.example")
    assert levels(machine.configuration()) == {"configuration": "ok", "trusted_proxies": "warning"}
    set_key(here, trusted_proxies=["127.0.0.1"])
    assert levels(machine.configuration()) == {"configuration": "ok"}


def test_little_room_is_told(here: pytest.MonkeyPatch) -> None:
    assert set(levels(machine.disk())) == {"disk_space"}
    here.setattr(machine, "LITTLE_BYTES", 2**60)
    assert levels(machine.disk())["disk_space"] == "warning"
    here.setattr(machine, "VERY_LITTLE_BYTES", 2**60)
    assert levels(machine.disk())["disk_space"] == "problem"


def test_a_clock_that_differs_is_told(here: pytest.MonkeyPatch) -> None:
    assert "time_differs" not in levels(machine.clock())
    here.setattr(machine, "CLOCK_SECONDS", -1.0)
    assert levels(machine.clock())["time_differs"] == "warning"


# Database, jobs, store


def test_a_database_of_this_release_is_well(here: pytest.MonkeyPatch, publication: Config) -> None:
    found = levels(database.database())
    assert found.pop("database") == "ok"
    assert set(found.values()) <= {"ok"}


def test_a_database_that_is_away_is_told(here: pytest.MonkeyPatch, publication: Config) -> None:
    set_key(here, database_url="postgresql://nobody@127.0.0.1:1/none")
    found = by_name(database.database())
    assert list(found) == ["database_reachable"]
    assert found["database_reachable"].level == "problem"


def test_dead_waiting_and_overdue_work_is_told() -> None:
    assert levels(jobs()) == {"jobs": "ok"}
    prune_results.enqueue()
    Job.objects.update(due_at=timezone.now() - timedelta(minutes=30))
    ScheduledRun.objects.create(name="nightly backup", due_at=timezone.now() - timedelta(hours=1), task_path="a.b")
    assert levels(jobs()) == {"jobs_waiting": "problem", "schedules_overdue": "problem"}
    Job.objects.update(state=JobState.DEAD)
    ScheduledRun.objects.all().delete()
    (dead,) = jobs()
    assert (dead.name, dead.level) == ("jobs_dead", "warning")
    assert "prune_results (1)" in dead.says


def test_a_busy_worker_is_no_dead_one() -> None:
    for _number in range(2):
        prune_results.enqueue()
    Job.objects.update(due_at=timezone.now() - timedelta(minutes=30))
    running = Job.objects.first()
    Job.objects.filter(pk=running.pk).update(
        state=JobState.RUNNING, lease="1" * 32, lease_until=timezone.now() + timedelta(seconds=30)
    )
    (found,) = jobs()
    assert (found.name, found.level) == ("jobs_waiting", "warning")


def test_the_store_is_looked_at(here: pytest.MonkeyPatch) -> None:
    assert levels(store()) == {"store": "ok"}
    set_key(here, valkey_url="valkey://127.0.0.1:1/0")
    assert levels(store()) == {"store": "ok", "store_valkey": "problem"}


# Backups


def test_no_backup_is_told_until_there_is_one(here: pytest.MonkeyPatch, publication: Config) -> None:
    assert levels(backups.backups()) == {"backup_schedule": "warning"}
    nights = publication.directory / "nights"
    set_key(here, backup_directory="nights")
    assert levels(backups.backups()) == {"backup_directory": "warning"}
    nights.mkdir()
    assert levels(backups.backups()) == {"backup_age": "warning", "backup_disk": "warning"}

    now = datetime.now(UTC)
    (nights / keeping.file_name(config.current(), now - timedelta(days=3))).touch()
    assert levels(backups.backups())["backup_age"] == "problem"
    (nights / keeping.file_name(config.current(), now - timedelta(hours=3))).touch()
    assert levels(backups.backups())["backup_age"] == "ok"

    records.note_failure(config.current(), failed_at=now, reason="no space left")
    failed = by_name(backups.backups())["backup_failed"]
    assert failed.level == "problem"
    assert "no space left" in failed.says
    records.note_success(config.current(), made_at=now, path=nights)
    assert "backup_failed" not in levels(backups.backups())


def test_a_key_that_cannot_be_encrypted_to_is_told_before_the_night(here: pytest.MonkeyPatch) -> None:
    set_key(here, backup_age_recipient=f"age1{'q' * 58}")
    assert levels(backups.backups())["backup_key"] == "problem"


# The web


@contextmanager
def answering(
    answers: dict[str, tuple[int, dict[str, str], bytes]], context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Run a small server that answers these paths; give its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, head, body = answers[self.path]
            self.send_response(status)
            for name, value in head.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with serving(Handler, context) as port:
        yield port


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Run a small server; give its port."""
    server = HTTPServer(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


GOOD = {
    "Content-Security-Policy": headers.written(headers.READER_POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": headers.REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": headers.OPENER_POLICY,
    "Strict-Transport-Security": "max-age=31536000",
}


def test_the_running_program_and_its_headers_are_looked_at(here: pytest.MonkeyPatch) -> None:
    set_key(here, server_port=1)
    assert levels(web.server()) == {"server_runs": "warning"}
    for head, expected in ((GOOD, "ok"), ({**GOOD, "Set-Cookie": "a=b"}, "warning"), ({}, "warning")):
        with answering({"/healthz": (200, {}, b""), "/": (200, head, b"")}) as port:
            set_key(here, server_port=port)
            assert levels(web.server()) == {"server_runs": "ok", "headers": expected}
    with answering({"/healthz": (503, {}, b"")}) as port:
        set_key(here, server_port=port)
        assert levels(web.server()) == {"server_well": "problem"}


def certificate(folder: Path, *, days: int) -> Path:
    """Write a certificate for `localhost` that is good for so many more days, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days, minutes=5))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{days}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(
    ("days", "is_known", "level"),
    [(60, True, "ok"), (10, True, "warning"), (2, True, "problem"), (-1, True, "problem"), (60, False, "problem")],
)
def test_the_certificate_and_its_last_day_are_looked_at(
    days: int, is_known: bool, level: str, here: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = certificate(tmp_path, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    if is_known:
        here.setenv("SSL_CERT_FILE", str(path))
    with answering({"/": (200, GOOD, b"")}, context) as port:
        set_key(here, url=f"https://localhost:{port}")
        found = levels(web.tls())
    assert found["tls_certificate"] == level
    assert ("headers_public" in found) is (is_known and days > 0)


def test_an_address_that_cannot_be_reached_is_told_and_one_without_https_left_out(here: pytest.MonkeyPatch) -> None:
    assert list(web.tls()) == []
    set_key(here, url="https://localhost:1")
    assert levels(web.tls()) == {"tls_reachable": "warning"}


# The bucket


class StoreHandler(BaseHTTPRequestHandler):
    """A small store: takes one object at a time, and gives it back as it is told to."""

    kept = b""
    spoils = False
    is_open = False
    takes = True

    def do_HEAD(self) -> None:
        self.answer(404)

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.takes:
            type(self).kept = content
        self.answer(200 if self.takes else 507)

    def do_GET(self) -> None:
        is_let_in = self.is_open or "Authorization" in self.headers
        self.answer(200 if is_let_in else 403, self.kept[::-1] if self.spoils else self.kept)

    def do_DELETE(self) -> None:
        type(self).kept = b""
        self.answer(204)

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("spoils", "is_open", "said"),
    [
        (False, False, {"media_bucket": "ok"}),
        (True, False, {"media_spoiled": "problem"}),
        (False, True, {"media_public": "problem"}),
        (True, True, {"media_spoiled": "problem", "media_public": "problem"}),
    ],
)
def test_a_bucket_is_tried_for_what_it_gives_back_and_to_whom(
    here: pytest.MonkeyPatch, spoils: bool, is_open: bool, said: dict[str, str]
) -> None:
    handler = type("Handler", (StoreHandler,), {"spoils": spoils, "is_open": is_open})
    with serving(handler) as port:
        set_key(
            here, media_bucket="uploads", media_endpoint=f"http://127.0.0.1:{port}", media_key_id="k", media_secret="s"
        )
        found = levels(media.media())
        found.pop("media_left", None)  # uploads of other tests lie on this disk
        assert found == said
        assert handler.kept == b""


# Libraries


def test_holes_are_told_by_name_and_number(here: pytest.MonkeyPatch) -> None:
    installed = sorted(dependencies.required("freiblatt").items())
    assert {"django", "wagtail", "granian", "pillow", "pyrage"} <= {name for name, _version in installed}
    results: list[dict] = [{} for _library in installed]
    results[[name for name, _version in installed].index("pillow")] = {"vulns": [{"id": "GHSA-1"}, {"id": "PYSEC-2"}]}
    for told, expected in ((results, "dependencies_hole"), ([{} for _library in installed], "dependencies")):
        with answering({"/v1/querybatch": (200, {}, json.dumps({"results": told}).encode())}) as port:
            here.setenv(dependencies.VARIABLE, f"http://127.0.0.1:{port}")
            (found,) = dependencies.dependencies()
        assert found.name == expected
    with answering({"/v1/querybatch": (200, {}, json.dumps({"results": results}).encode())}) as port:
        here.setenv(dependencies.VARIABLE, f"http://127.0.0.1:{port}")
        (found,) = dependencies.dependencies()
    assert found.level == "problem"
    assert "pillow" in found.says
    assert "GHSA-1, PYSEC-2" in found.says


@pytest.mark.parametrize(
    "answer", [(500, {}, b""), (200, {}, b"<html>"), (200, {}, b'{"results": []}'), (200, {}, b"[]")]
)
def test_a_service_that_answers_nonsense_is_no_all_clear(
    answer: tuple[int, dict[str, str], bytes], here: pytest.MonkeyPatch
) -> None:
    with answering({"/v1/querybatch": answer}) as port:
        here.setenv(dependencies.VARIABLE, f"http://127.0.0.1:{port}")
        (found,) = dependencies.dependencies()
    assert (found.name, found.level) == ("dependencies", "warning")


def test_a_service_that_is_away_is_told(here: pytest.MonkeyPatch) -> None:
    here.setenv(dependencies.VARIABLE, "http://127.0.0.1:1")
    (found,) = dependencies.dependencies()
    assert found.level == "warning"


# The word


def test_the_word_ends_with_one_where_something_is_wrong(
    here: pytest.MonkeyPatch, publication: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", "permissions"]) == 0
    assert "Secrets are readable by their user alone." in capsys.readouterr().out

    (publication.directory / "secret.key").chmod(0o604)
    assert run(["doctor", "permissions", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == 1
    assert {"name", "level", "says", "do"} == set(told["findings"][0])
    assert told["findings"][0]["level"] == "problem"

    assert run(["doctor", "stars"]) == 2
    assert "expected any of" in capsys.readouterr().err


def test_offline_asks_nobody_outside() -> None:
    assert {"tls", "dependencies", "mail"}.isdisjoint(findings.names(is_offline=True))
    assert {"tls", "dependencies", "mail", "backups", "jobs", "store"} <= set(findings.names())


def test_the_doctor_changes_nothing(here: pytest.MonkeyPatch, publication: Config) -> None:
    before = {path: path.stat().st_mtime_ns for path in publication.directory.rglob("*") if path.is_file()}
    set_key(here, server_port=1)
    here.setenv(dependencies.VARIABLE, "http://127.0.0.1:1")
    findings.gather(findings.names(is_offline=True))
    after = {path: path.stat().st_mtime_ns for path in publication.directory.rglob("*") if path.is_file()}
    ends = ("-wal", "-shm")  # SQLite's own companions come with every look
    assert {path for path in after if not str(path).endswith(ends)} == {
        path for path in before if not str(path).endswith(ends)
    }
    assert {path: after[path] for path in before if path in after and not str(path).endswith(ends)} == {
        path: time for path, time in before.items() if not str(path).endswith(ends)
    }
    assert os.access(publication.directory, os.W_OK)
