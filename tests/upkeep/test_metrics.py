"""Whoever watches over the machine reads numbers, and in them nothing about a reader."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from freiblatt.lib.proxies import IS_LOCAL
from freiblatt.newsroom.roles import Role
from tests.cast import make_member, make_owner

LINE = re.compile(r'freiblatt_[a-z_]+(\{[a-z]+="[a-z]+"(,[a-z]+="[a-z]+")*\})? \d+(\.\d+)?(e[+-]?\d+)?')


@pytest.fixture(autouse=True)
def _names(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "blatt.example", "www.blatt.example", "127.0.0.1", "localhost", "[::1]"]


def numbers(text: str) -> dict[str, float]:
    """Return the values by name and labels."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def local(path: str = "/metrics") -> str:
    answer = Client().get(path, **{IS_LOCAL: True}, headers={"host": "127.0.0.1:8000"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    return answer.content.decode()


@pytest.mark.django_db
def test_numbers_of_jobs_and_letters_are_those_of_the_tables() -> None:
    from freiblatt.jobs.models import Job
    from freiblatt.letters.models import Letter
    from tests.jobs import errands

    errands.write.enqueue(path="x", word="reader@example.org")
    errands.write_urgently.enqueue(path="x", word="y")
    Job.objects.filter(queue="default").update(due_at=timezone.now() - datetime.timedelta(hours=1))
    patience = timezone.now() + datetime.timedelta(days=5)
    for state in ("waiting", "failed", "unknown"):
        Letter.objects.create(
            kind="t", language="de", to_address="reader@example.org", address_key="k", state=state, give_up_at=patience
        )
    text = local()
    found = numbers(text)
    assert found["freiblatt_database_up"] == 1
    assert found['freiblatt_jobs{queue="default",state="ready"}'] == 1
    assert found['freiblatt_jobs{queue="urgent",state="ready"}'] == 1
    assert found['freiblatt_jobs{queue="bulk",state="ready"}'] == 0
    assert 3600 <= found['freiblatt_job_oldest_seconds{queue="default"}'] < 3700
    assert found['freiblatt_letters{state="waiting"}'] == 1
    assert found['freiblatt_letters{state="failed"}'] == 2
    assert found['freiblatt_disk_free_bytes{place="publication"}'] > 0
    assert "example" not in text


@pytest.mark.django_db
def test_proxy_on_this_machine_that_names_nobody_opens_nothing() -> None:
    for host, status in (
        ("blatt.example", 403),
        ("blatt.example:443", 403),
        ("www.blatt.example", 403),
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("[::1]:8000", 200),
        ("127.0.0.1.blatt.example", 400),
    ):
        answer = Client().get("/metrics", **{IS_LOCAL: True}, headers={"host": host})
        assert (host, answer.status_code) == (host, status)
        assert Client().get("/metrics", headers={"host": host}).status_code in (400, 403)


@pytest.mark.django_db
def test_only_owners_and_this_machine_read_them() -> None:
    assert Client().get("/metrics").status_code == 403
    # A header cannot write into the environment.
    assert Client(headers={"freiblatt.is_local": "True"}).get("/metrics").status_code == 403
    desk = Client()
    desk.force_login(make_member(Role.EDITOR))
    assert desk.get("/metrics").status_code == 403
    desk.force_login(make_owner())
    assert desk.get("/metrics").status_code == 200
    assert desk.post("/metrics").status_code in (403, 405)
